"""Delivery: what becomes of every funded project, from its budget line to the last payment."""
