"""Endpoints that are asked by SERVICE: one that says what it is told to, in every bad way."""

from __future__ import annotations

import gzip
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

JSON = "application/sparql-results+json"


def results(names: Sequence[str], *rows: Mapping[str, Any]) -> bytes:
    """Return solutions as SPARQL JSON."""
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


def literal(value: str, **more: str) -> dict[str, str]:
    return {"type": "literal", "value": value, **more}


class Asked(BaseHTTPRequestHandler):
    """One request: the path says how to answer it."""

    server: Others

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.queries.append(parse_qs(body)["query"][0])
        self.server.headers.append(dict(self.headers))
        with suppress(BrokenPipeError, ConnectionResetError):
            self.server.ways[self.path.removeprefix("/")](self)
        self.close_connection = True

    def do_GET(self) -> None:
        self.server.strays.append(self.path)
        self.say(b"")

    def say(self, body: bytes, status: int = 200, kind: str = JSON, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


Way = Callable[[Asked], None]


def redirect(asked: Asked) -> None:
    asked.say(b"", 307, Location=f"{asked.server.url}canary")


def endless(asked: Asked) -> None:
    asked.begin()
    asked.wfile.write(b'{"head":{"vars":["s"]},"results":{"bindings":[')
    row = json.dumps({"s": literal("x" * 1000)}).encode() + b","
    while True:
        asked.wfile.write(row * 100)


def drip(asked: Asked) -> None:
    asked.begin()
    for _ in range(100):
        asked.wfile.write(b" ")
        asked.wfile.flush()
        time.sleep(0.2)


def hang(asked: Asked) -> None:
    asked.server.hanging.set()
    with suppress(OSError):
        # Nothing is said; the end of the connection is noted.
        if not asked.connection.recv(1):
            asked.server.hung_up.set()


def bomb(asked: Asked) -> None:
    body = gzip.compress(b" " * (64 << 20))
    asked.say(body, Content_Encoding="gzip")


def cut(asked: Asked) -> None:
    asked.send_response(200)
    asked.send_header("Content-Type", JSON)
    asked.send_header("Content-Length", "1000")
    asked.end_headers()
    asked.wfile.write(b'{"head":')


def no_http(asked: Asked) -> None:
    asked.wfile.write(b"<script>alert(1)</script>\r\n\r\n")


def saying(body: bytes, status: int = 200, kind: str = JSON) -> Way:
    return lambda asked: asked.say(body, status, kind)


HTML = b"<script>alert(1)</script>"
WAYS: dict[str, Way] = {
    "redirect": redirect,
    "endless": endless,
    "drip": drip,
    "hang": hang,
    "bomb": bomb,
    "cut": cut,
    "no-http": no_http,
    "html": saying(HTML, kind="text/html"),
    "odd-kind": saying(HTML, kind='text/"><script>alert(1)</script>'),
    "broken": saying(HTML, status=500, kind="text/html"),
    "not-json": saying(HTML),
    "boolean": saying(b'{"head":{},"boolean":true}'),
    "other-names": saying(results(["s", "secret"], {"secret": literal("x")})),
    "iri": saying(results(["s"], {"s": {"type": "uri", "value": "a:> } SERVICE <a:"}})),
    "triple": saying(
        results(
            ["s"],
            {
                "s": {
                    "type": "triple",
                    "value": {
                        "subject": {"type": "uri", "value": "a:s"},
                        "predicate": {"type": "uri", "value": "a:p"},
                        "object": literal("o"),
                    },
                }
            },
        )
    ),
    "sparse": saying(results(["s", "p", "o"], *[{}] * 20_000)),
}
#: How each is told, in the words of the problem.
TOLD = {
    "redirect": "status 307",
    "endless": "too long",
    "drip": "had not answered",
    "bomb": "compressed",
    "cut": "broke off",
    "no-http": "speak HTTP",
    "html": "“text/html”",
    "odd-kind": "not in SPARQL JSON",
    "broken": "status 500",
    "not-json": "SPARQL JSON",
    "boolean": "SELECT",
    "other-names": "not asked for",
    "iri": "SPARQL JSON",
    "triple": "triple terms",
    "sparse": "rows without values",
}


class Others(ThreadingHTTPServer):
    """The endpoints, each under the name of its way; what they were asked is kept."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.ways = dict(WAYS)
        self.queries: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.strays: list[str] = []
        self.secure_url = ""
        self.hanging = threading.Event()
        self.hung_up = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, *_: object) -> None:
        pass


def _certificate(folder: Path) -> ssl.SSLContext:
    """Return what serves 127.0.0.1 with a certificate of its own making."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@contextmanager
def others(folder: Path) -> Iterator[Others]:
    """Run the endpoints, with and without TLS."""
    server, secure = Others(), Others()
    secure.socket = _certificate(folder).wrap_socket(secure.socket, server_side=True)
    secure.queries = server.queries
    server.secure_url = secure.url.replace("http:", "https:")
    running = [
        threading.Thread(target=each.serve_forever, args=(0.05,)) for each in (server, secure)
    ]
    for thread in running:
        thread.start()
    try:
        yield server
    finally:
        for each, thread in zip((server, secure), running, strict=True):
            each.shutdown()
            each.server_close()
            thread.join()
