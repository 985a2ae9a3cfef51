// While a voucher is typed: what is left of the chosen budget line.
(() => {
  "use strict";
  const line = document.querySelector("select[data-budget-line]");
  const amount = document.querySelector("input[data-spend]");
  if (!line || !amount) return;
  const told = document.createElement("p");
  told.className = "hint";
  told.setAttribute("role", "status");
  amount.after(told);
  const yuan = (fen) => (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2 });
  const count = () => {
    const option = line.selectedOptions[0];
    const left = option ? Number(option.dataset.left) : NaN;
    const text = amount.value.replace(/,/g, "").trim();
    if (Number.isNaN(left) || !/^\d+(\.\d{1,2})?$/.test(text)) { told.textContent = ""; return; }
    const rest = left - Math.round(Number(text) * 100);
    told.textContent = `${option.textContent.trim()} → ${rest < 0 ? `−${yuan(-rest)}` : yuan(rest)}`;
    told.classList.toggle("saved--not", rest < 0);
  };
  line.addEventListener("change", count);
  amount.addEventListener("input", count);
  count();
})();
