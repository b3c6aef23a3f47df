"""Participatory budgeting and e-consultation for municipalities: proposals, votes, exact counts and public money that can be followed."""
