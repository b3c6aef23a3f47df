"""Demonstration data: an association of four Bulgarian municipalities, Levski, and Rustavi in Georgia."""
