"""Letters to a segment, once or by a rule: dialogues of one turn, written and read back as what a screen asks."""
