"""One file with an installation as it was at one moment, and the number that database and data folder have in common."""
