"""Who looked at a product, and what they hear when it changes."""
