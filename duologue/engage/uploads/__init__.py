"""Files that are handed in by other programs: kept until a job has taken them in, then gone."""
