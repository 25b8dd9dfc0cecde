"""Where invitations stand: ads, spots, posters, stands, with what they cost and the codes people respond by."""
