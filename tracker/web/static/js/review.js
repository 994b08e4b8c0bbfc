// The review screen: keys for going through the cards, editing in place, the bar of what is chosen, a button at a selection.
// Without this file everything works by links and forms.
(function () {
  "use strict";
  var pane = document.getElementById("cards");
  if (!pane) { return; }
  var scroller = pane.querySelector(".pane-body");

  function cards() { return Array.from(pane.querySelectorAll("[data-card]")).filter(function (card) { return card.offsetParent !== null; }); }
  function current() {
    var focused = document.activeElement && document.activeElement.closest("[data-card]");
    return focused || pane.querySelector("[data-card].is-active");
  }
  function go(card) {
    if (!card) { return; }
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }
  function typing(target) { return target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]"); }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) { return; }
    var all = cards(), card = current(), at = all.indexOf(card);
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      go(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + (event.key === "j" ? 1 : -1)))]);
      return;
    }
    if (!card) { return; }
    if (event.key === "m") {
      var box = card.querySelector("[data-choose]");
      if (box) { event.preventDefault(); box.click(); }
      return;
    }
    if (event.key === "Enter" && event.target !== card) { return; }
    var button = card.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (!button) { return; }
    event.preventDefault();
    button.click();
    var reason = event.key === "x" && card.querySelector(".dismiss[open] input[name=reason]");
    if (reason) { reason.focus(); }
  });

  // Coming back after an action, the address names the card that is next.
  function arrive() {
    var id = window.location.hash.slice(1);
    var card = id && document.getElementById(id);
    if (card && card.matches("[data-card]")) { card.closest("details:not([open])") && (card.closest("details").open = true); go(card); }
  }
  window.addEventListener("hashchange", arrive);
  if (!document.querySelector(".error-summary")) { arrive(); }
  var conflict = pane.querySelector("[data-conflict]");
  if (conflict) { conflict.focus(); }
  // The plan is what is looked at: where nothing else is asked for, its first item stands at the top of the report.
  if (!window.location.hash && window.matchMedia("(min-width: 64rem)").matches) {
    var first = document.querySelector("#report .span, #report .page-mark");
    var body = first && first.closest(".pane-body");
    if (body) { body.scrollTop += first.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 4; }
  }

  // Editing in place: the card's form is fetched and takes the card's place until it is saved or cancelled.
  pane.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-edit]");
    if (opener && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      edit(opener);
      return;
    }
    var cancel = event.target.closest("[data-edit-cancel]");
    if (cancel) {
      var card = cancel.closest("[data-card]");
      if (card && card.classList.contains("is-editing")) {
        event.preventDefault();
        card.querySelector("[data-edit-form]").remove();
        card.classList.remove("is-editing");
        go(card);
      }
    }
  });
  function edit(opener) {
    var card = opener.closest("[data-card]");
    var open = pane.querySelector("[data-edit-form]");
    if (open && card.contains(open) && opener.dataset.wording) {  // the skeleton goes into the form that is open
      open.elements.wording.value = opener.dataset.wording;
      open.dataset.changed = "1";
      open.elements.wording.focus();
      return;
    }
    if (open && (open.dataset.changed || card.contains(open))) { open.elements.title.focus(); return; }  // one at a time, nothing typed is lost
    if (open && open.closest(".is-editing")) { open.closest(".is-editing").classList.remove("is-editing"); open.remove(); }
    fetch(opener.dataset.edit, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(function (html) {
        var form = new DOMParser().parseFromString(html, "text/html").querySelector("form");
        card.classList.add("is-editing");
        card.appendChild(document.adoptNode(form));
        owners(form);
        form.addEventListener("input", function () { form.dataset.changed = "1"; });
        form.addEventListener("submit", function () { delete form.dataset.changed; });
        form.elements[opener.dataset.wording ? "wording" : "title"].focus();
        form.scrollIntoView({ block: "nearest" });
      })
      .catch(function () { window.location.assign(opener.href); });
  }

  window.addEventListener("beforeunload", function (event) {
    if (pane.querySelector("[data-edit-form][data-changed]")) { event.preventDefault(); }
  });

  // Only people of the lead unit can answer for a task: the others are put aside.
  function owners(form) {
    var lead = form.elements.lead_unit_id, owner = form.elements.owner_id;
    if (!lead || !owner) { return; }
    var every = Array.from(owner.options);
    function show() {
      var kept = owner.value;
      owner.replaceChildren.apply(owner, every.filter(function (option) { return !option.dataset.unit || option.dataset.unit === lead.value; }));
      owner.value = Array.from(owner.options).some(function (option) { return option.value === kept; }) ? kept : "";
    }
    lead.addEventListener("change", show);
    show();
  }
  pane.querySelectorAll("[data-edit-form]").forEach(owners);

  // The bar says how many are chosen and offers what can be done with them.
  var bar = pane.querySelector("[data-selection-bar]");
  function count() {
    if (!bar) { return; }
    var chosen = Array.from(pane.querySelectorAll("[data-choose]:checked"));
    var kinds = { proposed: 0, established: 0 };
    chosen.forEach(function (box) { kinds[box.dataset.choose] += 1; });
    bar.classList.toggle("is-empty", chosen.length === 0);
    bar.querySelector("[data-chosen-count]").textContent = "已选 " + chosen.length + " 条";
    bar.querySelectorAll("[data-for]").forEach(function (button) {
      var mine = kinds[button.dataset.for];
      button.hidden = mine < Number(button.dataset.least || 1) || mine !== chosen.length;
    });
  }
  pane.addEventListener("change", function (event) { if (event.target.matches("[data-choose]")) { count(); } });
  window.addEventListener("pageshow", count);
  count();

  // A button at the selected text. pick.js fills the form; here it is sent without leaving the text.
  var form = document.getElementById("add-form");
  var report = document.querySelector("[data-pick]");
  if (!form || !report) { return; }
  var bubble = document.createElement("button");
  bubble.type = "button";
  bubble.className = "btn btn-primary btn-sm pick-bubble";
  bubble.textContent = "添加为条目";
  bubble.hidden = true;
  document.body.appendChild(bubble);
  bubble.addEventListener("mousedown", function (event) { event.preventDefault(); });
  bubble.addEventListener("click", function () { bubble.hidden = true; form.requestSubmit(); });
  document.addEventListener("selectionchange", function () {
    var selection = window.getSelection();
    var range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    if (!range || !report.contains(range.commonAncestorContainer) || String(selection).trim().length < 4) { bubble.hidden = true; return; }
    var box = range.getBoundingClientRect();
    bubble.hidden = false;
    bubble.style.setProperty("top", Math.max(8, box.bottom + window.scrollY + 6) + "px");
    bubble.style.setProperty("left", Math.max(8, Math.min(box.left + window.scrollX, document.documentElement.clientWidth - 140)) + "px");
  });
  scroller.addEventListener("scroll", function () { bubble.hidden = true; }, { passive: true });
  report.closest(".pane-body").addEventListener("scroll", function () { bubble.hidden = true; }, { passive: true });
})();
