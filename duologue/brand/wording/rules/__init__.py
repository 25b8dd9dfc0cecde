"""Reading texts as the brand book would: passages in, findings out, each at its place."""
