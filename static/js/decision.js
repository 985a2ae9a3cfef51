// The meeting's sheet: money that moves with what is typed, and lines that still need a reason or a letter.
(() => {
  "use strict";
  const lines = [...document.querySelectorAll("[data-line]")];
  const bars = [...document.querySelectorAll("[data-bar]")];
  if (!lines.length) return;
  const yuan = (fen) => {
    const whole = Math.trunc(Math.abs(fen) / 100), rest = Math.abs(fen) % 100;
    return `${fen < 0 ? "-" : ""}${whole.toLocaleString("en-US")}.${String(rest).padStart(2, "0")}`;
  };
  const part = (line, name) => line.querySelector(`[data-part=${name}]`);
  const fenOf = (line) => {
    if (part(line, "outcome").value !== "propose") return 0;
    const text = part(line, "amount").value.trim().replaceAll(",", "").replaceAll("，", "");
    return /^\d+(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : 0;
  };
  const first = new Map(lines.map((line) => [line, stateOf(line)]));
  function stateOf(line) {
    return [...line.querySelectorAll("[data-part]")].map((field) => field.value).join("\u0000");
  }
  const update = () => {
    let here = 0;
    for (const line of lines) {
      const fen = fenOf(line), outcome = part(line, "outcome").value;
      here += fen;
      part(line, "amount").disabled = outcome !== "propose";
      const departs = outcome !== line.dataset.advised || fen !== Number(line.dataset.advisedFen);
      line.classList.toggle("needs-reason", departs);
      line.classList.toggle("needs-consent", outcome === "propose" && fen > 0 && fen < Number(line.dataset.asked));
      line.classList.toggle("is-changed", stateOf(line) !== first.get(line));
    }
    for (const bar of bars) {
      const money = Number(bar.dataset.money), spent = Number(bar.dataset.elsewhere) + here;
      bar.querySelector("progress").value = Math.min(spent, money);
      bar.querySelector("[data-spent]").textContent = yuan(spent);
      bar.querySelector("[data-left]").textContent = yuan(money - spent);
      bar.classList.toggle("is-over", spent > money);
    }
  };
  document.addEventListener("input", (event) => {
    const line = event.target.closest("[data-line]");
    if (!line) return;
    const amount = part(line, "amount");
    // Choosing "propose" suggests the whole request; the meeting may write less.
    if (event.target.dataset.part === "outcome" && event.target.value === "propose" && !amount.value) {
      amount.value = (Number(line.dataset.asked) / 100).toString();
    }
    update();
  });
  update();
})();
