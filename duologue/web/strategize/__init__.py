"""The strategize pages: segments, dialogues, offers, guardrails."""
