"""Those who first bought in the same month: how many bought again within a month, two, a year, and what each of them was worth."""
