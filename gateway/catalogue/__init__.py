"""The catalogue: which sources there are, what information each item allows to be shown, and on what legal basis."""

from gateway.catalogue.bases import LegalBases, LegalBasis, load_legal_bases
from gateway.catalogue.checks import Known
from gateway.catalogue.items import CatalogueItem, Items
from gateway.catalogue.load import load_items
from gateway.catalogue.sources import Catalogue

__all__ = [
    "Catalogue",
    "CatalogueItem",
    "Items",
    "Known",
    "LegalBases",
    "LegalBasis",
    "load_items",
    "load_legal_bases",
]
