// Keeps a draft while one writes, and shows proposals that resemble it. Without this script the buttons do the same.
(function () {
  "use strict";

  const PAUSE = 1500;

  document.querySelectorAll("form[data-similar]").forEach(function (form) {
    const status = form.querySelector("[data-kept]");
    const resembling = document.getElementById("similar");
    let timer = null;
    let shown = "";

    async function keep() {
      if (!form.dataset.keep) { return; }
      try {
        const answer = await fetch(form.dataset.keep, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
        const said = await answer.json();
        status.textContent = said.words;
        form.dataset.saved = said.saved ? "yes" : "no";
      } catch (_offline) {
        form.dataset.saved = "no";
      }
    }

    async function compare() {
      const asked = new URLSearchParams({
        title: form.elements.title.value,
        latitude: form.elements.latitude.value,
        longitude: form.elements.longitude.value,
      }).toString();
      if (asked === shown) { return; }
      shown = asked;
      const address = form.dataset.similar + (form.dataset.similar.includes("?") ? "&" : "?") + asked;
      const answer = await fetch(address, { headers: { "HX-Request-Type": "partial" } });
      if (answer.ok) { resembling.replaceChildren(document.createRange().createContextualFragment(await answer.text())); }
    }

    function later() {
      form.dataset.saved = "no";
      clearTimeout(timer);
      timer = setTimeout(function () { keep(); compare(); }, PAUSE);
    }

    form.addEventListener("input", later);
    form.addEventListener("change", later);
  });
})();
