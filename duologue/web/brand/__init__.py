"""The brand pages: book, personas, products."""
