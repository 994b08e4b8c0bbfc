// Forms: the error summary takes the focus, long texts count their characters, a form is sent once,
// and [data-unsaved] forms ask before what was typed is lost. [data-autosubmit] selects send their form.
(function () {
  "use strict";
  var summary = document.querySelector(".error-summary");
  if (summary) { summary.focus(); }

  document.querySelectorAll("textarea[data-limit]").forEach(function (area) {
    var note = document.getElementById(area.dataset.counter);
    if (!note) { return; }
    var limit = Number(area.dataset.limit);
    function show() {
      var left = limit - Array.from(area.value).length;
      note.textContent = left >= 0 ? "还可以写 " + left + " 字" : "超出 " + -left + " 字，请删减";
      note.classList.toggle("is-over", left < 0);
    }
    area.addEventListener("input", show);
    show();
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-repeatable")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  });
  // Coming back with the browser's back button must leave the form usable.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  document.querySelectorAll("form[data-unsaved]").forEach(function (form) {
    var changed = false;
    form.addEventListener("input", function () { changed = true; });
    form.addEventListener("submit", function () { changed = false; });
    window.addEventListener("beforeunload", function (event) { if (changed) { event.preventDefault(); } });
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-autosubmit]")) { event.target.form.requestSubmit(); }
  });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
