"""The rules of participation as data: who may do what, and when. Pure; shown to citizens at /charter."""
