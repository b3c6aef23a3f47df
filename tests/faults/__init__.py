"""What happens to votes when machines fail: a client with a log of its own against real servers that are killed."""
