"""What a segment's rule is, how it is read, and what it looks at."""
