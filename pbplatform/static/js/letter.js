// The picture on a letter leads here with the code behind the "#", which a browser sends to nobody. Fills the code in and
// takes it out of the address and the history. Without this script the code is typed.
"use strict";

(() => {
  const found = /^#code=([0-9A-Za-z-]{1,20})$/.exec(location.hash);
  if (!found) return;
  history.replaceState(null, "", location.pathname + location.search);
  const code = document.getElementById("code");
  if (!code) return;
  code.value = found[1];
  // Nothing is left to explain where nothing has to be typed.
  const hint = document.getElementById("code-hint");
  if (hint) hint.hidden = true;
  document.getElementById("national_id").focus();
})();
