"""Whom do we serve? Profiles, identifiers, facts, consent and the one timeline."""
