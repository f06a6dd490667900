"""The same question from several clients at once is answered once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.errors import QueryError, QueryMemoryError, QueryTimeoutError
from registry.texts import Text
from registry.web.flights import Flights
from support import run
from web.http_client import Answer, Client
from web.web_server import Server, start

#: Some tenths of a second for one number; tens of thousands of rows at once.
SLOW = (
    "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 2000 }"
    " { SELECT * { ?d ?e ?f } LIMIT 2000 } }"
)
LARGE = "SELECT * { { SELECT * { ?a ?b ?c } LIMIT 200 } { SELECT * { ?d ?e ?f } LIMIT 100 } }"
TOGETHER = 8


@pytest.fixture(scope="module")
def alone(web_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One web process with idle workers: who comes first has one at once; the others wait."""
    log = tmp_path_factory.mktemp("flights") / "log"
    server = start(web_dir, log, web_processes="1", query_workers="2", query_queue="60")
    Client(server.url).get("/sparql", query_string={"query": "ASK {}"})
    yield server
    server.stop()
    assert server.process.stdout is not None
    server.process.stdout.close()


def at_once(server: Server, query: str, **more: str) -> list[Answer]:
    client = Client(server.url)

    def ask(_: int) -> Answer:
        return client.get("/sparql", query_string={"query": query, "format": "csv"} | more)

    with ThreadPoolExecutor(TOGETHER) as threads:
        return list(threads.map(ask, range(TOGETHER)))


def runs(server: Server, query: str) -> int:
    """Return how often the log says that a worker had the query, once it has said it all."""
    digest = hashlib.sha256(repr((query, None, None)).encode()).hexdigest()[:16]
    deadline = time.monotonic() + 5
    while True:
        lines = [json.loads(line) for line in server.log.read_text().splitlines()]
        said = [line for line in lines if line.get("query") == digest]
        if len(said) == TOGETHER or time.monotonic() > deadline:
            return sum(not line.get("cached") for line in said)
        time.sleep(0.02)


def test_a_question_asked_by_several_is_answered_once(alone: Server) -> None:
    answers = at_once(alone, SLOW)
    assert {(a.status_code, a.text) for a in answers} == {(200, "n\r\n4000000\r\n")}
    assert runs(alone, SLOW) == 1


def test_what_is_too_long_to_be_kept_goes_to_each(alone: Server) -> None:
    answers = at_once(alone, LARGE)
    assert {(a.status_code, a.text.count("\n")) for a in answers} == {(200, 20_001)}
    assert runs(alone, LARGE) == TOGETHER


def test_what_is_wrong_with_it_is_told_to_each(alone: Server) -> None:
    answers = at_once(alone, "SELECT ?a WHERE { ?a ?b }")
    assert {a.status_code for a in answers} == {400}


def fly(
    *, first_has: float | None, seconds: float | None, failure: QueryError | None = None
) -> str:
    """Return what a second client meets, who comes while the first one's query is under way."""
    flights, lasts = Flights(10.0), 0.1

    async def first() -> None:
        with flights.flight("tag", first_has, lambda: None) as begin:
            begin()
            await asyncio.sleep(lasts)
            if failure:
                raise failure

    async def second() -> str:
        task = asyncio.ensure_future(first())
        await asyncio.sleep(0)
        try:
            left = await flights.wait("tag", seconds)
        except QueryError as error:
            return error.limit or type(error).__name__
        finally:
            await asyncio.gather(task, return_exceptions=True)
        assert await flights.wait("tag", None) is None  # it has landed
        return "on its own" if left == seconds else "in time"

    return run(second())


TOO_LONG = QueryTimeoutError(Text("Stopped."), limit="query_deadline")
TOO_MUCH = QueryMemoryError(Text("Stopped."), limit="query_memory_mib")


@pytest.mark.parametrize(
    ("first_has", "seconds", "failure", "meets"),
    [
        (None, None, None, "in time"),
        (None, 5.0, None, "in time"),
        (5.0, 5.0, None, "in time"),
        # The own time is over first.
        (None, 0.01, None, "timeout"),
        # It would fail again.
        (None, None, TOO_LONG, "query_deadline"),
        (None, None, TOO_MUCH, "query_memory_mib"),
        # The first client has given itself less time.
        (5.0, None, None, "on its own"),
        (5.0, 6.0, None, "on its own"),
    ],
)
def test_who_waits(
    first_has: float | None, seconds: float | None, failure: QueryError | None, meets: str
) -> None:
    assert fly(first_has=first_has, seconds=seconds, failure=failure) == meets


def test_a_first_client_that_hangs_up_leaves_the_others_to_ask() -> None:
    flights = Flights(10.0)

    async def first() -> None:
        with flights.flight("tag", None, lambda: None) as begin:
            begin()
            await asyncio.sleep(10)

    async def second() -> float | None:
        task = asyncio.ensure_future(first())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.05, task.cancel)
        return await flights.wait("tag", None)

    left = run(second())
    assert left is not None
    assert 9 < left < 10
