// Two panes: a span in the report and its card on the other side point at each other. [data-span="7"] belongs to [data-item="7"].
(function () {
  "use strict";
  var panes = document.querySelector(".panes");
  if (!panes) { return; }
  function near(element) {
    var smooth = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "nearest", behavior: smooth ? "smooth" : "auto" });
  }
  function activate(id, from) {
    panes.querySelectorAll(".is-active").forEach(function (element) { element.classList.remove("is-active"); });
    var spans = panes.querySelectorAll('[data-span="' + CSS.escape(id) + '"]');
    var card = panes.querySelector('[data-item="' + CSS.escape(id) + '"]');
    spans.forEach(function (span) { span.classList.add("is-active"); });
    if (card) { card.classList.add("is-active"); }
    if (from !== "span" && spans.length) { near(spans[0]); }
    if (from !== "item" && card) { near(card); }
  }
  panes.addEventListener("click", function (event) {
    var span = event.target.closest("[data-span]");
    if (span && String(window.getSelection()) === "") {
      if (window.matchMedia("(min-width: 64rem)").matches) { event.preventDefault(); }
      activate(span.dataset.span, "span");
      return;
    }
    var show = event.target.closest("[data-show-span]");
    if (show) {
      if (window.matchMedia("(min-width: 64rem)").matches) { event.preventDefault(); }
      activate(show.dataset.showSpan, "item");
    }
  });
  panes.addEventListener("focusin", function (event) {
    var card = event.target.closest("[data-item]");
    if (card && !card.classList.contains("is-active")) { activate(card.dataset.item, "item"); }
  });
})();
