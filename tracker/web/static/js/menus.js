// On every page. Menus are <details class="menu">: they close on Escape and when the focus or a click goes elsewhere.
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  function openMenus() { return document.querySelectorAll("details.menu[open]"); }
  document.addEventListener("click", function (event) {
    openMenus().forEach(function (menu) { if (!menu.contains(event.target)) { menu.open = false; } });
  });
  document.addEventListener("focusin", function (event) {
    openMenus().forEach(function (menu) { if (!menu.contains(event.target)) { menu.open = false; } });
  });
  // On a telephone a row of tabs runs over the edge: the one that is open is brought into sight.
  document.querySelectorAll(".tabs > [aria-current]").forEach(function (tab) {
    var row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  });
  // What is folded on the screen (details.older) is unfolded on paper, in browsers too old for ::details-content.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.from(document.querySelectorAll("details.older:not([open])"));
    unfolded.forEach(function (older) { older.open = true; });
  });
  window.addEventListener("afterprint", function () { unfolded.forEach(function (older) { older.open = false; }); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      openMenus().forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
    }
  });
})();
