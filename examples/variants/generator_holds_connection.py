"""A generator that takes care of errors, but not of a caller who stops early: `break` leaves the connection behind."""

import sqlite3
from collections.abc import Iterator


def readings(path: str) -> Iterator[tuple[str, float]]:
    connection = sqlite3.connect(path)  # RLK107
    try:
        rows = connection.execute("select sensor, value from readings").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    yield from rows
    connection.close()
