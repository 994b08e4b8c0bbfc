// Choosing a passage by keyboard: the arrows (or j and k) select a sentence of the report, with Shift several; Enter takes what is selected,
// Escape goes back. The selection itself is the browser's, so pick.js fills the form as it does for the mouse.
(function () {
  "use strict";
  var report = document.querySelector("[data-pick]");
  var form = report && document.getElementById(report.dataset.pick);
  if (!form) { return; }
  var sentences = Array.from(report.querySelectorAll(".sentence")).filter(function (one) { return one.textContent.trim(); });
  var marked = report.querySelector(".is-quoted");
  var at = marked ? sentences.indexOf(marked.closest(".sentence")) - 1 : -1;
  var from = at;
  function select() {
    var range = document.createRange();
    range.setStartBefore(sentences[Math.min(from, at)].firstChild);
    range.setEndAfter(sentences[Math.max(from, at)].lastChild);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    sentences[at].scrollIntoView({ block: "center" });
  }
  function move(step, extend) {
    at = Math.max(0, Math.min(sentences.length - 1, at + step));
    if (!extend || from < 0) { from = at; }
    select();
  }
  var steps = { ArrowDown: 1, j: 1, J: 1, ArrowUp: -1, k: -1, K: -1 };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) { return; }
    if (Object.prototype.hasOwnProperty.call(steps, event.key)) {
      event.preventDefault();
      move(steps[event.key], event.shiftKey);
    } else if (event.key === "Enter" && !event.target.matches("a, button") && form.elements.quote.value) {
      event.preventDefault();
      form.querySelector("button[type=submit]").click();
    } else if (event.key === "Escape") {
      form.querySelector("a[data-back]").click();
    }
  });
  if (document.activeElement === form.elements.quote) { form.elements.quote.blur(); }
})();
