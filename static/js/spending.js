// While a voucher is typed: what is left of the chosen budget line, whether lines are a list or all in view.
(() => {
  "use strict";
  const list = document.querySelector("select[data-budget-line]");
  const all = [...document.querySelectorAll("input[type=radio][data-budget-line]")];
  const amount = document.querySelector("input[data-spend]");
  if (!amount || (!list && !all.length)) return;
  const told = document.createElement("p");
  told.className = "hint";
  told.setAttribute("role", "status");
  amount.after(told);
  const yuan = (fen) => (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2 });
  const chosen = () => {
    const one = list ? list.selectedOptions[0] : all.find((radio) => radio.checked);
    if (!one || one.dataset.left === undefined) return null;
    const words = list ? one.textContent : one.closest("label").textContent;
    return { left: Number(one.dataset.left), name: words.trim() };
  };
  const count = () => {
    const line = chosen();
    const text = amount.value.replace(/,/g, "").trim();
    if (!line || !/^\d+(\.\d{1,2})?$/.test(text)) { told.textContent = ""; return; }
    const rest = line.left - Math.round(Number(text) * 100);
    told.textContent = `${line.name} → ${rest < 0 ? `−${yuan(-rest)}` : yuan(rest)}`;
    told.classList.toggle("saved--not", rest < 0);
  };
  for (const one of list ? [list] : all) one.addEventListener("change", count);
  amount.addEventListener("input", count);
  count();
})();
