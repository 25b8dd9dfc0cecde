"""Ways out and back: one folder per channel, behind one small protocol."""
