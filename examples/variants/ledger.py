"""The other module of `helper_in_another_module.py`: it opens, and its caller shall close."""

import sqlite3


def open_ledger(path: str) -> sqlite3.Connection:
    """A connection to the ledger; the caller closes it."""
    return sqlite3.connect(path, isolation_level=None)
