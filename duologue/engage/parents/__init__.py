"""Asking a parent, where somebody is too young to agree alone."""
