"use strict";
// The mail beside the form follows what is typed, and a ready sentence fills the box at once.
// Without this file both are buttons that ask the server.
(() => {
  const form = document.querySelector("form[data-invite]");
  const show = form?.querySelector("[data-show]");
  if (!form || !show) return;
  let timer;
  const refresh = () => {
    const old = document.querySelector(`iframe[name="${show.formTarget}"]`);
    if (!old) return;
    // A new frame each time: a frame that goes on from page to page would fill "Back" with mails.
    const fresh = old.cloneNode();
    fresh.removeAttribute("src");
    old.replaceWith(fresh);
    form.requestSubmit(show);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 700);
  };
  for (const name of ["name", "words"]) form.elements[name]?.addEventListener("input", soon);
  // On a phone the mail stands below the form.
  show.addEventListener("click", (event) => {
    if (event.isTrusted) document.getElementById(show.formTarget)?.scrollIntoView();
  });
  for (const button of form.querySelectorAll("[data-fill]")) {
    const box = document.getElementById(button.dataset.fill);
    if (!box) continue;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      box.value = button.textContent.trim();
      box.focus();
      refresh();
    });
  }
  if (!document.querySelector(`iframe[name="${show.formTarget}"]`)?.hasAttribute("src")) refresh();
})();
