"""The brand's own pages for people who are not yet known: what it is about, a form, and a word of thanks."""
