"""Events with a date, a place or a link, and seats, to which dialogues lead."""
