// One small script: walking tickmarks on the review page, streaming answers in chat, confirming nothing that can be undone.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

function review() {
  const draft = $("[data-review]");
  if (!draft) return;
  const figures = $$(".fig", draft), proof = $("#proof"), opened = Date.now();
  const seconds = () => $$("input[name=seconds]").forEach((i) => { i.value = Math.round((Date.now() - opened) / 1000); });
  let at = -1;
  async function show(index) {
    if (!figures.length) return;
    if (at >= 0) figures[at].classList.remove("at");
    at = (index + figures.length) % figures.length;
    const figure = figures[at];
    figure.classList.add("at");
    figure.scrollIntoView({ block: "nearest" });
    const answer = await fetch(`${draft.dataset.review}/proof/${figure.dataset.tick}`);
    proof.innerHTML = answer.ok ? await answer.text() : "<p class='problem'>The source could not be opened. Reload the page.</p>";
    place(proof);
  }
  figures.forEach((figure, index) => {
    figure.tabIndex = 0;
    figure.addEventListener("click", () => show(index));
    figure.addEventListener("keydown", (e) => { if (e.key === "Enter") show(index); });
  });
  const untied = figures.findIndex((f) => f.classList.contains("untied"));
  show(untied >= 0 ? untied : 0);
  document.addEventListener("submit", seconds, true);
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") show(at + 1);
    else if (event.key === "k") show(at - 1);
    else {
      const control = $(`[data-key="${event.key}"]`);
      if (!control) return;
      event.preventDefault();
      if (control.tagName === "DETAILS") { control.open = true; $("textarea, input:not([type=hidden])", control)?.focus(); }
      else control.click();
    }
  });
}

// The boxes of a marked passage come as percent of the page; without inline styles they are placed here.
function place(root = document) {
  $$(".lit[data-box]", root).forEach((box) => {
    const [left, top, width, height] = box.dataset.box.split(",").map(Number);
    Object.assign(box.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
  });
  $$("[data-width]", root).forEach((bar) => { bar.style.width = `${bar.dataset.width}%`; });
  $(".lit", root)?.scrollIntoView({ block: "center" });
}

function chat() {
  const form = $("[data-chat]");
  if (!form) return;
  const input = $("input[name=question]", form), turns = $("#turns");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const question = input.value.trim();
    if (!question) return;
    input.value = "";
    const turn = document.createElement("div");
    turn.className = "turn";
    turn.innerHTML = "<p class='q'></p><div class='a busy' aria-live='polite'></div>";
    $(".q", turn).textContent = question;
    turns.append(turn);
    turn.scrollIntoView({ block: "end" });
    const answer = $(".a", turn);
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { "content-type": "application/json", "x-csrf-token": form.dataset.csrf },
        body: JSON.stringify({ question, thread: form.dataset.thread || null }),
      });
      if (!response.ok) throw new Error((await response.json()).error);
      await stream(response, (event) => {
        if (event.delta) answer.textContent += event.delta;
        if (event.thread) form.dataset.thread = event.thread;
        if (event.error) throw new Error(event.error);
        if (event.html) { answer.textContent = ""; answer.outerHTML = event.html; }
      });
    } catch (error) {
      answer.textContent = error.message || "The connection was lost. Ask again.";
      answer.classList.add("late");
    }
    $(".busy", turn)?.classList.remove("busy");
    turn.scrollIntoView({ block: "end" });
  });
}

async function stream(response, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const lines = rest.split("\n");
    rest = lines.pop();
    lines.filter((line) => line.startsWith("data: ")).forEach((line) => take(JSON.parse(line.slice(6))));
  }
}

function filter() {
  const input = $("[data-filter]");
  if (!input) return;
  const rows = $$(input.dataset.filter);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    rows.forEach((row) => { row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word)); });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.matches("input, textarea")) { event.preventDefault(); input.focus(); }
  });
}

place();
review();
chat();
filter();
