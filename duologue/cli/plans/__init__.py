"""Plan folders: read, compared with what is in force, applied in one piece, and written back."""
