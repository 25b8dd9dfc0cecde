"""What was given to one person: reserved, issued, redeemed, once."""
