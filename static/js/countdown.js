// The countdown runs on the server's clock: the page brings the server's time, the browser only adds what passed.
(() => {
  "use strict";
  const two = (number) => String(number).padStart(2, "0");
  const started = performance.now();
  const shanghai = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });

  for (const box of document.querySelectorAll(".countdown[data-until]")) {
    const until = Date.parse(box.dataset.until);
    const server = Date.parse(box.dataset.now);
    if (Number.isNaN(until) || Number.isNaN(server)) continue;
    const clock = box.querySelector("[data-clock]");
    const parts = Object.fromEntries([...box.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    for (const hidden of box.querySelectorAll("[data-part=seconds], [data-with=seconds]")) hidden.hidden = false;

    const tick = () => {
      const now = server + (performance.now() - started);
      const left = Math.max(0, Math.ceil((until - now) / 1000));
      parts.days.textContent = Math.floor(left / 86400);
      parts.hours.textContent = two(Math.floor(left / 3600) % 24);
      parts.minutes.textContent = two(Math.floor(left / 60) % 60);
      parts.seconds.textContent = two(left % 60);
      if (clock) clock.textContent = shanghai.format(new Date(now));
      if (left === 0) {
        box.querySelector(".countdown-figures").hidden = true;
        box.querySelector(".countdown-over").hidden = false;
        clearInterval(timer);
      }
    };
    const timer = setInterval(tick, 1000);
    tick();
  }
})();
