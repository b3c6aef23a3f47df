"""Projects on the ballot, ballots, receipts, paper: the vote from its opening to its seal."""
