"use strict";
// Replies appear while the page is open. Without this file they appear with the next load.
(() => {
  const place = document.querySelector("[data-replies][data-poll]");
  if (!place) return;
  const pause = 5000;
  let wait = pause;

  const live = document.createElement("p");
  live.className = "hidden";
  live.setAttribute("role", "status");
  place.before(live);

  // Two drawings say the same when only form tokens or unfolded parts differ.
  const face = (root) => {
    const copy = root.cloneNode(true);
    for (const token of copy.querySelectorAll("[name=csrfmiddlewaretoken]")) token.remove();
    for (const part of copy.querySelectorAll("details")) part.removeAttribute("open");
    return copy.innerHTML;
  };

  // Nothing is taken away under somebody's hands.
  const busy = () => {
    const at = document.activeElement;
    if (place.contains(at) && at.matches("input, textarea, select")) return true;
    return [...place.querySelectorAll("input, textarea")].some(
      (box) => box.value !== box.defaultValue || box.checked !== box.defaultChecked,
    );
  };

  const swap = (body) => {
    const open = [...place.querySelectorAll("details[open][id]")].map((part) => part.id);
    const focus = place.contains(document.activeElement) ? document.activeElement.id : "";
    const before = place.querySelectorAll(".letter").length;
    place.replaceChildren(...body.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    if (place.querySelectorAll(".letter").length > before) live.textContent = place.dataset.news ?? "";
  };

  const look = async () => {
    if (document.hidden || busy()) return;
    try {
      const answer = await fetch(place.dataset.poll, { redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      wait = pause;
      const html = await answer.text();
      const { body } = new DOMParser().parseFromString(html, "text/html");
      if (!busy() && face(body) !== face(place)) swap(body);
    } catch {
      wait = Math.min(wait * 2, 60000);
    }
  };

  const round = async () => {
    await look();
    setTimeout(round, wait);
  };
  setTimeout(round, pause);
  document.addEventListener("visibilitychange", look);
})();
