"""Lists of who agreed and who left, from other tools and to them."""
