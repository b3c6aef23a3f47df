// Enhances forms: moves the focus to the error summary, counts characters, shows a password, guards against double clicks.
// Every form works without it.
import { createAll, Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios } from "asset:govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios]) {
  createAll(component);
}
