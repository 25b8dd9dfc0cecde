"""A dialogue's result as one document: on screen, as JSON and as CSV."""
