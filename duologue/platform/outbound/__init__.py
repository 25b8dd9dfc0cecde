"""What is promised to other programs: a request sent twice is done once."""
