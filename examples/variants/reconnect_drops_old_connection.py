"""A client that connects again after an error, and forgets that it still had a connection."""

import redis


class Queue:
    def __init__(self, host: str) -> None:
        self.host = host
        self.client = redis.Redis(host=host)

    def push(self, job: bytes) -> None:
        try:
            self.client.lpush("jobs", job)
        except redis.ConnectionError:
            self.reconnect()
            self.client.lpush("jobs", job)

    def reconnect(self) -> None:
        self.client = redis.Redis(host=self.host)  # RLK202

    def close(self) -> None:
        self.client.close()
