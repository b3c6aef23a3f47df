"""Rounds: kind, phases and their windows, envelopes of money, categories, the rule book."""
