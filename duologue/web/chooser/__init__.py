"""The first address: which workspace."""
