"""The shop's own test of a declined card: green, and it leaks. Run with `--leaklint` it fails."""

import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ.setdefault("DATABASE_URL", "sqlite://")

from shop import payments, web  # noqa: E402
from shop.database import create_tables  # noqa: E402


@pytest.fixture(scope="module")
def client():
    create_tables()
    return web.app.test_client()


def test_a_good_card_is_charged(client):
    assert client.post("/orders", json={"sku": "book", "card": "4000000000000077"}).status_code == 201


def test_a_declined_card_is_said_so(client):
    answer = client.post("/orders", json={"sku": "book", "card": "4000000000000002"})
    assert (answer.status_code, answer.json["error"]) == (402, "card 0002 was declined for 1900 cents")
