// The grid of the budget while it is typed: subtotals and sums at once, empty rows out of the way, one more
// row on demand. The server computes everything again; these figures are only a preview.
(() => {
  "use strict";
  const grid = document.querySelector("[data-grid]");
  if (!grid) return;
  const lines = [...grid.querySelectorAll("[data-line]")];
  const add = document.querySelector("[data-add]");
  const live = document.getElementById("live");
  const cell = (line, name) => line.querySelector(`[name$="-${name}"]`);
  const yuan = (fen) => (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  // Only what the server takes as an amount counts here too: 3万, 3e4 and -1 do not.
  const fen = (text) => {
    const plain = text.trim().replace(/,(?=\d{3}(\D|$))/g, "");
    return /^\d{1,12}(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : null;
  };
  const count = (text) => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : null);
  const isEmpty = (line) => ![...line.querySelectorAll("input, select")].some((one) => one.value.trim() && !one.name.endsWith("-times"));

  const reckon = (line) => {
    const price = fen(cell(line, "price").value), number = count(cell(line, "quantity").value);
    const times = cell(line, "times").value.trim() ? count(cell(line, "times").value) : 1;
    const known = price !== null && number !== null && times !== null;
    const subtotal = known ? price * number * times : 0;
    line.querySelector("[data-subtotal]").textContent = known ? yuan(subtotal) : "—";
    let grant = fen(cell(line, "grant").value), own = fen(cell(line, "own").value);
    if (grant === null) { own = own || 0; grant = Math.max(0, subtotal - own); }
    else if (own === null) own = Math.max(0, subtotal - grant);
    return { subtotal, grant, own };
  };
  const sum = () => {
    const found = lines.filter((line) => !isEmpty(line)).map(reckon);
    const total = (name) => yuan(found.reduce((all, one) => all + one[name], 0));
    live.textContent = live.dataset.words.replace("{grant}", total("grant")).replace("{own}", total("own")).replace("{all}", total("subtotal"));
  };
  const arrange = () => {
    const hidden = lines.filter((line) => line.hidden).length;
    add.hidden = hidden === 0;
  };
  let seen = false;
  for (const line of lines) {
    if (!isEmpty(line)) continue;
    line.hidden = seen;
    seen = true;
  }
  add.querySelector("button").addEventListener("click", () => {
    const next = lines.find((line) => line.hidden);
    if (!next) return;
    next.hidden = false;
    cell(next, "code").focus();
    arrange();
  });
  grid.addEventListener("input", (event) => {
    live.hidden = false;
    reckon(event.target.closest("[data-line]"));
    sum();
  });
  document.addEventListener("draft-restored", () => {
    for (const line of lines) { if (!isEmpty(line)) { line.hidden = false; reckon(line); } }
    arrange();
    sum();
  });
  document.addEventListener("draft-saved", () => { live.hidden = true; });
  arrange();
})();
