"""A citizen's or officer's file: checked, re-encoded, served safely."""
