"""Letters to those who work here: the Monday letter in five sentences, and reports on a schedule."""
