"""What any lending library's site would need too: database, clock, languages, mail, jobs, files, headers, keys."""
