"""What is for sale."""

from sqlalchemy import text

from .database import engine


class UnknownItem(LookupError):
    """We don't sell that."""


def price_of(sku: str) -> int:
    """The price of an item in cents; UnknownItem if we don't have it."""
    with engine.connect() as connection:
        price = connection.execute(text("select price from checkout_items where sku = :sku"), {"sku": sku}).scalar()
    if price is None:
        raise UnknownItem(sku)
    return price
