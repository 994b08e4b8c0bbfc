// Adding an item by selecting text in the report. The report carries data-pick="form id"; each block carries data-start, the offset of
// its first character in the document. The form's fields named start, end and quote are filled, and the form comes into sight.
(function () {
  "use strict";
  var report = document.querySelector("[data-pick]");
  var form = report && document.getElementById(report.dataset.pick);
  if (!form) { return; }
  function offsetOf(node, offset) {
    var holder = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    var block = holder.closest("[data-start]");
    if (!block || !report.contains(block)) { return null; }
    var walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    var count = Number(block.dataset.start);
    for (var text = walker.nextNode(); text; text = walker.nextNode()) {
      var counted = !text.parentElement.closest("[data-not-source]");
      if (text === node) { return count + (counted ? Array.from(text.data.slice(0, offset)).length : 0); }
      if (counted) { count += Array.from(text.data).length; }
    }
    return count;
  }
  function quoteOf(range) {
    var copy = range.cloneContents();
    copy.querySelectorAll("[data-not-source]").forEach(function (extra) { extra.remove(); });
    return copy.textContent.trim();
  }
  document.addEventListener("selectionchange", function () {
    var selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) { return; }
    var range = selection.getRangeAt(0);
    if (!report.contains(range.commonAncestorContainer)) { return; }
    var start = offsetOf(range.startContainer, range.startOffset);
    var end = offsetOf(range.endContainer, range.endOffset);
    var quote = quoteOf(range);
    if (start === null || end === null || end <= start || !quote) { return; }
    form.elements.start.value = start;
    form.elements.end.value = end;
    form.elements.quote.value = quote;
    form.classList.add("has-quote");
    var fold = form.closest("details");
    if (fold) { fold.open = true; }
  });
})();
