"""From a message's source to what one person reads: compiled once per version, locale and look; then only values are filled in."""
