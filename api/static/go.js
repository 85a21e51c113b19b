// The palette over any page, the overlay of keys, and partial swaps. Each has its way without: /go, the pages themselves, a full load.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (event) => event.target.closest?.("input, textarea, select, [contenteditable]");

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  // The palette: a combobox in a dialog. Focus stays in the field; the arrows move what is active in the list.
  const palette = (() => {
    let dialog, input, list, told, before, asked = 0, timer;
    const options = () => all("[role=option]", list);
    const active = () => list.querySelector("[aria-selected=true]");

    function build() {
      input = element("input", { type: "text", role: "combobox", id: "go-field", "aria-expanded": "false", "aria-controls": "go-list", "aria-autocomplete": "list", "aria-label": "Where to", placeholder: "A client, an engagement, a contact, a document, a page", maxlength: "80", autocomplete: "off", spellcheck: "false" });
      list = element("ul", { role: "listbox", id: "go-list", "aria-label": "Ways" });
      told = element("p", { class: "small soft", role: "status" });
      const hint = element("p", { class: "small soft wide-only" });
      hint.innerHTML = "<kbd>↑</kbd><kbd>↓</kbd> choose <kbd>Enter</kbd> open <kbd>Esc</kbd> close";
      dialog = element("dialog", { class: "palette noprint", "aria-label": "Go to" }, input, list, told, hint);
      document.body.append(dialog);
      input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 90); });
      input.addEventListener("keydown", key);
      list.addEventListener("pointermove", (event) => choose(event.target.closest("[role=option]")));
      list.addEventListener("click", (event) => { const one = event.target.closest("[role=option]"); if (one) { event.preventDefault(); open(one, event.ctrlKey || event.metaKey); } });
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
      dialog.addEventListener("close", () => before?.focus?.());
    }

    function choose(one) {
      if (!one) return;
      active()?.setAttribute("aria-selected", "false");
      one.setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", one.id);
      one.scrollIntoView({ block: "nearest" });
    }

    function key(event) {
      const every = options(), at = every.indexOf(active());
      const step = { ArrowDown: at + 1, ArrowUp: at - 1 + (at < 1 ? every.length : 0), PageDown: Math.min(at + 5, every.length - 1), PageUp: Math.max(at - 5, 0) }[event.key];
      if (step !== undefined && every.length) { event.preventDefault(); choose(every[step % every.length]); }
      if (event.key === "Enter" && active()) { event.preventDefault(); open(active(), event.ctrlKey || event.metaKey); }
    }

    function open(one, beside) {
      const to = one.querySelector("a").href;
      if (beside) return window.open(to, "_blank", "noopener");
      before = null;
      dialog.close();
      location.assign(to);
    }

    async function look() {
      const turn = ++asked;
      let found = null;
      try {
        const answer = await fetch(`/api/v1/go?q=${encodeURIComponent(input.value.slice(0, 80))}`);
        if (answer.ok) found = await answer.json();
      } catch { /* told below */ }
      if (turn !== asked) return;
      if (!found) { told.textContent = "The server does not answer. Try again."; return; }
      list.replaceChildren(...found.map((way, n) => {
        const link = element("a", { href: way.href, tabindex: "-1" }, way.title);
        return element("li", { role: "option", id: `go-${n}`, "aria-selected": "false" }, link, element("span", { class: "small soft" }, way.detail), element("span", { class: "kind small soft" }, way.kind));
      }));
      input.setAttribute("aria-expanded", String(found.length > 0));
      input.removeAttribute("aria-activedescendant");
      told.textContent = found.length ? `${found.length} ${found.length === 1 ? "way" : "ways"}` : "Nothing of that name among what you may see.";
      choose(options()[0]);
    }

    return () => {
      if (!dialog) build();
      if (dialog.open) return dialog.close();
      before = document.activeElement;
      // opened before the page was drawn and gave its first field the focus: it gets it afterwards
      if (before === document.body) before = document.querySelector("#main [autofocus]");
      input.value = "";
      list.replaceChildren();
      dialog.showModal();
      input.focus();
      look();
    };
  })();

  // "?": the keys of every page, then those that controls of this page name.
  const keys = (() => {
    let dialog;
    const always = [["Ctrl K", "Go to: a client, a page, anything"], ["/", "Search everything"], ["f", "Filter the list"], ["j  k", "Next and previous in a list or a draft"], ["n", "Start a clock, where clocks are"], ["?", "These keys"], ["Esc", "Close what is open"]];
    return () => {
      if (dialog?.open) return dialog.close();
      dialog?.remove();
      const own = all("[data-key]").filter((one) => one.offsetParent).map((one) => [one.dataset.key, (one.querySelector("summary") ?? one).textContent.replace(/\s+/g, " ").trim().replace(new RegExp(`\\s*${one.dataset.key}$`), "").slice(0, 60)]);
      const rows = (pairs) => element("dl", { class: "keys" }, ...pairs.flatMap(([name, said]) => [element("dt", {}, ...name.split(/ +/).map((one) => element("kbd", {}, one))), element("dd", {}, said)]));
      const close = element("button", { type: "button", class: "plain" }, "Close");
      close.addEventListener("click", () => dialog.close());
      const parts = [element("h2", {}, "Keys"), rows(always)];
      if (own.length) parts.push(element("h3", { class: "sub" }, "On this page"), rows(own));
      dialog = element("dialog", { class: "overlay noprint", "aria-label": "Keys" }, ...parts, close);
      document.body.append(dialog);
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
      dialog.showModal();
    };
  })();

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") { event.preventDefault(); palette(); }
    else if (event.key === "?" && !typing(event) && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); keys(); }
  });
  all("[data-palette]").forEach((link) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    palette();
  }));

  // Partial swaps. A link or a GET form with data-swap="#region" fetches its page and puts that region of it in the place of this one:
  // address, title, history, place of scrolling and focus are kept. Whatever goes wrong, the page is loaded as a whole.
  let turn = 0;

  async function swap(url, region, push) {
    const mine = ++turn, here = document.querySelector(region);
    if (!here) return location.assign(url);
    here.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { accept: "text/html", "x-swap": region } });
      const kind = answer.headers.get("content-type") ?? "";
      if (!answer.ok || !kind.startsWith("text/html")) return location.assign(url);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html"), there = page.querySelector(region);
      if (mine !== turn) return;
      if (!there || new URL(answer.url).pathname === "/sign-in") return location.assign(url);
      const address = answer.redirected ? answer.url : url;
      const place = focused(here);
      if (push) {
        history.replaceState({ ...history.state, swap: region, scroll: scrollY }, "");
        history.pushState({ swap: region }, "", address);
      }
      const put = () => {
        document.title = page.title;
        here.replaceWith(document.adoptNode(there));
        refocus(there, place);
        there.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
      };
      if (document.startViewTransition && !matchMedia("(prefers-reduced-motion: reduce)").matches) await document.startViewTransition(put).updateCallbackDone;
      else put();
      if (!push && history.state?.scroll !== undefined) scrollTo(0, history.state.scroll);
    } catch {
      location.assign(url);
    } finally {
      here.removeAttribute("aria-busy");
    }
  }

  // A link with data-come="#region" is followed by itself when it is about to be seen, or where the address names what only it brings:
  // that region of its page takes the place of this one. Where that fails, the link is still there.
  async function come(link) {
    try {
      const region = link.dataset.come, answer = await fetch(link.href, { headers: { accept: "text/html", "x-swap": region } });
      if (!answer.ok || new URL(answer.url).pathname !== location.pathname) return;
      const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(region), here = link.closest(region);
      if (!there || !here) return;
      here.replaceWith(document.adoptNode(there));
      there.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
      if (location.hash.length > 1) there.querySelector(`#${CSS.escape(location.hash.slice(1))}`)?.scrollIntoView();
    } catch { /* the link is still there */ }
  }
  const near = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => { near.unobserve(one.target); come(one.target); }), { rootMargin: "400px" });
  all("a[data-come]").forEach((link) => location.hash.length > 1 && !document.getElementById(location.hash.slice(1)) ? come(link) : near.observe(link));

  // What has the focus is found again by its id, its name, or where it led.
  function focused(root) {
    const one = document.activeElement;
    if (!one || !root.contains(one)) return null;
    return { id: one.id, name: one.getAttribute("name"), text: one.textContent.trim(), tag: one.tagName, start: one.selectionStart, end: one.selectionEnd };
  }

  function refocus(root, place) {
    if (!place) return;
    const one = (place.id && root.querySelector(`#${CSS.escape(place.id)}`)) || (place.name && root.querySelector(`[name="${CSS.escape(place.name)}"]`)) || all(place.tag, root).find((other) => other.textContent.trim() === place.text);
    if (!one) { root.tabIndex = -1; return root.focus({ preventScroll: true }); }
    one.focus({ preventScroll: true });
    if (typeof place.start === "number" && one.setSelectionRange) one.setSelectionRange(place.start, place.end);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link.origin !== location.origin) return;
    event.preventDefault();
    swap(link.href, link.dataset.swap, true);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-swap]");
    if (!form || event.defaultPrevented || form.method !== "get") return;
    event.preventDefault();
    const url = new URL(form.action), fields = new FormData(form, event.submitter);
    url.search = new URLSearchParams([...fields].filter(([, value]) => typeof value === "string" && value !== ""));
    swap(url.href, form.dataset.swap, true);
  });
  addEventListener("popstate", (event) => { if (event.state?.swap) swap(location.href, event.state.swap, false); });

})();
