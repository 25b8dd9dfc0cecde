"""What the brand sells."""
