// Offers to print the receipt, and opens its small print for the printer. Without this script the browser's own menu prints.
"use strict";

(() => {
  const button = document.querySelector("[data-print]");
  if (!button) return;
  const small = document.querySelector("details");
  let was = false;
  window.addEventListener("beforeprint", () => { was = small.open; small.open = true; });
  window.addEventListener("afterprint", () => { small.open = was; });
  button.hidden = false;
  button.addEventListener("click", () => window.print());
})();
