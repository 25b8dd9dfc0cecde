"""The shop of the tests of runs, for those of perks too."""

from tests.engage.runs.conftest import shop

__all__ = ["shop"]
