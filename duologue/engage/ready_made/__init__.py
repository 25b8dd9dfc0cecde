"""Adding a ready-made dialogue to a workspace: its offers, segments, surveys and messages, and itself as a draft."""
