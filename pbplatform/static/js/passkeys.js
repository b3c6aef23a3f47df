// Passkeys: shows the buttons where the browser can, asks it, and sends its answer as an ordinary form.
(() => {
  "use strict";

  const able =
    window.PublicKeyCredential &&
    PublicKeyCredential.parseCreationOptionsFromJSON &&
    PublicKeyCredential.parseRequestOptionsFromJSON;
  if (!able) return;

  async function question(form) {
    const answer = await fetch(form.dataset.question, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRFToken": form.elements.csrf_token.value },
    });
    if (!answer.ok) throw new Error(`the question was answered ${answer.status}`);
    return answer.json();
  }

  async function credential(form) {
    const options = await question(form);
    if (form.dataset.passkey === "create") {
      return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    }
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = form.querySelector("[role=alert]");
      problem.hidden = true;
      try {
        form.elements.answer.value = JSON.stringify((await credential(form)).toJSON());
        form.submit();
      } catch {
        problem.hidden = false;
      }
    });
  }
})();
