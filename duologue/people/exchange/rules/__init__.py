"""How each tool writes who agreed and who left: pure functions from a row to a line, and back."""
