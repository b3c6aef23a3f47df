"""Who lives here and may vote: the voter roll, its import, letters with codes, and the proof of being on it."""
