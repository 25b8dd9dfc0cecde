"""One person's way through a dialogue, and the engine that moves thousands of them at once."""
