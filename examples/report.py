"""A report that reads a database and writes a file: three leaks, and the same without them."""

import json
import sqlite3
from contextlib import closing


def totals(path):
    with sqlite3.connect(path) as conn:
        return conn.execute("SELECT customer, sum(total) FROM orders GROUP BY customer").fetchall()


def settings(path):
    return json.load(open(path))


def write(path, rows):
    out = open(path, "w")
    if not rows:
        return 0
    out.writelines(f"{customer};{total}\n" for customer, total in rows)
    out.close()
    return len(rows)


def totals_repaired(path):
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute("SELECT customer, sum(total) FROM orders GROUP BY customer").fetchall()


def settings_repaired(path):
    with open(path) as file:
        return json.load(file)


def write_repaired(path, rows):
    if not rows:
        return 0
    with open(path, "w") as out:
        out.writelines(f"{customer};{total}\n" for customer, total in rows)
    return len(rows)
