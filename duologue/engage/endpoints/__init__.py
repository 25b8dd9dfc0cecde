"""Telling other programs what happens: each endpoint reads the timeline by its own cursor, and is sent in order, signed."""
