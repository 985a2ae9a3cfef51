// The countdown runs on the server's clock: the page brings the server's time, the browser only adds what
// passed; a page that was left open asks again when it is looked at.
(() => {
  "use strict";
  const two = (number) => String(number).padStart(2, "0");
  const shanghai = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });
  const boxes = [...document.querySelectorAll(".countdown[data-until]")];

  const run = (box) => {
    const until = Date.parse(box.dataset.until);
    let server = Date.parse(box.dataset.now);
    let started = performance.now();
    if (Number.isNaN(until) || Number.isNaN(server)) return () => {};
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
      box.querySelector(".countdown-figures").hidden = left === 0;
      box.querySelector(".countdown-over").hidden = left !== 0;
    };
    setInterval(tick, 1000);
    tick();
    return (now) => {
      server = now;
      started = performance.now();
      tick();
    };
  };

  const set = boxes.map(run);
  let asked = performance.now();
  const ask = async () => {
    if (document.hidden || !boxes.length || performance.now() - asked < 20000) return;
    asked = performance.now();
    try {
      const answer = await fetch("/time", { headers: { Accept: "application/json" } });
      const now = Date.parse((await answer.json()).now);
      if (!Number.isNaN(now)) for (const each of set) each(now);
    } catch {
      // Without an answer the page goes on with what it knows.
    }
  };
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, 60000);
})();
