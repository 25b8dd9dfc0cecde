"""How did it go? Counts, credits, compares with the control group."""
