"""Named rules that pick people, and who is in them at a moment."""
