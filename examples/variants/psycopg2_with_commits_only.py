"""psycopg2: `with connection:` is a transaction. It commits or rolls back; the connection stays open."""

import psycopg2


def add_customer(dsn: str, name: str) -> None:
    with psycopg2.connect(dsn) as connection:  # RLK106
        with connection.cursor() as cursor:
            cursor.execute("insert into customers (name) values (%s)", (name,))
