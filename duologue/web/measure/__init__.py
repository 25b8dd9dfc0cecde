"""The measure pages: reports."""
