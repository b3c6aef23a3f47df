"""Keeping the conversation fit for everybody: reports, rulings with rule and reason, appeals decided by somebody else."""
