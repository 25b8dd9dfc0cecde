"""Perks as designed: worth, validity, limits, budget."""
