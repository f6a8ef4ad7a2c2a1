// Tells allauth's script for keys which button and which fields of this page it is about.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll("[data-key-form]")) {
    const { keyForm, ...ids } = place.dataset;
    window.allauth.webauthn.forms[keyForm]({ ids });
  }
});
