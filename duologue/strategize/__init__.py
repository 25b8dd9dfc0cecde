"""Whom, when and why: segments, dialogues, offers, guardrails."""
