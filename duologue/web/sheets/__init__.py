"""Forms for what a plan says in a few fields, each beside its text: campaigns, placements, occasions, personas, guardrails."""
