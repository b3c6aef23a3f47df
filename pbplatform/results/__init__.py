"""Counts, outcomes and their reasons, the declaration, the verification bundle, past elections, the council's decision."""
