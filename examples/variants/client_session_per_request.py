"""aiohttp: a session, and with it a pool of connections, for every single request; nobody closes it."""

import aiohttp


async def exchange_rate(currency: str) -> float:
    session = aiohttp.ClientSession()  # RLK101
    async with session.get(f"https://rates.example/{currency}") as response:
        return (await response.json())["rate"]
