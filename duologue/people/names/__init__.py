"""What to call somebody: as they asked, else by their name as people write it, and by nothing where it is no name."""
