// The linking screen by keyboard: j and k go to the next and previous promise, 1 to 5 tick a passage, d and p say how far it goes, y confirms,
// n finds that no passage answers it, m that the report is silent, c opens the report to choose another passage. Without this file
// everything works by links and buttons.
(function () {
  "use strict";
  var pane = document.getElementById("answer");
  if (!pane) { return; }
  var form = pane.querySelector("form[data-answer]");
  var picking = Boolean(document.querySelector("[data-pick]"));
  function typing(target) { return target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"); }
  function press(selector) {
    var found = pane.querySelector(selector);
    if (found) { found.click(); }
    return Boolean(found);
  }
  function outcome(value) {
    var radio = form && form.querySelector("input[name=outcome][value=" + value + "]");
    if (radio) { radio.checked = true; radio.focus(); }
    return Boolean(radio);
  }
  function tick(number) {
    var boxes = form ? form.querySelectorAll("input[name=evidence]") : [];
    if (boxes[number - 1]) { boxes[number - 1].click(); boxes[number - 1].closest(".candidate").scrollIntoView({ block: "nearest" }); }
  }
  function silent() { if (outcome("not_mentioned")) { press("button[data-confirm]"); } }
  var actions = {
    j: function () { press("a[data-next]"); },
    k: function () { press("a[data-previous]"); },
    y: function () { press("button[data-confirm]"); },
    n: function () { if (!press("button[data-reject]")) { silent(); } },
    m: silent,
    d: function () { outcome("done"); },
    p: function () { outcome("partial"); },
    c: function () { press("a[data-choose]"); }
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || picking || typing(event.target)) { return; }
    if (/^[1-5]$/.test(event.key)) { event.preventDefault(); tick(Number(event.key)); return; }
    if (!Object.prototype.hasOwnProperty.call(actions, event.key)) { return; }
    event.preventDefault();
    actions[event.key]();
  });
  // The promise that is looked at stays in sight in its list.
  var current = document.querySelector(".promise.is-current");
  if (current && window.matchMedia("(min-width: 64rem)").matches) { current.scrollIntoView({ block: "nearest" }); }
  // A ticked passage answers something: the outcome follows from "not mentioned" to "partly done", and back when none is left.
  if (!form) { return; }
  form.addEventListener("change", function (event) {
    if (event.target.name !== "evidence") { return; }
    var any = form.querySelector("input[name=evidence]:checked");
    var none = form.querySelector("input[name=outcome][value=not_mentioned]");
    if (!any) { none.checked = true; } else if (none.checked) { form.querySelector("input[name=outcome][value=partial]").checked = true; }
  });
})();
