// Tables: choosing rows (all, or a range with Shift), the batch bar with its count, the switch that shows whole texts.
(function () {
  "use strict";
  document.querySelectorAll("form[data-selection]").forEach(function (form) {
    var boxes = Array.from(form.querySelectorAll("tbody input[data-row]"));
    var all = form.querySelector("input[data-all]");
    var bar = form.querySelector(".batch-bar");
    var count = form.querySelector("[data-selected-count]");
    var last = null;
    function show() {
      var chosen = boxes.filter(function (box) { return box.checked; }).length;
      boxes.forEach(function (box) { box.closest("tr").classList.toggle("is-selected", box.checked); });
      if (all) { all.hidden = false; all.checked = chosen > 0 && chosen === boxes.length; all.indeterminate = chosen > 0 && chosen < boxes.length; }
      if (count) { count.textContent = "已选 " + chosen + " 项"; }
      if (bar) { bar.classList.toggle("is-empty", chosen === 0); }
    }
    if (all) { all.addEventListener("change", function () { boxes.forEach(function (box) { box.checked = all.checked; }); show(); }); }
    boxes.forEach(function (box) {
      box.addEventListener("click", function (event) {
        if (event.shiftKey && last) {
          var from = boxes.indexOf(last), to = boxes.indexOf(box);
          boxes.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(function (other) { other.checked = box.checked; });
        }
        last = box;
        show();
      });
      box.addEventListener("change", show);
    });
    window.addEventListener("pageshow", show);
    show();
  });

  document.querySelectorAll("[data-wrap-switch]").forEach(function (button) {
    var frame = document.getElementById(button.dataset.wrapSwitch);
    if (!frame) { return; }
    button.hidden = false;
    function apply(wrapped) {
      frame.classList.toggle("is-wrapped", wrapped);
      button.setAttribute("aria-pressed", String(wrapped));
    }
    var key = "wrap:" + button.dataset.wrapSwitch;
    var wrapped = false;
    try { wrapped = localStorage.getItem(key) === "1"; } catch (error) { /* storage may be switched off */ }
    apply(wrapped);
    button.addEventListener("click", function () {
      wrapped = !wrapped;
      apply(wrapped);
      try { localStorage.setItem(key, wrapped ? "1" : "0"); } catch (error) { /* as above */ }
    });
  });
})();
