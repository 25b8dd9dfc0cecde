"""What is said: planned, weighed at the gate, written in the person's words and locale."""
