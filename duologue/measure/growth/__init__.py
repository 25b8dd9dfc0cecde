"""How the list grows: who joined, confirmed, left or bounced away, and how many people may be contacted for each purpose."""
