"""A context manager of one's own. If the `with` block raises, `yield` raises, and the line after it never runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
import pymysql.connections


@contextmanager
def reporting(host: str, password: str) -> Iterator[pymysql.connections.Connection]:
    connection = pymysql.connect(host=host, user="reports", password=password)  # RLK107
    yield connection
    connection.close()
