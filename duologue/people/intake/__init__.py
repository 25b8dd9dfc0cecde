"""The one way in: named steps from what was received to what is remembered."""
