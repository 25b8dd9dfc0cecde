"""The product beside the raw limit of what it stands on, both in one run: a ratio says more than a figure."""
