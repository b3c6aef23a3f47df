"""The pages of delivery: for everybody, for the officer who records, and for whole tables."""
