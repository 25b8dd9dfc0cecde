"""Logs without personal data, health and metrics."""
