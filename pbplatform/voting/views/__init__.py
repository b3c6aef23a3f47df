"""The pages of a voter: the proof, the guided ballot, and what anybody may read about the vote."""
