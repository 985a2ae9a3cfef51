// In the demo a row of the table fills the form of sign-in; without this file one copies by hand.
(() => {
  "use strict";
  for (const row of document.querySelectorAll(".demo-accounts tr[data-login]")) {
    const cell = row.cells[0];
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = cell.textContent;
    cell.replaceChildren(button);
    button.addEventListener("click", () => {
      const fill = (name, value) => {
        const field = document.querySelector(`form.form [name=${name}]`);
        if (field) field.value = value;
      };
      fill("login", row.dataset.login);
      fill("password", row.dataset.password);
      fill("code", row.dataset.code);
      document.querySelector("form.form [type=submit]").focus();
    });
  }
})();
