"""Carriers in: clicks, pixels, one-click unsubscribes, translated into our words."""
