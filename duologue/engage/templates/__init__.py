"""Liquid: what people write with values in it, as a function that fills them in."""
