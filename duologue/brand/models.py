"""The tables of the brand."""

from duologue.brand.book.models import BookVersion, Logo
from duologue.brand.catalogue.models import Feed, Product, ProductChange, ProductPrice, Watch
from duologue.brand.personas.models import PersonaVersion
from duologue.brand.wording.models import AcceptedWording

__all__ = ["AcceptedWording", "BookVersion", "Feed", "Logo", "PersonaVersion", "Product", "ProductChange", "ProductPrice", "Watch"]
