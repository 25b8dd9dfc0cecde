"""Shops calling: their webhooks checked, put into our words, and taken in like any other event."""
