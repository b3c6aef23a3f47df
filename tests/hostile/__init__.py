"""Attacks on the whole application, whatever the feature."""
