// Lets a voter go back and forth with the browser's own buttons. The ballot's pages answer to forms and are kept in no cache,
// so a browser would show its own warning in place of them. What is chosen stays with the entry of this tab's history, as the
// sent form would; only the voter who made the page gets it back. Without this script the browser asks before it sends anew.
"use strict";

(() => {
  const form = document.getElementById("ballot");
  if (!form) return;

  const own = ["csrf_token", "submission", "go"];
  const fields = () => [...new FormData(form)].filter(([name]) => !own.includes(name));
  const keep = () => history.replaceState({ ballot: fields() }, "");
  const saved = history.state && history.state.ballot;

  const ask = (sent) => {
    const again = document.createElement("form");
    again.method = "post";
    again.action = form.action;
    const token = [["csrf_token", form.elements.csrf_token.value], ["go", "language"]];
    [...sent, ...token].forEach(([name, value]) => {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      again.append(field);
    });
    document.body.append(again);
    again.submit();
  };

  const voter = (all) => (all.find(([name]) => name === "voter") || [])[1];

  if (saved && "begun" in form.dataset && voter(saved) === form.elements.voter.value) {
    ask(saved);
    return;
  }
  keep();
  form.addEventListener("change", keep);
})();
