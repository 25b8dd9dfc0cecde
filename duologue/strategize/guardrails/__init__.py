"""What protects people and brand: caps, quiet hours, pauses."""
