"""Requests that cost the server more than their sender, as many as one client can send."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from security.attacker import HONEST, ask
from security.conftest import ROUNDS
from web.web_server import Server

pytestmark = pytest.mark.alone

SECONDS = 1.0 * ROUNDS
CONNECTIONS = 10
#: Read character by character, and then refused, answered, or explained.
TEXTS = {
    "long": "ASK {" + "{}" * 49_000 + "}",
    "long-and-wrong": "ASK { FILTER(1" + "+1" * 48_000 + " x) }",
    "long-and-refused": "ASK { " + "?a ?b ?c. " * 9000 + "SERVICE <a:> {} }",
    "long-address": "ASK {" + "{}" * 1200 + "service:a}",
    "encoded": "ASK { ?a ?b '" + "\u20ac" * 32_000 + "' }",
    "wrong": "ASK { ?a ?b }",
    "small": "ASK {}",
}


@pytest.mark.parametrize(
    ("name", "accept"),
    [*((name, "*/*") for name in TEXTS), *((name, "text/html") for name in ("long", "wrong"))],
)
def test_a_flood_harms_nobody(server: Server, name: str, accept: str) -> None:
    until = time.monotonic() + SECONDS
    method = "GET" if name == "long-address" else "POST"

    def flood(_: int) -> set[int]:
        found = set()
        while time.monotonic() < until:
            found.add(ask(server, TEXTS[name], method=method, accept=accept))
        return found

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        assert set().union(*threads.map(flood, range(CONNECTIONS))) <= HONEST
