// Timelines and the inbox: naming colleagues, suggesting timelines, older entries in place, and the inbox by keyboard. Without it every
// form works as it stands. Uses the pieces of app.js.
"use strict";

// "@" in a text offers who may see the client: arrows choose, Enter or Tab takes, Escape leaves it as it was typed.
function mentioning() {
  $$("[data-mentions]").forEach((text, number) => {
    let people = null, found = [], at = 0;
    const list = document.createElement("ul");
    list.className = "suggested";
    list.id = `suggested-${number}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Colleagues");
    list.hidden = true;
    text.closest("label").after(list);
    text.setAttribute("aria-controls", list.id);
    text.setAttribute("aria-autocomplete", "list");
    const begun = () => text.value.slice(0, text.selectionStart).match(/(?:^|[\s(])@([\w.+'-]*)$/);
    const close = () => {
      list.hidden = true;
      text.removeAttribute("aria-activedescendant");
    };
    const draw = () => {
      list.replaceChildren(...found.map((one, n) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${n}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(n === at));
        item.textContent = `${one.name} @${one.handle}`;
        item.addEventListener("mousedown", (event) => { event.preventDefault(); take(n); });
        return item;
      }));
      list.hidden = !found.length;
      if (found.length) text.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    };
    const take = (n) => {
      const typed = begun();
      if (!typed) return close();
      const start = text.selectionStart - typed[1].length;
      text.setRangeText(`${found[n].handle} `, start, text.selectionStart, "end");
      close();
    };
    text.addEventListener("input", async () => {
      if (!begun()) return close();
      if (people === null) {
        people = [];
        const answer = await fetch(text.dataset.mentions);
        people = answer.ok ? await answer.json() : [];
      }
      const typed = begun();
      if (!typed) return close();
      const wanted = typed[1].toLowerCase();
      found = people.filter((one) => one.handle.startsWith(wanted) || one.name.toLowerCase().split(/\s+/).some((part) => part.startsWith(wanted))).slice(0, 8);
      at = 0;
      draw();
    });
    text.addEventListener("blur", close);
    text.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); return take(at); }
      else if (event.key === "Escape") { event.stopPropagation(); return close(); }
      else return;
      event.preventDefault();
      draw();
    });
  });
}

// "Older" puts the next page below this one; a day that goes on there stays one day.
function older() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-more]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    link.classList.add("busy");
    const answer = await fetch(link.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return location.assign(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const stream = $(link.dataset.more), next = $("[data-more]", page);
    const sections = $$(`${link.dataset.more} > section`, page);
    const first = $("li a", sections[0] ?? page);
    sections.forEach((section) => {
      const last = $$("section.day", stream).at(-1);
      if (last && last.dataset.day === section.dataset.day) $("ul", last).append(...$$("ul > li", section));
      else stream.append(section);
    });
    first?.focus({ preventScroll: true });
    if (next) { link.href = next.getAttribute("href"); link.classList.remove("busy"); } else link.remove();
  });
}

// "n" and "c" open the forms of a timeline.
function writers() {
  const forms = $$("details.writer[data-key]");
  document.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    const form = forms.find((one) => one.dataset.key === event.key);
    if (!form) return;
    event.preventDefault();
    form.open = true;
    $("textarea, input:not([type=hidden])", form).focus();
  });
}

// The inbox: j and k walk, x ticks, a, t, p, s open an act, d is done. An act on nothing ticked is about the mail one stands on.
function triage() {
  const form = $("[data-triage]");
  if (!form) return;
  const mails = $$("[data-mail]", form), box = (mail) => $(":scope > input[type=checkbox]", mail);
  let at = -1;
  const stand = (n) => {
    mails[at]?.classList.remove("at");
    at = Math.min(Math.max(n, 0), mails.length - 1);
    mails[at].classList.add("at");
    $("[data-open]", mails[at]).focus({ preventScroll: true });
    mails[at].scrollIntoView({ block: "nearest" });
  };
  const choose = () => {
    if ($("input[name=message]:checked", form)) return true;
    if (at < 0) stand(0);
    box(mails[at]).checked = true;
    return true;
  };
  mails.forEach((mail, n) => mail.addEventListener("focusin", () => { if (n !== at) { mails[at]?.classList.remove("at"); at = n; mail.classList.add("at"); } }));
  $("[data-all]", form).addEventListener("change", (event) => mails.forEach((mail) => { box(mail).checked = event.target.checked; }));
  form.addEventListener("keydown", (event) => {
    const pop = event.target.closest(".pop");
    if (pop && event.key === "Enter" && event.target.tagName !== "BUTTON") { event.preventDefault(); $("button[formaction]", pop).click(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { $$("details[data-act][open]", form).forEach((one) => { one.open = false; }); if (at >= 0) $("[data-open]", mails[at]).focus(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    if (event.key === "j" || event.key === "k") return stand(at < 0 ? 0 : at + (event.key === "j" ? 1 : -1));
    if (event.key === "x" && at >= 0) { box(mails[at]).checked = !box(mails[at]).checked; return; }
    const control = /^[a-z]$/.test(event.key) && $(`[data-act="${event.key}"]`, form);
    if (!control || !choose()) return;
    event.preventDefault();
    if (control.tagName === "BUTTON") return control.click();
    control.open = true;
    $("select, input", control).focus();
  });
}

mentioning();
older();
writers();
triage();
