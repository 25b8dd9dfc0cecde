"""In dialogue: runs, messages, channels, conversations, perks."""
