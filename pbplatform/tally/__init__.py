"""Counting ballots: pure, exact, explained."""
