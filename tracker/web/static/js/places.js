// A link to words of the report ([data-place="120-135"], offsets in the text) marks them on the other side without leaving the card.
// Without this file, or in a browser without highlights, the link loads the page with the words marked.
(function () {
  "use strict";
  var report = document.querySelector("#report .report-text");
  if (!report || !window.CSS || !CSS.highlights) { return; }

  // The text node and place of an offset: blocks carry the offset of their first character; marks of our own do not count.
  function find(offset) {
    var blocks = Array.from(report.querySelectorAll("[data-start]"));
    var block = blocks.filter(function (one) { return Number(one.dataset.start) <= offset; }).pop();
    if (!block) { return null; }
    var left = offset - Number(block.dataset.start), last = null;
    var walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      var node = walker.currentNode;
      if (node.parentElement.closest("[data-not-source]") || (!node.data.trim() && node.data.indexOf("\n") >= 0)) { continue; }
      var letters = Array.from(node.data);
      if (left <= letters.length) { return { node: node, at: letters.slice(0, left).join("").length }; }
      left -= letters.length;
      last = { node: node, at: node.data.length };
    }
    return last;
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-place]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.matchMedia("(min-width: 64rem)").matches) { return; }
    var ends = link.dataset.place.split("-").map(Number), from = find(ends[0]), to = find(ends[1]);
    if (!from || !to) { return; }
    event.preventDefault();
    var range = document.createRange();
    range.setStart(from.node, from.at);
    range.setEnd(to.node, to.at);
    CSS.highlights.set("place", new Highlight(range));
    var body = report.closest(".pane-body"), box = range.getBoundingClientRect();
    var smooth = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    body.scrollTo({ top: body.scrollTop + box.top - body.getBoundingClientRect().top - body.clientHeight / 3, behavior: smooth ? "smooth" : "auto" });
  });
})();
