"""Placing an order: the one place where money and database meet."""

from contextlib import closing

from . import payments
from .catalogue import price_of
from .database import PLACEHOLDER, engine

INSERT = f"insert into checkout_orders (receipt, sku, price) values ({PLACEHOLDER}, {PLACEHOLDER}, {PLACEHOLDER})"


def place_order(sku: str, card: str) -> str:
    """Charge the card and write the order down; the receipt's number."""
    price = price_of(sku)
    # First the connection, then the money: nobody shall pay for an order that a busy database then refuses.
    with closing(engine.raw_connection()) as connection:
        receipt = payments.charge(card, price)
        connection.cursor().execute(INSERT, (receipt, sku, price))
        connection.commit()
    return receipt
