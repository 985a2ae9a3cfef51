// Choosing rows of a table: how many, how much, all or none. The form works without it.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-pick]")) {
    const boxes = [...form.querySelectorAll("input[type=checkbox][data-fen]")];
    const told = form.querySelector("[data-picked]");
    const yuan = (fen) => (fen / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });
    const tell = () => {
      const chosen = boxes.filter((box) => box.checked);
      const sum = chosen.reduce((total, box) => total + Number(box.dataset.fen), 0);
      told.textContent = told.dataset.says.replace("{n}", chosen.length).replace("{sum}", yuan(sum));
    };
    for (const [name, checked] of [["all", true], ["none", false]]) {
      const button = form.querySelector(`[data-${name}]`);
      button.hidden = false;
      button.addEventListener("click", () => {
        for (const box of boxes) box.checked = checked;
        tell();
      });
    }
    form.addEventListener("change", tell);
    tell();
  }
})();
