"""The tables of the brand."""

from duologue.brand.book.models import BookVersion
from duologue.brand.catalogue.models import Product
from duologue.brand.personas.models import Persona

__all__ = ["BookVersion", "Persona", "Product"]
