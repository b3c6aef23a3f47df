"""Everything public as files and through a programming interface; it only reads."""
