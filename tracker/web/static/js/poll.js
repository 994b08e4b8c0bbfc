// Long work goes on in the background: [data-poll="address"] asks every two seconds and takes over the fragment that comes back.
// The answer's header X-Done: 1 (or a fragment without data-poll) ends it; X-Location says where to go next.
(function () {
  "use strict";
  function watch(box) {
    var wait = 2000;
    function ask() {
      if (document.hidden) { window.setTimeout(ask, wait); return; }
      fetch(box.dataset.poll, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } })
        .then(function (answer) {
          if (!answer.ok) { throw new Error(String(answer.status)); }
          var next = answer.headers.get("X-Location");
          if (next) { window.location.assign(next); return null; }
          var done = answer.headers.get("X-Done") === "1";
          return answer.text().then(function (html) {
            var page = new DOMParser().parseFromString(html, "text/html");
            box.replaceChildren.apply(box, Array.from(page.body.childNodes));
            if (!done) { window.setTimeout(ask, wait); }
          });
        })
        .catch(function () { wait = Math.min(wait * 2, 30000); window.setTimeout(ask, wait); });
    }
    window.setTimeout(ask, wait);
  }
  document.querySelectorAll("[data-poll]").forEach(watch);
})();
