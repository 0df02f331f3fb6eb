"""What the tool knows about libraries: rule files (data) and the `Catalog` that is built from them."""

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.compile import default_catalog

__all__ = ["Catalog", "default_catalog"]
