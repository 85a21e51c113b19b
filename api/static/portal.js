// Sends what was chosen or dropped at once, with its progress. Without this script each form has a button of its own.
(() => {
  document.documentElement.classList.add("scripted");
  const most = 25;

  const say = (form, text, late) => {
    const line = form.querySelector(".progress");
    line.hidden = false;
    line.textContent = text;
    line.classList.toggle("late", Boolean(late));
  };

  const busy = (form, on) => {
    form.classList.toggle("busy", on);
    for (const one of form.querySelectorAll("input[type=file]")) one.disabled = on;
  };

  const send = (form, files) => {
    if (!files.length || form.classList.contains("busy")) return;
    if (files.length > most) return say(form, `Send at most ${most} files at a time.`, true);
    const body = new FormData();
    for (const one of form.querySelectorAll("input[type=hidden]")) body.append(one.name, one.value);
    for (const one of files) body.append("files", one, one.name);
    const what = files.length === 1 ? files[0].name : `${files.length} files`;
    const call = new XMLHttpRequest();
    call.open("POST", form.action);
    call.setRequestHeader("Accept", "application/json");
    call.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const part = Math.round((100 * event.loaded) / event.total);
      say(form, part < 100 ? `Sending ${what}: ${part} %` : `Sent. One moment…`);
    });
    const failed = () => {
      busy(form, false);
      form.reset();
      say(form, `${what} was not sent. Are you online? Please try again.`, true);
    };
    call.addEventListener("error", failed);
    call.addEventListener("abort", failed);
    call.addEventListener("load", () => {
      let told = {};
      try { told = JSON.parse(call.responseText); } catch { /* said below */ }
      if (call.status === 401) return location.assign("/portal/hello");
      if (call.status === 200 && told.next && !(told.problems || []).length) {
        const to = new URL(told.next, location.href);
        // the same page again with what became of it; a change of the part after # alone would not load it
        location.assign(to);
        return;
      }
      busy(form, false);
      form.reset();
      const words = (told.problems || []).join(" ") || told.error || `${what} was not sent. Please try again.`;
      say(form, told.kept && told.kept.length ? `${words} The rest is here.` : words, true);
    });
    busy(form, true);
    say(form, `Sending ${what}…`);
    call.send(body);
  };

  for (const form of document.querySelectorAll("form[data-send]")) {
    form.addEventListener("change", (event) => {
      if (event.target.type === "file") send(form, [...event.target.files]);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = [...form.querySelectorAll("input[type=file]")].flatMap((one) => [...one.files]);
      if (chosen.length) send(form, chosen);
      else say(form, "Choose a file first.", true);
    });
    const place = form.closest("li") || form;
    for (const name of ["dragenter", "dragover"]) {
      place.addEventListener(name, (event) => {
        if (!event.dataTransfer || ![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        place.classList.add("over");
      });
    }
    place.addEventListener("dragleave", (event) => {
      if (!place.contains(event.relatedTarget)) place.classList.remove("over");
    });
    place.addEventListener("drop", (event) => {
      if (!event.dataTransfer || !event.dataTransfer.files.length) return;
      event.preventDefault();
      place.classList.remove("over");
      send(form, [...event.dataTransfer.files]);
    });
  }
  // a file that misses its place must not replace the page
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
})();
