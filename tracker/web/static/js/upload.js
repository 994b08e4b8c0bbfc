// Uploading with a progress line. Without this file the form is sent as it is. form[data-upload] holds a .working with <progress>.
// A view that flashes a notice should answer X-Requested-With: upload with X-Location instead of a redirect: the redirect is
// followed here before the browser goes there, which would use the notice up. A view without one may redirect as usual.
(function () {
  "use strict";
  // The server refused: its page, with the error summary, takes the place of this one. Parsed, never written: no script in it runs.
  function showRefusal(html) {
    var answer = new DOMParser().parseFromString(html, "text/html");
    var refused = answer.querySelector("main");
    if (!refused) { window.location.reload(); return; }
    document.querySelector("main").replaceWith(document.adoptNode(refused));
    document.title = answer.title;
    var summary = document.querySelector(".error-summary") || document.querySelector("main h1");
    if (summary) { summary.setAttribute("tabindex", "-1"); summary.focus(); }
    window.scrollTo(0, 0);
    document.querySelectorAll("form[data-upload]").forEach(enhance);
  }

  function enhance(form) {
    var working = form.querySelector(".working");
    var input = form.querySelector("input[type=file]");
    var drop = form.querySelector(".file-drop");
    var limit = Number(form.dataset.maxBytes || 0);
    if (!working || !input || !window.FormData) { return; }
    var bar = working.querySelector("progress");
    var text = working.querySelector(".working-text");
    var busy = false;

    if (drop) {
      ["dragover", "dragleave", "drop"].forEach(function (kind) {
        drop.addEventListener(kind, function (event) {
          event.preventDefault();
          drop.classList.toggle("is-over", kind === "dragover");
          if (kind === "drop" && event.dataTransfer.files.length) { input.files = event.dataTransfer.files; }
        });
      });
    }

    form.addEventListener("submit", function (event) {
      if (!input.files.length) { return; }
      event.preventDefault();
      if (busy) { return; }
      working.hidden = false;
      bar.hidden = false;
      var size = Array.from(input.files).reduce(function (sum, file) { return sum + file.size; }, 0);
      if (limit && size > limit) {
        text.textContent = "文件共 " + Math.ceil(size / 1048576) + " MB，超过 " + Math.floor(limit / 1048576) + " MB 的上限。请压缩图片或拆分后再上传。";
        bar.hidden = true;
        return;
      }
      busy = true;
      var request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("X-Requested-With", "upload");
      request.upload.addEventListener("progress", function (step) {
        if (step.lengthComputable) {
          bar.max = step.total;
          bar.value = step.loaded;
          text.textContent = step.loaded < step.total ? "正在上传，已完成 " + Math.round((100 * step.loaded) / step.total) + "%" : "已上传，正在识别，请稍候";
        }
      });
      request.addEventListener("load", function () {
        var next = request.getResponseHeader("X-Location");
        if (next && next.charAt(0) === "/" && next.charAt(1) !== "/") { window.location.assign(next); return; }
        if (request.status < 400 && request.responseURL) { window.location.assign(request.responseURL); return; }
        showRefusal(request.responseText);
      });
      request.addEventListener("error", function () {
        text.textContent = "连接中断，文件没有传上去。请检查网络后重新点“上传”。";
        busy = false;
      });
      request.send(new FormData(form));
    });
  }

  document.querySelectorAll("form[data-upload]").forEach(enhance);
})();
