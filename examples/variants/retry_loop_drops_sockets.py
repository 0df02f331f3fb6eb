"""A retry loop: every attempt makes a socket, only the one that connects is given away; the others stay open."""

import socket
import time


def connect(host: str, port: int, attempts: int = 10) -> socket.socket:
    for attempt in range(attempts):
        client = socket.socket()  # RLK103
        try:
            client.connect((host, port))
            return client
        except OSError:
            time.sleep(2**attempt)
    raise TimeoutError(f"{host}:{port} does not answer")
