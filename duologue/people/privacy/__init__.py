"""Show, export and erase everything held about one person, with proof."""
