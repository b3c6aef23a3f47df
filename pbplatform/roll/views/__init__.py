"""The pages of the voter roll: the officers' desk, and the pages where a citizen proves to live here."""
