// An application is saved while it is written: eight seconds after the last stroke, and on leaving a field.
// Nobody overwrites anybody: the server compares what this page has seen, and asks where two texts differ.
// What is not saved yet is also kept on this device, encrypted for this draft and this account, so that a
// closed window or an expired session loses nothing.
(() => {
  "use strict";
  const form = document.getElementById("apply");
  if (!form) return;
  const WAIT = 8000, KEEP = 800;
  const told = document.getElementById("saved");
  const contested = document.getElementById("contested");
  const skew = Date.parse(form.dataset.now) - Date.now();
  const place = `gongyitong.draft.${form.dataset.keptAs}`;
  let dirty = false, busy = false, again = false, isAway = false, isContested = false, timer = 0, keeper = 0;

  const say = (text, isFine) => {
    told.textContent = text;
    told.classList.toggle("saved--not", !isFine);
  };
  const typed = () => {
    const data = new FormData(form);
    for (const name of ["file", "csrfmiddlewaretoken", "key"]) data.delete(name);
    return [...data.entries()].filter(([, value]) => typeof value === "string");
  };

  // --- kept on this device -------------------------------------------------------------------------------
  const bytes = (hex) => new Uint8Array(hex.match(/../g).map((two) => parseInt(two, 16)));
  const key = () => crypto.subtle.importKey("raw", bytes(form.dataset.keptUnder), "AES-GCM", false, ["encrypt", "decrypt"]);
  const canKeep = () => Boolean(window.crypto && crypto.subtle && window.localStorage);
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""));
  const data = (string) => Uint8Array.from(atob(string), (one) => one.charCodeAt(0));
  const keep = async () => {
    if (!canKeep()) return;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify({ at: Date.now() + (skew || 0), fields: typed() }));
    try {
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain);
      if (dirty) localStorage.setItem(place, JSON.stringify({ iv: text(iv), sealed: text(sealed) }));
    } catch { /* a full or forbidden store: the page itself still holds the text */ }
  };
  const forget = () => { clearTimeout(keeper); if (canKeep()) localStorage.removeItem(place); };
  const kept = async () => {
    if (!canKeep() || !localStorage.getItem(place)) return null;
    try {
      const { iv, sealed } = JSON.parse(localStorage.getItem(place));
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: data(iv) }, await key(), data(sealed));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch { forget(); return null; }
  };
  const isText = (name) => name.startsWith("q.") || /^b\d+-/.test(name);
  const differs = (fields) => {
    const mine = new Map(), theirs = new Map();
    for (const [into, from] of [[mine, fields], [theirs, typed()]]) {
      for (const [name, value] of from) if (isText(name)) into.set(name, `${into.get(name) || ""} ${value.replace(/\r\n/g, "\n")}`);
    }
    return [...new Set([...mine.keys(), ...theirs.keys()])].some((name) => (mine.get(name) || "").trim() !== (theirs.get(name) || "").trim());
  };
  const restore = (fields) => {
    const values = new Map();
    for (const [name, value] of fields) values.set(name, [...(values.get(name) || []), value]);
    for (const box of form.elements) {
      if (!box.name || box.type === "file" || box.type === "submit" || box.name === "state") continue;
      if (["csrfmiddlewaretoken", "key"].includes(box.name)) continue;
      const found = values.get(box.name) || [];
      if (box.type === "checkbox" || box.type === "radio") box.checked = found.includes(box.value);
      else if (found.length) box.value = found[0];
    }
    document.dispatchEvent(new Event("draft-restored"));
    dress();
    dirty = true;
    save();
  };
  const offer = async () => {
    const found = await kept();
    if (!found) return;
    if (!differs(found.fields)) { forget(); return; }
    const bar = document.getElementById("restore");
    const when = bar.querySelector("[data-restore-at]");
    const at = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });
    when.textContent = when.dataset.restoreAt.replace("{time}", at.format(new Date(found.at)));
    bar.hidden = false;
    bar.addEventListener("click", (event) => {
      const choice = event.target.dataset.restore;
      if (!choice) return;
      bar.hidden = true;
      if (choice === "yes") restore(found.fields); else forget();
    });
  };

  // --- saving --------------------------------------------------------------------------------------------
  // After signing in again the old token of this page is void: fetch a new one.
  const freshen = async () => {
    const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return answer.status;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#apply input[name=csrfmiddlewaretoken]");
    if (fresh) for (const one of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) one.value = fresh.value;
    return fresh ? 200 : 0;
  };
  const send = () => {
    const body = new FormData(form);
    body.delete("file");
    const token = form.querySelector("input[name=csrfmiddlewaretoken]").value;
    return fetch(form.action, { method: "POST", body, headers: { Accept: "application/json", "HX-Request": "true", "X-CSRFToken": token } });
  };
  const faults = (found) => {
    for (const box of form.querySelectorAll("[data-fault]")) {
      if (box.dataset.fault === "file") continue;
      const says = found[box.dataset.fault.replace(/^q\./, "")] || "";
      box.hidden = !says;
      box.lastElementChild.textContent = says;
      box.closest(".field, .cell").classList.toggle("field--error", Boolean(says));
    }
  };
  const away = () => {
    isAway = true;
    dirty = true;
    say(form.dataset.unsaved, false);
    keep();
    document.dispatchEvent(new Event("signed-out"));
  };
  const take = (answer, body) => {
    faults(body.faults || {});
    for (const [name, value] of Object.entries(body.marks || {})) {
      const box = form.elements.namedItem(name);
      if (box) box.value = value;
    }
    if (body.missing) document.getElementById("missing").innerHTML = body.missing;
    if (body.sums) document.getElementById("sums").innerHTML = body.sums;
    isContested = Boolean(body.contested);
    contested.hidden = !isContested;
    say(body.says, answer.ok);
  };
  const save = async () => {
    clearTimeout(timer);
    if (busy) { again = dirty; return; }
    if (!dirty || isContested || form.dataset.sent) return;
    dirty = again = false;
    busy = true;
    say(form.dataset.saving, true);
    try {
      let answer = await send();
      if (answer.status === 403 && (await freshen()) !== 401) answer = await send();
      if (answer.status === 401) { away(); return; }
      const body = await answer.json();
      take(answer, body);
      if (answer.ok && !dirty) { isAway = false; forget(); document.dispatchEvent(new Event("draft-saved")); }
      if (!answer.ok) { dirty = dirty || answer.status !== 422; keep(); }
      const bar = document.getElementById("signed-out");
      if (bar) bar.hidden = true;
    } catch {
      dirty = true;
      say(form.dataset.offline, false);
      timer = setTimeout(save, WAIT);
    } finally {
      busy = false;
      if (dirty && !isAway && !isContested) { clearTimeout(timer); timer = setTimeout(save, again ? 0 : WAIT); }
    }
  };

  // --- the page while one types --------------------------------------------------------------------------
  const conditions = () => {
    for (const box of form.querySelectorAll("[data-when]")) {
      const chosen = [...form.querySelectorAll(`[name="${box.dataset.when}"]`)].find((one) => one.checked || one.tagName === "SELECT");
      box.hidden = !chosen || chosen.value !== box.dataset.equals;
    }
  };
  const counts = () => {
    for (const one of form.querySelectorAll("[data-count]")) {
      const length = [...document.getElementById(one.dataset.count).value.trim()].length;
      one.textContent = `${length}/${one.dataset.most}`;
      one.classList.toggle("count--over", length > Number(one.dataset.most));
    }
  };
  const dress = () => { conditions(); counts(); };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    dirty = true;
    say(form.dataset.unsaved, true);
    dress();
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
    clearTimeout(keeper);
    keeper = setTimeout(keep, KEEP);
  });
  form.addEventListener("focusout", (event) => { if (!event.relatedTarget || event.relatedTarget.type !== "submit") save(); });
  form.addEventListener("submit", () => { clearTimeout(timer); keep(); });
  window.addEventListener("focus", () => { if (isAway) save(); });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !form.dataset.sent) event.preventDefault();
  });
  // A chosen, dropped or photographed file goes up at once, together with everything written so far.
  const drop = form.querySelector("[data-drop]");
  if (drop) {
    const upload = drop.querySelector("button[value=upload]");
    drop.addEventListener("change", (event) => { if (event.target.files && event.target.files.length) form.requestSubmit(upload); });
    for (const name of ["dragover", "dragenter"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("drop--over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("drop--over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("drop--over");
      if (!event.dataTransfer.files.length) return;
      drop.querySelector("#file").files = event.dataTransfer.files;
      form.requestSubmit(upload);
    });
  }
  dress();
  offer();
})();
