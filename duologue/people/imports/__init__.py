"""Customer lists and order histories as people really have them, by recipe."""
