"""The smallest perk that works, as an experiment with several tells it."""
