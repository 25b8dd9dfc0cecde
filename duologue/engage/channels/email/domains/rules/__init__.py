"""What records a domain needs, and what those that stand in the DNS amount to."""
