"""A checkout that takes a connection from a pool, and loses it whenever a payment is declined."""

import os

import payments
from psycopg2.pool import ThreadedConnectionPool

pool = ThreadedConnectionPool(1, 10, os.environ.get("DATABASE_URL", ""))


def checkout(order):
    conn = pool.getconn()
    payments.charge(order.card, order.total)
    with conn.cursor() as cur:
        cur.execute("INSERT INTO orders (id, total) VALUES (%s, %s)", (order.id, order.total))
    conn.commit()
    pool.putconn(conn)


def checkout_repaired(order):
    conn = pool.getconn()
    try:
        payments.charge(order.card, order.total)
        with conn, conn.cursor() as cur:
            cur.execute("INSERT INTO orders (id, total) VALUES (%s, %s)", (order.id, order.total))
    finally:
        pool.putconn(conn)
