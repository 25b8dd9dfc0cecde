"""A rule becomes one SQL statement, through Ibis: for every person, whether they are in and when to look again."""
