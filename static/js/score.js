// A score sheet is saved while it is filled: eight seconds after the last stroke and on leaving a field. What
// could not be saved stays in this browser and comes back with the page.
(() => {
  "use strict";
  const form = document.querySelector("form[data-sheet]");
  if (!form) return;
  const told = document.getElementById("saved");
  const clash = document.getElementById("clash");
  const total = document.getElementById("total");
  const version = form.querySelector("input[name=version]");
  const token = form.querySelector("input[name=csrfmiddlewaretoken]");
  const shelf = `sheet:${form.dataset.sheet}`;
  let dirty = false, busy = false, again = false, timer = 0, isAway = false, isLeaving = false, pressed = null;

  const say = (text, isFine) => {
    told.textContent = text;
    told.classList.toggle("saved--not", !isFine);
  };
  const points = (text) => {
    const plain = text.trim().replace(/[．。]/g, ".");
    return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : 0;
  };
  const count = () => {
    let sum = 0;
    for (const one of form.querySelectorAll("input[data-points]")) sum += points(one.value);
    for (const one of form.querySelectorAll("output[data-fixed]")) sum += points(one.dataset.fixed);
    total.textContent = String(Math.round(sum * 100) / 100);
  };

  // The copy in this browser, only while something is unsaved.
  const named = () => [...form.elements].filter((one) => one.name.startsWith("s-"));
  const keep = () => {
    const values = named().map((one) => [one.id, one.type === "checkbox" ? one.checked : one.value]);
    try { localStorage.setItem(shelf, JSON.stringify(values)); } catch (error) { /* a browser without room */ }
  };
  const forget = () => { try { localStorage.removeItem(shelf); } catch (error) { /* as above */ } };
  const restore = () => {
    let values = [];
    try { values = JSON.parse(localStorage.getItem(shelf) || "[]"); } catch (error) { forget(); }
    let changed = false;
    for (const [id, value] of values) {
      const one = document.getElementById(id);
      if (!one || one.form !== form) continue;
      const key = one.type === "checkbox" ? "checked" : "value";
      if (one[key] !== value) { one[key] = value; changed = true; }
    }
    if (!changed) { forget(); return; }
    dirty = true;
    say(form.dataset.restored, true);
    timer = setTimeout(save, 1000);
  };

  const fault = (faults) => {
    for (const one of form.querySelectorAll("[data-fault]")) {
      const says = faults[one.dataset.fault] || "";
      one.textContent = says;
      one.hidden = !says;
      one.parentElement.classList.toggle("points--wrong", Boolean(says));
    }
  };
  // After signing in again the old token of this page is void: fetch a new one.
  const freshen = async () => {
    const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-sheet] input[name=csrfmiddlewaretoken]");
    if (!fresh) return false;
    for (const one of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) one.value = fresh.value;
    return true;
  };
  const send = () => fetch(form.dataset.autosave, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json", "HX-Request": "true", "X-CSRFToken": token.value },
  });
  const choice = (words, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = words;
    button.addEventListener("click", act);
    return button;
  };
  const settle = (fresh) => {
    clash.replaceChildren(
      choice(form.dataset.mine, () => { version.value = fresh; clash.hidden = true; dirty = true; save(); }),
      choice(form.dataset.theirs, () => { dirty = false; forget(); location.reload(); }),
    );
    clash.hidden = false;
  };
  const save = async () => {
    clearTimeout(timer);
    if (busy) { again = dirty; return; }
    if (!dirty || isLeaving) return;
    dirty = again = false;
    busy = true;
    say(form.dataset.saving, true);
    try {
      let answer = await send();
      if (answer.status === 403 && await freshen()) answer = await send();
      if (answer.status === 401) {
        dirty = isAway = true;
        say(form.dataset.unsaved, false);
        document.dispatchEvent(new Event("signed-out"));
        return;
      }
      const body = await answer.json();
      if (!answer.ok) {
        say(body.says, false);
        if (body.version) settle(body.version);
        return;
      }
      version.value = body.version;
      isAway = false;
      document.getElementById("signed-out").hidden = true;
      fault(body.faults);
      say(body.saved, true);
      if (!dirty && !Object.keys(body.faults).length) forget();
    } catch (error) {
      dirty = true;
      say(form.dataset.offline, false);
      again = false;
    } finally {
      busy = false;
      // What was written meanwhile is saved at once if it was left meanwhile, else when it is left.
      if (dirty && !isAway && clash.hidden) { clearTimeout(timer); timer = setTimeout(save, again ? 0 : 8000); }
      if (pressed) { const by = pressed; pressed = null; form.requestSubmit(by); }
    }
  };

  form.addEventListener("input", () => {
    dirty = true;
    count();
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, 8000);
  });
  form.addEventListener("focusout", save);
  // What is pressed while a saving is on its way waits for it: the page must send the version it answers.
  form.addEventListener("submit", (event) => {
    if (busy) { event.preventDefault(); pressed = event.submitter; return; }
    isLeaving = true;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  window.addEventListener("focus", () => { if (isAway) save(); });
  window.addEventListener("beforeunload", (event) => { if (dirty && !isLeaving) event.preventDefault(); });
  restore();
  count();
})();
