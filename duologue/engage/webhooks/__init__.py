"""Asking other programs on the way of a dialogue: signed calls from a durable outbox, and what was answered, on the timeline."""
