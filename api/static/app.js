// One small script: walking tickmarks, streaming answers, filtering and sorting tables, following a running night.
// Everything it does has a way without it; it never asks "are you sure".
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const typing = (event) => event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey;
document.documentElement.classList.add("scripted");

function review() {
  const draft = $("[data-review]");
  if (!draft) return;
  const marks = [...new Set($$(".fig", draft).map((f) => f.dataset.tick))].map(Number).sort((a, b) => a - b);
  const panel = $("#proof"), seconds = reading(`read ${draft.dataset.review} ${$("input[name=hash]")?.value ?? ""}`), narrow = matchMedia("(max-width: 900px)");
  let at = -1, asked = 0;

  async function show(tick, asking = true) {
    at = tick;
    $$("[data-tick]", draft).forEach((one) => one.classList.toggle("at", Number(one.dataset.tick) === tick));
    $(`.fig[data-tick="${tick}"]`, draft)?.scrollIntoView({ block: "nearest" });
    const turn = ++asked;
    const answer = await fetch(`${draft.dataset.review}/proof/${tick}`);
    const html = answer.ok ? await answer.text() : "<p class='problem'>The source could not be opened. Reload the page.</p>";
    if (turn !== asked) return;
    panel.innerHTML = html;
    panel.classList.toggle("open", asking);
    light(panel);
  }
  const step = (by) => {
    if (!marks.length) return;
    const place = marks.indexOf(at);
    show(marks[place < 0 ? 0 : (place + by + marks.length) % marks.length]);
  };
  $$(".fig", draft).forEach((figure) => {
    figure.tabIndex = 0;
    figure.setAttribute("role", "button");
    figure.addEventListener("click", () => show(Number(figure.dataset.tick)));
    figure.addEventListener("keydown", (e) => { if (e.key === "Enter") show(Number(figure.dataset.tick)); });
  });
  $$(".ledger [data-tick]", draft).forEach((row) => row.addEventListener("click", (event) => {
    event.preventDefault();
    show(Number(row.dataset.tick));
  }));
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step], [data-close]");
    if (!button) return;
    if ("close" in button.dataset) panel.classList.remove("open");
    else step(Number(button.dataset.step));
  });
  const untied = $(".fig.untied", draft);
  if (marks.length) show(untied ? Number(untied.dataset.tick) : marks[0], !narrow.matches);
  document.addEventListener("submit", () => {
    $$("input[name=seconds]").forEach((i) => { i.value = seconds(); });
  }, true);
  $$("[data-look]").forEach((link) => link.addEventListener("click", () => show(Number(link.dataset.look))));
  draft.addEventListener("submit", ticking);
  commenting(draft, () => at);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { panel.classList.remove("open"); $("[data-commenting]")?.closest("details").removeAttribute("open"); $$(".decide details[open]").forEach((d) => { d.open = false; }); }
    if (typing(event)) return;
    if (event.key === "j") return step(1);
    if (event.key === "k") return step(-1);
    const control = /^[a-z]$/.test(event.key) && $(`[data-key="${event.key}"]`);
    if (!control) return;
    event.preventDefault();
    if (event.key === "m") control.dispatchEvent(new Event("quote"));
    if (control.tagName === "DETAILS") { control.open = true; $("textarea, input:not([type=hidden])", control)?.focus(); }
    else control.click();
  });
}

// How long a version was read, in seconds, over all visits in this tab: time between two signs of life counts up to three minutes, a hidden
// page not at all.
function reading(key) {
  let counted = Number(sessionStorage.getItem(key) ?? 0), last = Date.now();
  const tick = () => {
    const now = Date.now();
    counted += Math.min(now - last, 180000);
    last = now;
    sessionStorage.setItem(key, String(counted));
  };
  addEventListener("pagehide", tick);
  ["keydown", "pointerdown", "pointermove", "wheel", "scroll"].forEach((name) => document.addEventListener(name, tick, { passive: true, capture: true }));
  document.addEventListener("visibilitychange", () => { if (document.hidden) tick(); else last = Date.now(); });
  return () => { tick(); return Math.round(counted / 1000); };
}

// A line of the checklist is ticked where it stands: the reader keeps her place.
async function ticking(event) {
  const form = event.target.closest("#checks form");
  if (!form) return;
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
  const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#checks");
  if (!answer.ok || !there) return location.reload();
  const place = $$("#checks form").indexOf(form);
  $("#checks").replaceWith(document.adoptNode(there));
  $$("#checks form button")[place]?.focus();
}

// Comments: selected words, or the figure in hand, go into the form; passages that were commented on are lit.
function commenting(draft, figure) {
  const form = $("[data-commenting]"), paper = $(".paper", draft);
  const letters = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const ranges = $$("[data-comment]", draft).map((one) => {
    const from = $(`#from-${one.dataset.comment}`), to = $(`#at-${one.dataset.comment}`);
    if (!from || !to) return null;
    const range = document.createRange();
    range.setStartAfter(from);
    range.setEndBefore(to);
    return range;
  }).filter(Boolean);
  if (ranges.length && window.Highlight) CSS.highlights.set("commented", new Highlight(...ranges));
  if (!form) return;
  const details = form.closest("details"), note = $("[name=note]", form), quote = $("[name=quote]", form);
  const take = () => {
    const chosen = getSelection(), words = chosen.toString().trim();
    if (words && chosen.rangeCount && paper.contains(chosen.anchorNode) && paper.contains(chosen.focusNode)) {
      const range = chosen.getRangeAt(0), before = document.createRange();
      before.setStart(paper, 0);
      before.setEnd(range.startContainer, range.startOffset);
      fill(words, "", Math.max(letters(before.toString()).split(letters(words)).length - 1, 0));
    } else if (figure() >= 0 && !quote.value) {
      const parts = $$(`.fig[data-tick="${figure()}"]`, paper).map((one) => one.textContent);
      fill(parts.join("").trim(), String(figure()), 0);
    }
  };
  const fill = (words, tick, nth) => {
    quote.value = words;
    form.elements.tick.value = tick;
    form.elements.nth.value = nth;
  };
  quote.addEventListener("input", () => { form.elements.tick.value = ""; form.elements.nth.value = 0; });
  details.addEventListener("quote", () => { take(); setTimeout(() => (quote.value ? note : quote).focus(), 0); });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "at-selection noprint";
  button.textContent = "Comment";
  button.hidden = true;
  document.body.append(button);
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    const inside = !chosen.isCollapsed && paper.contains(chosen.anchorNode) && paper.contains(chosen.focusNode);
    button.hidden = !inside;
    if (!inside) return;
    const box = chosen.getRangeAt(0).getBoundingClientRect();
    button.style.left = `${Math.min(box.right + scrollX, scrollX + innerWidth - 120)}px`;
    button.style.top = `${box.bottom + scrollY + 6}px`;
  });
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    details.open = true;
    details.dispatchEvent(new Event("quote"));
    button.hidden = true;
    details.scrollIntoView({ block: "nearest" });
  });
}

// The queue by keyboard: j and k go from draft to draft, Enter opens the one in focus as any link.
function walk() {
  if (!$("[data-walk]")) return;
  document.addEventListener("keydown", (event) => {
    if (typing(event) || (event.key !== "j" && event.key !== "k")) return;
    const links = $$("[data-walk] tbody tr:not([hidden]) .lead a");
    const place = links.indexOf(document.activeElement);
    links[Math.min(Math.max(place + (event.key === "j" ? 1 : -1), 0), links.length - 1)]?.focus();
  });
}

// Documents that may answer, by keyboard: y and n decide the row in focus, else the first; after an answer the first row has the focus.
function answers() {
  const table = $("[data-pairs]");
  if (!table) return;
  $(".lead a", table)?.focus({ preventScroll: true });
  document.addEventListener("keydown", (event) => {
    if (typing(event) || (event.key !== "y" && event.key !== "n")) return;
    const row = document.activeElement.closest("[data-pairs] tbody tr") ?? $("tbody tr", table);
    $(event.key === "y" ? "[data-yes]" : "[data-no]", row)?.click();
  });
}

// Scroll a page's picture, inside its window, to the passage that is lit.
function light(root = document) {
  $$(".window", root).forEach((frame) => {
    const lit = $(".lit, mark", frame);
    if (!lit) return;
    const centre = () => {
      const box = lit.getBoundingClientRect(), view = frame.getBoundingClientRect();
      frame.scrollTop += box.top - view.top - (view.height - box.height) / 3;
    };
    const picture = $("img", frame);
    if (picture && !picture.complete) picture.addEventListener("load", centre);
    centre();
  });
}

function chat() {
  const form = $("[data-chat]");
  if (!form) return;
  const input = $("input[name=question]", form), thread = $("input[name=thread]", form), turns = $("#turns");
  $$("[data-question]").forEach((button) => button.addEventListener("click", () => {
    input.value = button.textContent;
    form.requestSubmit();
  }));
  // one after the other: a conversation exists once its first answer was kept, so a question asked meanwhile waits for it
  let last = Promise.resolve();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = input.value.trim();
    if (!question) return;
    input.value = "";
    $("#begin")?.remove();
    const turn = document.createElement("div");
    turn.className = "turn";
    turn.innerHTML = "<p class='q'></p><div class='a busy' aria-live='polite'></div>";
    $(".q", turn).textContent = question;
    turns.append(turn);
    turn.scrollIntoView({ block: "end" });
    last = last.then(() => ask(form, thread, question, turn));
  });
}

async function ask(form, thread, question, turn) {
  const answer = $(".a", turn);
  let begun = thread.value;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": form.dataset.csrf },
      body: JSON.stringify({ question, thread: thread.value || null }),
    });
    if (!response.ok) throw new Error((await response.json()).error);
    await stream(response, (said) => {
      if (said.delta) answer.textContent += said.delta;
      if (said.thread) begun = said.thread;
      if (said.error) throw new Error(said.error);
      if (said.html) { answer.outerHTML = said.html; thread.value = begun; }
    });
  } catch (error) {
    answer.textContent = error.message || "The connection was lost. Ask again.";
    answer.classList.add("late");
  }
  $(".busy", turn)?.classList.remove("busy");
  turn.scrollIntoView({ block: "end" });
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
  const rows = $$(input.dataset.filter), told = $("[data-filtered]");
  const words = rows.map((row) => `${row.dataset.words || ""} ${row.textContent}`.toLowerCase());
  const apply = () => {
    const wanted = input.value.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, n) => {
      row.hidden = !wanted.every((word) => words[n].includes(word));
      if (!row.hidden) shown += 1;
    });
    $$("tbody").forEach((body) => { if ($("tr.group", body)) body.hidden = !$("tr:not(.group):not([hidden])", body); });
    if (told) told.textContent = input.value.trim() ? `${shown} of ${told.dataset.filtered}` : "";
  };
  input.addEventListener("input", apply);
  if (input.value) apply();
  document.addEventListener("keydown", (event) => {
    if (event.key === "f" && !typing(event)) { event.preventDefault(); input.focus(); }
  });
}

// "/" leads to the search over all clients, from every page.
function everywhere() {
  const input = $("#everywhere");
  if (!input) return;
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !typing(event)) { event.preventDefault(); input.focus(); input.select(); }
  });
}

// Clocks: what has passed is shown anew every ten seconds; "n" leads to the form that starts one.
function clocks() {
  const form = $("[data-start]");
  if (!form) return;
  const tell = () => $$("[data-started]").forEach((one) => {
    const minutes = Math.max(Math.floor((Date.now() - Date.parse(one.dataset.started) - ahead) / 60000), 0);
    one.textContent = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  });
  const ahead = Date.now() - Date.parse(form.dataset.start);
  setInterval(tell, 10000);
  document.addEventListener("keydown", (event) => {
    if (event.key === "n" && !typing(event)) { event.preventDefault(); $("input[name=work]", form).focus(); }
  });
}

// A page's main part from the answer to a form, without leaving the page; what had focus has it again.
async function swap(form, focus) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "text/html" } });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html"), main = $("#main", next);
  if (!main) return form.submit();
  const across = $(".scroll")?.scrollLeft ?? 0, down = scrollY;
  $("#main").replaceWith(document.adoptNode(main));
  if ($(".scroll")) $(".scroll").scrollLeft = across;
  scrollTo(0, down);
  board();
  moves();
  if (focus) $(focus)?.focus();
}

// A stage is chosen and the card moves: the button beside is for who has no script.
function moves() {
  $$("[data-move]").forEach((form) => $("select", form).addEventListener("change", () => {
    if (form.closest("[data-board]")) swap(form, `#${CSS.escape(form.closest("[data-card]").id)} a`);
    else form.submit();
  }));
}

// The board: a card is dragged to its stage; arrows go from card to card, [ and ] move the one in focus.
function board() {
  const all = $("[data-board]");
  if (!all) return;
  const stages = $$("section[data-stage]", all);
  const put = (card, stage) => {
    const form = $("[data-move]", card);
    if (!stage || stage === card.dataset.stage) return;
    $("select", form).value = stage;
    swap(form, `#${CSS.escape(card.id)} a`);
  };
  $$("[data-card]", all).forEach((card) => {
    card.draggable = true;
    card.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/plain", card.id); event.dataTransfer.effectAllowed = "move"; card.classList.add("dragged"); });
    card.addEventListener("dragend", () => card.classList.remove("dragged"));
    card.addEventListener("keydown", (event) => {
      if (typing(event) || !["[", "]", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const column = card.closest("section"), at = stages.indexOf(column), cards = $$("[data-card]", column);
      event.preventDefault();
      if (event.key === "[" || event.key === "]") return put(card, stages[at + (event.key === "]" ? 1 : -1)]?.dataset.stage);
      const across = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
      if (!across) return $("a", cards[cards.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)] ?? card).focus();
      const others = across > 0 ? stages.slice(at + 1) : stages.slice(0, at).reverse();
      $("[data-card] a", others.find((one) => $("[data-card]", one)) ?? column)?.focus();
    });
  });
  stages.forEach((section) => {
    section.addEventListener("dragover", (event) => { event.preventDefault(); section.classList.add("over"); });
    section.addEventListener("dragleave", () => section.classList.remove("over"));
    section.addEventListener("drop", (event) => {
      event.preventDefault();
      section.classList.remove("over");
      const card = document.getElementById(event.dataTransfer.getData("text/plain"));
      if (card) put(card, section.dataset.stage);
    });
  });
}

// My day by keyboard: j and k go from task to task, x is done, d puts off, h hands over, n is a new one, u takes the last act back.
function today() {
  const quick = $("[data-quick]");
  if (!quick) return;
  document.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    const links = $$("[data-task] .name"), at = links.indexOf(document.activeElement), row = links[at]?.closest("[data-task]");
    const open = (name) => { const more = $("details", row); if (!more) return; more.open = true; $(`[name=${name}]`, more)?.focus(); };
    if (event.key === "j" || event.key === "k") links[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), links.length - 1)]?.focus();
    else if (event.key === "n") $("[name=title]", quick).focus();
    else if (event.key === "u") $(".said form button")?.click();
    else if (row && event.key === "x") $(".tickoff button", row)?.click();
    else if (row && event.key === "d") open("until");
    else if (row && event.key === "h") open("to");
    else return;
    event.preventDefault();
  });
}

function sort(root = document) {
  $$("[data-sortable]", root).forEach((table) => {
    const heads = $$("thead th", table), body = $("tbody", table), first = $$("tr", body);
    heads.forEach((head, column) => {
      if (!head.dataset.sort) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort"), starts = head.dataset.sort === "number" ? "descending" : "ascending";
        const other = starts === "ascending" ? "descending" : "ascending";
        const next = before === null ? starts : before === starts ? other : null;
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        if (next === null) return body.append(...first);
        head.setAttribute("aria-sort", next);
        const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
        const compare = head.dataset.sort === "number" ? (a, b) => Number(value(a)) - Number(value(b)) : (a, b) => value(a).localeCompare(value(b));
        body.append(...[...first].sort((a, b) => (next === "ascending" ? compare(a, b) : compare(b, a))));
      });
    });
  });
}

function night() {
  const section = $("[data-progress]");
  if (!section) return;
  const look = async () => {
    const answer = await fetch(section.dataset.progress);
    const state = answer.ok ? await answer.json() : null;
    if (state && !state.running) return location.assign(section.dataset.progress.replace(/\/progress$/, ""));
    if (state) {
      const total = state.total ?? state.clients;
      $("[data-done]", section).textContent = state.said ?? (total ? `${state.done} of ${total} clients read` : "Counting the clients");
      $("rect", section).setAttribute("width", String((100 * state.done) / Math.max(total, 1)));
    }
    setTimeout(look, 1500);
  };
  setTimeout(look, 1000);
}

// Clients or timelines to choose, asked for as one types and not before.
function suggesting() {
  $$("[data-suggest]").forEach((input) => {
    const list = $(`#${input.getAttribute("list")}`);
    let turn = 0;
    const ask = async () => {
      const mine = ++turn;
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(input.value)}`);
      if (!answer.ok || mine !== turn) return;
      list.replaceChildren(...(await answer.json()).map((one) => new Option(one.label, one.label)));
    };
    input.addEventListener("input", ask);
    input.addEventListener("focus", ask, { once: true });
  });
}

// What go.js put in place of another region comes to life as the page did.
document.addEventListener("swapped", (event) => { light(event.target); sort(event.target); });

// Where one is stands in the middle of a row that scrolls. Not by scrollIntoView: newer browsers begin the order of Tab there.
$$(".top nav [aria-current], .tabs [aria-current]").forEach((one) => {
  const row = one.closest("nav"), at = one.getBoundingClientRect(), within = row.getBoundingClientRect();
  row.scrollLeft += at.left - within.left - (within.width - at.width) / 2;
});
light();
review();
walk();
answers();
chat();
filter();
everywhere();
clocks();
moves();
board();
today();
sort();
suggesting();
night();

// Onboarding: how many clicks a step took, told with its form; without this a form counts as one.
(() => {
  const counted = $$("input[name=clicks]");
  let clicks = 0;
  if (counted.length) addEventListener("click", () => { clicks += 1; counted.forEach((one) => { one.value = clicks; }); }, true);
})();
