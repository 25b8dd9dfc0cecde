"""Typical customers, each matched to a segment so that it has a size."""
