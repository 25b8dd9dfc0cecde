"""A program that is told of events: it checks each call by the reference library of Standard Webhooks, and answers as said."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook


class Receiver:
    """`calls` holds (webhook-id, what was told) in the order they came; `answers` the statuses still to give, else 204."""

    def __init__(self):
        self.calls, self.answers, self.connections, self.raw = [], [], 0, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                outer.connections += 1
                super().setup()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.raw.append(({key.lower(): value for key, value in self.headers.items()}, body))
                outer.calls.append((self.headers["webhook-id"], json.loads(body)))
                self.send_response(outer.answers.pop(0) if outer.answers else 204)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def ids(self):
        return [message for message, _ in self.calls]

    @property
    def numbers(self):
        return [said["data"]["properties"].get("n") for _, said in self.calls]

    def verified(self, secret):
        """Return the bodies, each checked by the reference library."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.raw]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
