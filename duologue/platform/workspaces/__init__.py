"""Walled rooms, one per brand, each with its clock."""
