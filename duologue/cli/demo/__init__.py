"""A year of a small shop, played in virtual time: the real engine, and simulated people who answer it."""
