"""The payment provider, as far as the shop sees it: it takes a while, and it says no to some cards."""

import time
import uuid

LATENCY = 0.02  # seconds


class PaymentDeclined(Exception):
    """The provider does not take this card."""


def charge(card: str, cents: int) -> str:
    """Take the money; the receipt's number. Cards that end in 0002 are declined, as in the test modes of real providers."""
    time.sleep(LATENCY)
    if card.endswith("0002"):
        raise PaymentDeclined(f"card {card[-4:]} was declined for {cents} cents")
    return uuid.uuid4().hex
