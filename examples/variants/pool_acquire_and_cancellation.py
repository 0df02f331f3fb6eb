"""asyncpg: a timeout cancels the query. `except Exception` does not see a cancellation: the connection is never given back."""

import asyncpg


async def cart_of(pool: asyncpg.Pool, customer: int) -> list[asyncpg.Record]:
    connection = await pool.acquire()  # RLK103
    try:
        rows = await connection.fetch("select * from cart where customer = $1", customer)
    except Exception:
        await pool.release(connection)
        raise
    await pool.release(connection)
    return rows
