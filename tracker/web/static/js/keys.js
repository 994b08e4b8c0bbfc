// Keys: / goes to the search field; j and k go down and up the rows of the table or the list.
(function () {
  "use strict";
  function typing(target) { return target.matches("input, textarea, select, [contenteditable]"); }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) { return; }
    if (event.key === "/") {
      var search = document.querySelector("main input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "j" || event.key === "k") {
      var links = Array.from(document.querySelectorAll("main [data-row-link]"));
      if (!links.length) { return; }
      var at = links.indexOf(document.activeElement);
      var next = at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
      links[next].focus();
      links[next].scrollIntoView({ block: "nearest" });
    }
  });
})();
