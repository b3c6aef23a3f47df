"""Pages of accounts: the entrance, one’s own account, second factors, the members of a municipality."""
