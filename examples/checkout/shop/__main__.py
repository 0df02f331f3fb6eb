"""Serve on a free port of the loopback interface and print the port: `python -m shop`.

With METRICS_PORT in the environment leaklint's monitor watches the service and serves its numbers there.
"""

import logging
import os

from werkzeug.serving import make_server

from .database import create_tables
from .web import app

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    create_tables()
    if os.environ.get("METRICS_PORT"):
        from leaklint.runtime import monitor

        monitor(thresholds={"connection": int(os.environ.get("METRICS_THRESHOLD", "4"))}, interval=0.2, port=int(os.environ["METRICS_PORT"]))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    print(server.server_port, flush=True)
    server.serve_forever()
