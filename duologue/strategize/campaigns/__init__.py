"""Named efforts that group dialogues, broadcasts and placements under a goal and a budget, for a time."""
