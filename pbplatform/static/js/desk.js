// Keys for a desk: J and K move through the rows, Enter opens (the browser's own), X chooses, S sends what is chosen.
// They can be turned off, never act while someone types, and everything works without them.
const desk = document.querySelector("[data-desk]");
const STORED = "desk-keys";

if (desk) {
  const hint = desk.querySelector("[data-desk-keys]");
  const toggle = desk.querySelector("[data-desk-toggle]");
  const rows = [...desk.querySelectorAll("[data-row]")];
  let on = localStorage.getItem(STORED) !== "off";
  let place = -1;

  const show = () => { toggle.textContent = on ? toggle.dataset.off : toggle.dataset.on; };
  const move = (by) => {
    if (rows.length === 0) return;
    place = Math.min(Math.max(place + by, 0), rows.length - 1);
    rows[place].querySelector("a").focus();
  };
  const choose = () => rows[place]?.querySelector("input[type=checkbox]")?.click();
  const send = () => rows[place]?.closest("form")?.requestSubmit();
  const keys = { j: () => move(1), k: () => move(-1), x: choose, s: send };

  hint.hidden = false;
  show();
  toggle.addEventListener("click", () => {
    on = !on;
    localStorage.setItem(STORED, on ? "on" : "off");
    show();
  });
  document.addEventListener("focusin", (event) => {
    const row = rows.indexOf(event.target.closest("[data-row]"));
    if (row >= 0) place = row;
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
    const action = keys[event.key];
    if (on && action && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      action();
    }
  });
}
