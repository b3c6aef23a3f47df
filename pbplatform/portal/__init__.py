"""Pages that look across features: the home pages, the charter, a round's overview, the desks. It only reads."""
