"""The domains that a brand writes from: the records that prove its mail, and whether they stand in the DNS."""
