"""Talking about proposals: comments with sides, official answers, endorsements."""
