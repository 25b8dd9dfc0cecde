"""What a broadcast is, as the texts of its dialogue and its message, and where it stands."""
