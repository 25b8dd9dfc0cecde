"""Duologue: self-hosted dialogue marketing, from a promise to a measured sale."""
