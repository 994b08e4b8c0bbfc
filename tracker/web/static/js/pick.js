// Adding an item by selecting text in the report. The report carries data-pick="form id"; each block carries data-start, the offset of
// its first character in the document. The form's fields named start, end and quote are filled, and the form comes into sight.
(function () {
  "use strict";
  var report = document.querySelector("[data-pick]");
  var form = report && document.getElementById(report.dataset.pick);
  if (!form) { return; }
  function sourceOf(range) {
    var copy = range.cloneContents();
    copy.querySelectorAll("[data-not-source]").forEach(function (extra) { extra.remove(); });
    return copy.textContent;
  }
  // A place may lie in a text, between elements (a triple click ends before the next block) or outside of any block.
  function offsetOf(node, offset) {
    var place = document.createRange();
    place.setStart(node, offset);
    var blocks = Array.from(report.querySelectorAll("[data-start]"));
    var before = blocks.filter(function (block) { return place.comparePoint(block, 0) <= 0; }).pop();
    if (!before) { return null; }
    var whole = document.createRange();
    whole.selectNodeContents(before);
    if (place.compareBoundaryPoints(Range.END_TO_START, whole) < 0) { whole.setEnd(node, offset); }
    return Number(before.dataset.start) + Array.from(sourceOf(whole)).length;
  }
  document.addEventListener("selectionchange", function () {
    var selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) { return; }
    var range = selection.getRangeAt(0);
    if (!report.contains(range.commonAncestorContainer)) { return; }
    var start = offsetOf(range.startContainer, range.startOffset);
    var end = offsetOf(range.endContainer, range.endOffset);
    var quote = sourceOf(range).trim();
    if (start === null || end === null || end <= start || !quote) { return; }
    form.elements.start.value = start;
    form.elements.end.value = end;
    form.elements.quote.value = quote;
    form.classList.add("has-quote");
    var fold = form.closest("details");
    if (fold) { fold.open = true; }
  });
})();
