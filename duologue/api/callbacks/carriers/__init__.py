"""The door for e-mail services that carry our letters."""
