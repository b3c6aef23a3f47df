"""The pages of the screening: the officers' desk, the departments' desk, what becomes public, and the ballot's list."""
