"""What the browser loads, and how it is fetched."""
