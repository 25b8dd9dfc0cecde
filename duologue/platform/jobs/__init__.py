"""Coarse background work on procrastinate."""
