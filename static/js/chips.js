"use strict";
// A folded chip says what was chosen in it. Without this file it says so after Send.
document.addEventListener("change", ({ target }) => {
  const says = target.closest(".chip")?.querySelector("[data-hears]");
  if (says && target.type === "radio") says.textContent = target.labels[0].textContent;
});
