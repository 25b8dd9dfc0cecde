"""The one append-only record of what was said and done, numbered in batches."""
