"""Serve on a free port of the loopback interface and print the port: `python -m shop`."""

import logging

from werkzeug.serving import make_server

from .database import create_tables
from .web import app

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    create_tables()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    print(server.server_port, flush=True)
    server.serve_forever()
