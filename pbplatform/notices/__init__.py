"""Following a round, a proposal, a district or a category, and being told: in the application, by digest, by feed."""
