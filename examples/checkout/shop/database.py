"""The engine and its pool. SQLite by default, PostgreSQL if DATABASE_URL names one."""

import os

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.pool import QueuePool

POOL_SIZE = 10
POOL_TIMEOUT = 0.5  # seconds; the usual 30 would only make the demonstration longer

url = make_url(os.environ.get("DATABASE_URL", "sqlite:///checkout.db"))
if url.drivername in ("postgres", "postgresql"):
    url = url.set(drivername="postgresql+psycopg")

engine = create_engine(url, poolclass=QueuePool, pool_size=POOL_SIZE, max_overflow=0, pool_timeout=POOL_TIMEOUT)

PLACEHOLDER = "%s" if url.get_backend_name() == "postgresql" else "?"

TABLES = (
    "create table if not exists checkout_items (sku text primary key, price integer not null)",
    "create table if not exists checkout_orders (receipt text primary key, sku text not null, price integer not null)",
)
ITEMS = ({"sku": "book", "price": 1900}, {"sku": "lamp", "price": 4500}, {"sku": "chair", "price": 12900})


if url.get_backend_name() == "sqlite":

    @event.listens_for(engine, "connect")
    def readers_beside_a_writer(connection, _record):
        """SQLite's write-ahead log: reading goes on while somebody writes."""
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")


def create_tables() -> None:
    """Create the tables if they are missing and fill the catalogue."""
    with engine.begin() as connection:
        for statement in TABLES:
            connection.execute(text(statement))
        connection.execute(text("delete from checkout_items"))
        connection.execute(text("insert into checkout_items (sku, price) values (:sku, :price)"), ITEMS)
