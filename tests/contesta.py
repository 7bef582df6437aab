"""Somebody over HTTP who says yes to whatever is asked, for tests of what lies between."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler


class Contesta(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"si")

    def log_message(self, *_: object) -> None: ...
