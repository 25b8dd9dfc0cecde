"""The ways a profile is known, typed and normalised."""
