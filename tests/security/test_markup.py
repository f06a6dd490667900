"""What a request holds never comes back as live markup: no page runs what its address says."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest

from web.http_client import Answer, Client
from web.web_server import Server

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "xlink:href"})
_LIVE = ("javascript:", "vbscript:", "data:")


class Live(HTMLParser):
    """What would run in a page: scripts without a file, handlers, addresses that are programs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        kind = names.get("type") or ""
        if (tag == "script" and "src" not in names and "json" not in kind) or tag == "iframe":
            self.found.append(self.get_starttag_text() or tag)
        for name, value in attrs:
            address = (value or "").strip().lower() if name in _ADDRESSES else ""
            if name.startswith("on") or address.startswith(_LIVE) or value == "x":
                self.found.append(f"{tag} {name}={value}")


PLACES = [
    *("/search?q=", "/resource?iri=", "/queries?tag=", "/browse/", "/id/", "/doc/", "/vocab/"),
    *("/sparql?query=", "/sparql?query=ASK{}&format=", "/sparql?query=ASK{}&timeout="),
    *("/sparql?query=ASK{}&format=html&", "/sparql?query=ASK{}&format=html&view="),
    *("/sparql?query=ASK{}&default-graph-uri=", "/sparql?query=ASK{}&release=", "/?lang=", "/?"),
    *("/sparql?query=ASK{}&format=html&show=", "/sparql?query=ASK{}&format=html&lang="),
    *("/queries/", "/queries/territorial-networks-of-a-commune?commune=", "/browse/network?page="),
    *("/ontology/", "/sitemap/", "/static/", "/", "/sparql.", "/sparql.csv?query=", "/quality?"),
    "/queries/territorial-networks-of-a-commune.csv?commune=",
    "/doc/network/mesclun?page=",
]
ROWS = [
    f"SELECT ('{EVIL.replace(chr(39), '')}' AS ?x) {{}}",
    "SELECT (IRI('javascript:alert(1)') AS ?x) ('<script>'@fr AS ?y) {}",
    "SELECT (STRDT('POINT(1 <script>)', <http://www.opengis.net/ont/geosparql#wktLiteral>) AS ?x)"
    " ('<script>alert(1)</script>' AS ?xLabel) {}",
    "SELECT ('<script>alert(1)</script>' AS ?a) (1 AS ?n) {}",
    "SELECT (IRI('a:\"><script>alert(1)</script>') AS ?a) {}",
    "SELECT (IRI('data:text/html,<script>alert(1)</script>') AS ?a) (<a:b> AS ?b) {}",
    "CONSTRUCT { <a:> <b:> '<script>alert(1)</script>' } {}",
    "SELECT * { ?x <script>alert(1)</script> }",
    "ASK { <script>alert(1)</script>",
    f"# {EVIL}\nSELECT * {{ ?x ?y ?z }} LIMIT 1",
]


def dead(answer: Answer) -> None:
    assert answer.status_code < 500
    kind = answer.headers["Content-Type"] or ""
    if answer.data and not kind.startswith("text/html"):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "svg" not in kind
        return
    assert Live(answer.text).found == []
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert ">49" not in answer.text  # that is: no template has run it


@pytest.mark.parametrize("accept", ["text/html", "*/*", "text/turtle", "application/json"])
def test_what_the_address_says(server: Server, accept: str) -> None:
    client = Client(server.url)
    for place in PLACES:
        for text in (quote(EVIL), quote(EVIL, safe="/"), quote(quote(EVIL))):
            dead(client.get(place + text, headers={"Accept": accept}))


def test_what_headers_say(server: Server) -> None:
    client = Client(server.url)
    for name in ("Host", "Referer", "User-Agent", "Accept-Language", "X-Forwarded-Host", "Cookie"):
        for path in ("/", "/sparql?query=ASK{}&format=html", "/robots.txt", "/sitemap.xml", "/x"):
            headers = {"Accept": "text/html", name: EVIL}
            dead(client.get(path, headers=headers))
    dead(client.get("/", headers={"Accept": f"text/html, {EVIL}"}))


@pytest.mark.parametrize("query", ROWS)
def test_what_queries_and_their_answers_say(server: Server, query: str) -> None:
    client = Client(server.url)
    for view in ("", "table", "map", "chart", "network"):
        asked = {"query": query, "format": "html", "view": view, "lang": "en"}
        dead(client.get("/sparql?" + urlencode(asked), headers={"Accept": "text/html"}))
        dead(client.post("/sparql", data=asked, headers={"Accept": "text/html"}))
