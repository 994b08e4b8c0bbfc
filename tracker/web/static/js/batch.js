// Sending a folder, a zip or several files: form[data-batch]. Folders can be dropped; what was chosen is counted before it is sent, and a
// progress line runs while it is. Without this file both fields are ordinary ones and the form is sent as it is.
(function () {
  "use strict";
  var JUNK = /(^|\/)(thumbs\.db|desktop\.ini|\.ds_store|~\$[^/]*|\._[^/]*)$|(^|\/)__MACOSX\//i;

  // A dropped folder is walked; each file keeps the path it lies at.
  function walk(entry, path, found) {
    if (entry.isFile) {
      return new Promise(function (done) {
        entry.file(function (file) { found.push({ file: file, name: path + file.name }); done(); }, done);
      });
    }
    var reader = entry.createReader();
    function more() {
      return new Promise(function (done) { reader.readEntries(done, function () { done([]); }); }).then(function (entries) {
        if (!entries.length) { return null; }
        return Promise.all(entries.map(function (one) { return walk(one, path + entry.name + "/", found); })).then(more);
      });
    }
    return more();
  }

  function enhance(form) {
    var inputs = Array.from(form.querySelectorAll("input[type=file]"));
    var drop = form.querySelector("[data-batch-drop]");
    var chosen = form.querySelector("[data-batch-chosen]");
    var working = form.querySelector(".working");
    if (!inputs.length || !drop || !chosen || !working || !window.FormData) { return; }
    var bar = working.querySelector("progress");
    var text = working.querySelector(".working-text");
    var most = Number(form.dataset.maxFiles);
    var limit = Number(form.dataset.maxBytes);
    var dropped = [];
    var busy = false;

    function all() {
      var found = dropped.slice();
      inputs.forEach(function (input) {
        Array.from(input.files).forEach(function (file) { found.push({ file: file, name: file.webkitRelativePath || file.name }); });
      });
      return found.filter(function (one) { return !JUNK.test(one.name); });
    }

    function size(files) { return files.reduce(function (sum, one) { return sum + one.file.size; }, 0); }

    function refusal(files) {
      if (files.length > most) { return "一共 " + files.length + " 个文件，一批最多 " + most + " 个。请分成几批上传。"; }
      if (size(files) > limit) { return "文件合计 " + Math.ceil(size(files) / 1048576) + " MB，超过 " + Math.floor(limit / 1048576) + " MB 的上限。请分成几批上传。"; }
      return "";
    }

    function tell() {
      var files = all();
      chosen.hidden = !files.length;
      chosen.textContent = refusal(files) || "已选 " + files.length + " 个文件，共 " + Math.max(1, Math.round(size(files) / 1048576)) + " MB。";
    }

    inputs.forEach(function (input) { input.addEventListener("change", tell); });
    ["dragover", "dragleave", "drop"].forEach(function (kind) {
      drop.addEventListener(kind, function (event) {
        event.preventDefault();
        drop.classList.toggle("is-over", kind === "dragover");
        if (kind !== "drop") { return; }
        var entries = Array.from(event.dataTransfer.items || []).map(function (item) { return item.webkitGetAsEntry && item.webkitGetAsEntry(); }).filter(Boolean);
        var found = [];
        Promise.all(entries.map(function (entry) { return walk(entry, "", found); })).then(function () {
          dropped = dropped.concat(found);
          tell();
        });
      });
    });

    form.addEventListener("submit", function (event) {
      var files = all();
      if (!files.length) { return; }
      event.preventDefault();
      if (busy) { return; }
      working.hidden = false;
      bar.hidden = true;
      text.textContent = refusal(files);
      if (text.textContent) { return; }
      bar.hidden = false;
      busy = true;
      var data = new FormData(form);
      data.delete("files");
      data.delete("folder");
      files.forEach(function (one) { data.append("files", one.file, one.name); });
      var request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("X-Requested-With", "upload");
      request.upload.addEventListener("progress", function (step) {
        if (!step.lengthComputable) { return; }
        bar.max = step.total;
        bar.value = step.loaded;
        text.textContent = step.loaded < step.total ? "正在上传，已完成 " + Math.round((100 * step.loaded) / step.total) + "%" : "已上传，正在登记，请稍候";
      });
      request.addEventListener("load", function () {
        if (request.status < 400 && request.responseURL) { window.location.assign(request.responseURL); return; }
        busy = false;
        bar.hidden = true;
        var refused = new DOMParser().parseFromString(request.responseText, "text/html").querySelector(".error-summary li, main h1");
        text.textContent = refused ? refused.textContent : "没有上传成功，请刷新页面后重试。";
      });
      request.addEventListener("error", function () {
        text.textContent = "连接中断，文件没有传上去。请检查网络后重新点“上传”。";
        busy = false;
      });
      request.send(data);
    });
  }

  document.querySelectorAll("form[data-batch]").forEach(enhance);
})();
