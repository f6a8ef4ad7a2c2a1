"use strict";
// Leave quickly. Without this file the link still works: it signs out of this browser and goes on.
(() => {
  const links = document.querySelectorAll("a[data-leave]");
  const button = document.querySelector("a.leave");
  if (!button) return;

  const leave = (event) => {
    event?.preventDefault();
    document.documentElement.classList.add("leaving");
    document.title = " ";
    location.replace(button.href);
  };
  for (const link of links) link.addEventListener("click", leave);

  // Shift three times within five seconds, alone; typing capitals never counts.
  const live = document.createElement("p");
  live.className = "hidden";
  live.setAttribute("role", "status");
  document.body.append(live);
  let presses = [];
  let alone = false;
  addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.repeat;
    if (!alone) presses = [];
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    presses = [...presses.filter((at) => event.timeStamp - at < 5000), event.timeStamp];
    const { once, twice, going } = button.dataset;
    live.textContent = ["", once, twice, going][presses.length];
    if (presses.length > 2) leave();
  });

  // A page kept by the browser for its Back button is asked for again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
