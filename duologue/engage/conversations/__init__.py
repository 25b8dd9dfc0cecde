"""Everything a person and the brand said to each other, held by the automation or by a human."""
