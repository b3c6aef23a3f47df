"""Counting ballots: elections, rules, outcomes and their reasons.

Pure: nothing here knows of the web or of a database. Read `count.py` for the entry point, `election.py` for
what goes in, `outcome.py` for what comes out, and `docs/counting.md` for the rules in plain words.
"""
