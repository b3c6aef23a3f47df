"""What citizens ask for: written, submitted, found, supported, and fixed on the ballot's list."""
