"""Doors for machines: events in, carriers' reports in, management."""
