"""The officer's editor of a round, by what an officer does: write, share out money, walk steps, keep plans."""
