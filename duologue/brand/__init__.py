"""Who are we? The brand book, its personas, products and look."""
