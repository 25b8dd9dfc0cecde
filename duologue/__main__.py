"""`python -m duologue` is the duologue command."""

from duologue.cli import main

main()
