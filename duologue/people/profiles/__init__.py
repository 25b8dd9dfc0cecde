"""People and the profiles they hold; facts, merges and their undoing."""
