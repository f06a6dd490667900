"""A server to attack, and what holds after every attack.

A second client is answered well all the while; no answer was a 500; the web processes are those
that began; memory, descriptors and processes are back.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from security.attacker import ask_all, eventually
from security.watch import MOST_P99, Footprint, footprint, unharmed, web_processes
from web.web_server import Server, start

#: How often each attack is repeated: ``make attack`` sets it.
ROUNDS = int(os.environ.get("ATTACK_ROUNDS", "1"))
#: Seconds that a query may take.
DEADLINE = float(os.environ.get("ATTACK_DEADLINE", "2"))
#: With more attackers than workers a small query waits until theirs count as slow; beside other
#: tests no time means anything.
_MOST_P99_OTHERWISE = 4.0
_MORE_MEBIBYTES = 100
_MORE_DESCRIPTORS = 10
_BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@dataclass(frozen=True, slots=True)
class Target:
    """The server, and what it took when it was at rest."""

    server: Server
    rest: Footprint
    web: list[int]

    def at_rest(self) -> bool:
        now = footprint(self.server)
        return (
            now.processes <= self.rest.processes
            and now.descriptors <= self.rest.descriptors + _MORE_DESCRIPTORS
            and now.mebibytes <= self.rest.mebibytes + _MORE_MEBIBYTES
        )


@pytest.fixture(scope="session")
def target(shipped_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    running = start(
        shipped_dir,
        tmp_path_factory.mktemp("attacked") / "log",
        query_deadline=str(DEADLINE),
        query_memory_mib="512",
        query_result_mib="16",
        result_cache_mib="1",
    )
    try:
        _warm(running)
        yield Target(running, _settled(running), web_processes(running))
    finally:
        running.stop()
        assert running.process.stdout is not None
        running.process.stdout.close()


def _warm(server: Server) -> None:
    """Have all workers and threads work and the caches fill: from here nothing may grow."""
    for place in ("/", "/about", "/doc/network/mesclun", "/sparql.xlsx"):
        ask_all(server, ["ASK {}"] * 40, method="GET", path=place, accept="text/html")
    ask_all(server, ["ASK {" + "{}" * 49_000 + "}"] * 20, accept="text/html")
    for _ in range(2):
        ask_all(server, [_BOMB] * 20, timeout="1")
    with unharmed(server):
        ask_all(server, ["ASK {}"] * 40)


def _settled(server: Server) -> Footprint:
    """Return what the server takes once that changes no more."""
    before = footprint(server)
    for _ in range(10):
        time.sleep(0.5)
        now = footprint(server)
        if now == before:
            break
        before = now
    return before


@pytest.fixture
def server(target: Target) -> Server:
    return target.server


@pytest.fixture(autouse=True, params=range(ROUNDS))
def _nobody_is_harmed(target: Target, request: pytest.FixtureRequest) -> Iterator[None]:
    seen = target.server.log.stat().st_size
    marked = request.node.get_closest_marker
    timed = marked("alone") and not marked("siege")
    with unharmed(target.server, MOST_P99 if timed else _MOST_P99_OTHERWISE):
        yield
    assert eventually(target.at_rest, 30), (target.rest, footprint(target.server))
    assert web_processes(target.server) == target.web
    with target.server.log.open() as log:
        log.seek(seen)
        lines = [json.loads(line) for line in log]
    assert [line for line in lines if line.get("status") == 500 or "traceback" in line] == []
