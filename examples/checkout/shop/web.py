"""The web service: POST /orders, and two pages for those who run it."""

import traceback
from collections import deque

from flask import Flask, request
from sqlalchemy.exc import TimeoutError as PoolTimeout

from .catalogue import UnknownItem
from .database import POOL_SIZE, engine
from .orders import place_order
from .payments import PaymentDeclined

app = Flask(__name__)

# The last declined payments, for the people on call. An exception remembers its traceback, a traceback its frames, a
# frame its local variables: what a failed call had opened stays open with it. Error trackers, log queues and asyncio's
# tasks keep exceptions just so.
declined_payments: deque[PaymentDeclined] = deque(maxlen=100)


@app.post("/orders")
def orders():
    """Place an order: {"sku": ..., "card": ...} -> {"receipt": ...}."""
    order = request.get_json()
    return {"receipt": place_order(order["sku"], order["card"])}, 201


@app.errorhandler(PaymentDeclined)
def declined(error: PaymentDeclined):
    """A declined card is the customer's affair: 402, and a line for the people on call."""
    declined_payments.append(error)
    return {"error": str(error)}, 402


@app.errorhandler(PoolTimeout)
def out_of_connections(error: PoolTimeout):
    """All connections are taken: 503."""
    return {"error": "pool timeout"}, 503


@app.errorhandler(UnknownItem)
def unknown(error: UnknownItem):
    """We don't sell that: 404."""
    return {"error": f"unknown item {error}"}, 404


@app.get("/declined")
def declined_lately():
    """The last declined payments, with the line each one came from."""
    return [
        {"error": str(error), "line": str(traceback.extract_tb(error.__traceback__)[-1])} for error in tuple(declined_payments)
    ]


@app.get("/pool")
def pool():
    """How many connections are checked out; answered without touching the database."""
    return {"checked_out": engine.pool.checkedout(), "size": POOL_SIZE}
