// Ticking rows of a list for a form below it: how many, all of the page, none. The form works without it.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-batch]")) {
    const boxes = [...form.elements].filter((one) => one.name === "pick");
    const told = form.querySelector("[data-picked]");
    const tell = () => {
      const count = boxes.filter((box) => box.checked).length;
      told.textContent = count ? ` (${count})` : "";
      if (count) form.elements.scope.value = "picked";
    };
    for (const [name, checked] of [["all", true], ["none", false]]) {
      const button = form.querySelector(`[data-${name}]`);
      button.hidden = boxes.length === 0;
      button.addEventListener("click", () => {
        for (const box of boxes) box.checked = checked;
        tell();
      });
    }
    for (const box of boxes) box.addEventListener("change", tell);
    tell();
  }
})();
