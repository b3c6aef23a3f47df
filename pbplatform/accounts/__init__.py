"""People and the hats they wear: accounts, memberships, sessions, second factors, invitations."""
