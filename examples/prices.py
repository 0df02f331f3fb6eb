"""A client of a price service: a session per request, a socket per retry, and a release that nobody awaits."""

import socket

import aiohttp


async def price(url, article):
    session = aiohttp.ClientSession()
    async with session.get(url, params={"article": article}) as answer:
        found = await answer.json()
    session.close()
    return found["price"]


def connect(addresses):
    for address in addresses:
        sock = socket.socket()
        sock.settimeout(5)
        try:
            sock.connect(address)
        except OSError:
            continue
        return sock
    return None


class Feed:
    """Prices as they change."""

    def __init__(self, address):
        self.sock = socket.create_connection(address)

    def reconnect(self, address):
        self.sock = socket.create_connection(address)

    def close(self):
        self.sock.close()


async def price_repaired(url, article):
    async with aiohttp.ClientSession() as session, session.get(url, params={"article": article}) as answer:
        found = await answer.json()
    return found["price"]


def connect_repaired(addresses):
    for address in addresses:
        sock = socket.socket()
        try:
            sock.settimeout(5)
            sock.connect(address)
        except OSError:
            sock.close()
            continue
        return sock
    return None
