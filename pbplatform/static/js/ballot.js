// Keeps the ballot's meter up to date while somebody chooses. Without this script the button "Count again" does it.
"use strict";

(() => {
  const form = document.getElementById("ballot");
  const box = form && form.querySelector("[data-meter]");
  if (!form || !box || !form.dataset.ballot) return;

  const language = document.documentElement.lang || "en";
  const kind = box.dataset.meter;
  const most = box.dataset.most === "" ? null : Number(box.dataset.most);
  const value = box.querySelector(".meter__value");
  const rest = box.querySelector(".meter__of");
  const bar = box.querySelector(".meter__fill");
  const frame = box.querySelector(".vote-meter");
  const meter = box.querySelector(".meter");
  const complaints = document.querySelectorAll(".govuk-error-summary, [data-complaint]");
  const symbols = { GEL: "₾", EUR: "€", BGN: language === "bg" ? "лв." : "BGN" };

  form.querySelectorAll("[data-no-script]").forEach((button) => { button.hidden = true; });

  const shown = (number) => {
    if (kind !== "money") return String(number);
    // Written as the server writes it, whatever the browser knows of the language.
    const thousands = language === "en" ? "," : "\u00a0";
    const whole = String(Math.floor(number / 100)).replace(/\B(?=(\d{3})+$)/g, thousands);
    const cents = number % 100 ? (language === "en" ? "." : ",") + String(number % 100).padStart(2, "0") : "";
    const text = whole + cents;
    const symbol = symbols[box.dataset.currency] || box.dataset.currency;
    return language === "en" && symbol.length === 1 ? symbol + text : text + "\u00a0" + symbol;
  };

  const given = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : 0);

  const used = () => {
    if (kind === "money") {
      return [...form.querySelectorAll("input[data-cost]:checked")].reduce((sum, one) => sum + Number(one.dataset.cost), 0);
    }
    if (kind === "choices") {
      const marked = form.querySelectorAll("input[data-cost]:checked").length;
      return marked + [...form.querySelectorAll(".ballot select")].filter((one) => one.value !== "").length;
    }
    const points = [...form.querySelectorAll(".ballot input[type=text]")].map((one) => given(one.value));
    return kind === "points" ? points.reduce((sum, one) => sum + one, 0) : Math.max(0, ...points);
  };

  const measure = () => {
    const now = used();
    const over = most !== null && now > most;
    // What the server said was too much is said no more when it has been mended.
    if (complained) complaints.forEach((one) => { one.hidden = !over; });
    const told = (words) => words
      .replace("{used}", shown(now)).replace("{left}", shown(most - now)).replace("{most}", shown(most)).replace("{over}", shown(now - most));
    const { chosen, left, over: excess } = box.dataset;
    value.textContent = told(chosen);
    if (most === null) return;
    if (rest && kind !== "points_each") rest.textContent = told(over ? excess : left);
    frame.classList.toggle("vote-meter--over", over);
    meter.classList.toggle("meter--bad", over);
    if (bar && most) bar.setAttribute("width", String(Math.min(100, (now / most) * 100)));
  };

  const complained = most !== null && used() > most;
  form.addEventListener("input", measure);
  form.addEventListener("change", measure);
  measure();
})();
