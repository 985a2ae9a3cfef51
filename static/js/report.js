// A report is saved while it is written: eight seconds after the last stroke, and on leaving a field.
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const told = document.getElementById("saved");
  const missing = document.getElementById("missing");
  const complete = document.getElementById("complete");
  const token = form.querySelector("input[name=csrfmiddlewaretoken]");
  const version = form.querySelector("input[name=version]");
  let dirty = false, busy = false, again = false, timer = 0, isAway = false, pressed = null;

  const say = (text, isFine) => {
    told.textContent = text;
    told.classList.toggle("saved--not", !isFine);
  };
  const list = (rows) => {
    missing.replaceChildren(...rows.map(([target, text]) => {
      const item = document.createElement("li");
      if (!target) { item.textContent = text; return item; }
      const link = document.createElement("a");
      link.href = `#${target}`;
      link.textContent = text;
      item.append(link);
      return item;
    }));
    complete.hidden = rows.length > 0;
  };
  // After signing in again the old token of this page is void: fetch a new one. Gives the status of the try.
  const freshen = async () => {
    const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return answer.status;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-autosave] input[name=csrfmiddlewaretoken]");
    if (!fresh) return 404;
    for (const one of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) one.value = fresh.value;
    return 200;
  };
  const send = () => {
    const data = new FormData(form);
    data.delete("files");
    return fetch(form.dataset.autosave, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json", "HX-Request": "true", "X-CSRFToken": token.value },
    });
  };
  const save = async () => {
    clearTimeout(timer);
    if (busy) { again = dirty; return; }
    if (!dirty || form.dataset.sent) return;
    dirty = again = false;
    busy = true;
    try {
      let answer = await send();
      let status = answer.status;
      if (status === 403) status = await freshen();
      if (status === 200 && !answer.ok) answer = await send();
      if (status === 401) {
        dirty = isAway = true;
        document.dispatchEvent(new Event("signed-out"));
        return;
      }
      const body = await answer.json();
      if (!answer.ok) { say(body.says, false); return; }
      version.value = body.version;
      isAway = false;
      document.getElementById("signed-out").hidden = true;
      say(body.saved, true);
      list(body.missing);
    } catch (error) {
      dirty = true;
      again = false;
    } finally {
      busy = false;
      // What was written meanwhile is saved at once if it was left meanwhile, else when it is left.
      if (dirty && !isAway) { clearTimeout(timer); timer = setTimeout(save, again ? 0 : 8000); }
      if (pressed) { const by = pressed; pressed = null; form.requestSubmit(by); }
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 8000);
  });
  form.addEventListener("focusout", save);
  // What is pressed while a saving is on its way waits for it: the page must send the version it answers.
  form.addEventListener("submit", (event) => {
    if (busy) { event.preventDefault(); pressed = event.submitter; }
  });
  window.addEventListener("focus", () => { if (isAway) save(); });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !form.dataset.sent) event.preventDefault();
  });
})();
