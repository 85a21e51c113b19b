// Capacity: a piece of work is dragged to a person's week. Everything here is done without script too, by "Move" beside each piece.
"use strict";

(() => {
  const form = document.querySelector("#drop"), told = document.querySelector("#hovering");
  if (!form) return;
  const cells = [...document.querySelectorAll("[data-drop]")];
  const after = (cell) => cell.querySelector("[data-after]");
  const round = (text) => String(Math.round(Number(text) * 10) / 10);
  let held = null, turn = 0, timer, over = null;

  // Where the work goes: a task to the person and the week; the date of an engagement only moves within its owner's row, because its hours
  // are spread over all the weeks until then; a date that the law sets stays.
  function aim(cell) {
    const whole = held.dataset.item.startsWith("engagement:");
    const stays = held.dataset.fixed !== undefined || (whole && held.dataset.dated !== undefined && cell.dataset.person !== held.dataset.owner);
    return { item: held.dataset.item, to: cell.dataset.person, week: stays ? "" : cell.dataset.week };
  }

  function clear() {
    cells.forEach((cell) => {
      cell.classList.remove("aimed", "would-be-full");
      const says = after(cell);
      if (says.dataset.was !== undefined) { says.textContent = says.dataset.was; delete says.dataset.was; }
    });
  }

  async function look(cell) {
    const mine = ++turn, { item, to, week } = aim(cell);
    const query = new URLSearchParams({ item, person: to, ...(week ? { week } : {}) });
    const answer = await fetch(`/api/v1/capacity/preview?${query}`);
    if (mine !== turn || !held) return;
    const found = await answer.json();
    if (!answer.ok) { told.textContent = found.error ?? "This cannot be moved there."; return; }
    found.weeks.forEach((change) => {
      const there = cells.find((one) => one.dataset.email === change.email && one.dataset.week === change.monday);
      if (!there) return;
      const says = after(there);
      says.dataset.was ??= says.textContent;
      says.textContent = `→ ${round(change.after)}${change.free === null ? "" : ` of ${round(change.free)}`}`;
      there.classList.toggle("would-be-full", change.over && Number(change.after) > Number(change.before));
    });
    told.textContent = found.warnings.length ? `${found.warnings.join(". ")}.` : `${cell.dataset.name}, week of ${cell.dataset.week}`;
  }

  function hover(cell) {
    if (over === cell) return;
    over = cell;
    clear();
    cell.classList.add("aimed");
    clearTimeout(timer);
    timer = setTimeout(() => look(cell), 80);
  }

  document.querySelectorAll("[data-item]").forEach((item) => {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => {
      held = item;
      event.dataTransfer.setData("text/plain", item.dataset.item);
      event.dataTransfer.effectAllowed = "move";
      item.classList.add("dragged");
    });
    item.addEventListener("dragend", () => { held = over = null; turn += 1; clearTimeout(timer); item.classList.remove("dragged"); clear(); });
  });
  cells.forEach((cell) => {
    cell.addEventListener("dragover", (event) => { if (held) { event.preventDefault(); hover(cell); } });
    cell.addEventListener("drop", (event) => {
      if (!held) return;
      event.preventDefault();
      Object.entries({ ...aim(cell), mark: held.dataset.mark }).forEach(([name, value]) => { form.querySelector(`[name=${name}]`).value = value; });
      form.submit();
    });
  });
})();
