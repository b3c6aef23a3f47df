"""The pages of the civic budget: for everybody, and at the officers' desk."""
