// Uploading with a progress line. Without this file the form is sent as it is. form[data-upload] holds a .working with <progress>.
(function () {
  "use strict";
  document.querySelectorAll("form[data-upload]").forEach(function (form) {
    var working = form.querySelector(".working");
    var input = form.querySelector("input[type=file]");
    var drop = form.querySelector(".file-drop");
    var limit = Number(form.dataset.maxBytes || 0);
    if (!working || !input || !window.FormData) { return; }
    var bar = working.querySelector("progress");
    var text = working.querySelector(".working-text");

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
      working.hidden = false;
      var size = Array.from(input.files).reduce(function (sum, file) { return sum + file.size; }, 0);
      if (limit && size > limit) {
        text.textContent = "文件共 " + Math.ceil(size / 1048576) + " MB，超过 " + Math.floor(limit / 1048576) + " MB 的上限。请压缩图片或拆分后再上传。";
        bar.hidden = true;
        delete form.dataset.sent;
        return;
      }
      var request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.upload.addEventListener("progress", function (step) {
        if (step.lengthComputable) {
          bar.max = step.total;
          bar.value = step.loaded;
          text.textContent = step.loaded < step.total ? "正在上传，已完成 " + Math.round((100 * step.loaded) / step.total) + "%" : "已上传，正在识别，请稍候";
        }
      });
      // The answer (the next page, or this one with its errors) is shown as it came: asking for it again would lose its notices.
      request.addEventListener("load", function () {
        if (request.responseURL) { window.history.pushState(null, "", request.responseURL); }
        document.open();
        document.write(request.responseText);
        document.close();
      });
      request.addEventListener("error", function () {
        text.textContent = "连接中断，文件没有传上去。请检查网络后重新点“上传”。";
        delete form.dataset.sent;
      });
      request.send(new FormData(form));
    });
  });
})();
