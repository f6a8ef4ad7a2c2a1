"use strict";
// A button that copies the text beside it. Without this file the text can be selected by hand.
(() => {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
        const before = button.textContent;
        button.textContent = button.dataset.done;
        setTimeout(() => (button.textContent = before), 4000);
      } catch {
        source.focus();
        source.select?.();
      }
    });
  }
})();
