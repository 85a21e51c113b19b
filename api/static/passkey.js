// Passkeys: the browser's part of both ceremonies. Without this script, or without WebAuthn, the other ways to sign in stand alone.
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (all) => (all || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const post = async (url, csrf, body) => {
    const headers = { "accept": "application/json", "content-type": "application/json" };
    if (csrf) headers["x-csrf-token"] = csrf;
    const answer = await fetch(url, { method: "POST", headers, credentials: "same-origin", body: JSON.stringify(body) });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.error || "This did not work. Try again.");
    return said;
  };

  const made = async (options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: listed(options.excludeCredentials) };
    const key = await navigator.credentials.create({ publicKey });
    const response = { clientDataJSON: text(key.response.clientDataJSON), attestationObject: text(key.response.attestationObject) };
    if (key.response.getTransports) response.transports = key.response.getTransports();
    return { id: key.id, rawId: text(key.rawId), type: key.type, response };
  };

  const signed = async (options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: listed(options.allowCredentials) };
    const key = await navigator.credentials.get({ publicKey });
    const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
    const response = { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature) };
    if (userHandle && userHandle.byteLength) response.userHandle = text(userHandle);
    return { id: key.id, rawId: text(key.rawId), type: key.type, response };
  };

  const said = (error) => ({ NotAllowedError: "Nothing was done: it was refused or took too long.", InvalidStateError: "This device holds a passkey for you already.", SecurityError: "Passkeys do not work under this address." })[error.name] || error.message || "This did not work. Try again.";

  const run = (box, act) => async (event) => {
    event.preventDefault();
    const button = box.querySelector("button"), told = box.querySelector("[role=status]");
    const csrf = box.querySelector("input[name=csrf]")?.value, name = box.querySelector("input[name=name]")?.value || "";
    button.disabled = true;
    told.textContent = "";
    try {
      const options = await post(box.dataset.options, csrf, {});
      const credential = await act(options);
      const done = await post(box.dataset.answer, csrf, { credential, name, next: box.dataset.next || "/" });
      window.location.assign(done.next);
    } catch (error) {
      told.textContent = said(error);
      button.disabled = false;
    }
  };

  document.querySelectorAll("[data-passkey-enter]").forEach((box) => { box.hidden = false; box.querySelector("button").addEventListener("click", run(box, signed)); });
  document.querySelectorAll("form[data-passkey-add]").forEach((form) => { form.hidden = false; form.addEventListener("submit", run(form, made)); });
  document.querySelectorAll("[data-without-passkey]").forEach((one) => { one.hidden = true; });
})();
