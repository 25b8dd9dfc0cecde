"""The wheel that does what is due, and the clock that a virtual workspace is played by."""
