// Follows long work: the part marked data-progress is fetched anew every few seconds; when the work is over the whole page is.
// Without it a link on the page does the same by hand.
const part = document.querySelector("[data-progress]");

async function lookAgain() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-progress]");
  if (!answer.ok || !fresh) {
    location.reload();
    return;
  }
  if (fresh.textContent !== part.textContent) {
    part.replaceChildren(...fresh.childNodes);
  }
  setTimeout(lookAgain, 3000);
}

if (part) {
  setTimeout(lookAgain, 3000);
}
