// The linking screen by keyboard: j and k go to the next and previous promise, y confirms, n finds that no passage answers it.
// Without this file everything works by links and buttons.
(function () {
  "use strict";
  var pane = document.getElementById("answer");
  if (!pane) { return; }
  function typing(target) { return target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"); }
  function follow(selector) {
    var link = pane.querySelector(selector);
    if (link) { link.click(); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
    var actions = { j: "a[data-next]", k: "a[data-previous]", y: "button[data-confirm]", n: "button[data-reject]" };
    if (!Object.prototype.hasOwnProperty.call(actions, event.key)) { return; }
    event.preventDefault();
    follow(actions[event.key]);
  });
  // The promise that is looked at stays in sight in its list.
  var current = document.querySelector(".promise.is-current");
  if (current && window.matchMedia("(min-width: 64rem)").matches) { current.scrollIntoView({ block: "nearest" }); }
  // A ticked passage answers something: the outcome follows from "not mentioned" to "partly done", and back when none is left.
  var form = pane.querySelector("form[data-answer]");
  if (!form) { return; }
  form.addEventListener("change", function (event) {
    if (event.target.name !== "evidence") { return; }
    var any = form.querySelector("input[name=evidence]:checked");
    var none = form.querySelector("input[name=outcome][value=not_mentioned]");
    if (!any) { none.checked = true; } else if (none.checked) { form.querySelector("input[name=outcome][value=partial]").checked = true; }
  });
})();
