"""Pages of the demonstration as people see them: in a real Chromium, in every language, on a phone and on a desk."""
