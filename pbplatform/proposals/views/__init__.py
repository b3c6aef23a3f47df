"""The pages of proposals: reading, writing, supporting, the counter and tables."""
