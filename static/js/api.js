"use strict";
// Draws the description of the API, to read and to try. Without this file the description itself is a link away.
(() => {
  const place = document.getElementById("description");
  if (!place || !window.SwaggerUIBundle) return;
  // It has a look for the night, and does not look itself whether it is night.
  const night = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.classList.toggle("dark-mode", night.matches);
  night.addEventListener("change", follow);
  follow();
  SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    layout: "BaseLayout",
    presets: [SwaggerUIBundle.presets.apis],
    // Nobody elsewhere is asked whether it is valid.
    validatorUrl: null,
    deepLinking: true,
    defaultModelsExpandDepth: -1,
    // What is tried is done by a token alone, never by whoever is signed in in this browser.
    requestInterceptor: (request) => {
      request.credentials = "omit";
      return request;
    },
  });
})();
