"""The pool as an event loop uses it: many tasks, one thread."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from registry.errors import OverloadedError, QuerySyntaxError, QueryTimeoutError
from registry.query.model import Job, QueryLimits
from registry.query.pool import QueryPool
from support import run

SMALL = "SELECT * { ?s ?p ?o } LIMIT 5"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def rows(body: bytes | None) -> int:
    assert body is not None
    return len(json.loads(body)["results"]["bindings"])


def test_many_tasks_share_few_workers(pool: QueryPool, rdf: Path) -> None:
    async def ask(number: int) -> int:
        answer = await pool.ask(Job(f"SELECT * {{ ?s ?p ?o }} LIMIT {number}", rdf))
        return rows(answer.complete)

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*map(ask, range(60)))

    assert run(all_at_once()) == list(range(60))


def test_a_long_answer_comes_in_parts(pool: QueryPool, rdf: Path) -> None:
    async def read() -> tuple[int, bool]:
        answer = await pool.ask(Job(f"{LONG} LIMIT 20000", rdf, results="csv"))
        parts = [part async for part in answer.chunks]
        return b"".join(parts).count(b"\n"), len(parts) > 1 and answer.complete is None

    assert run(read()) == (20_001, True)


def test_a_cancelled_task_gives_its_worker_back(limits: QueryLimits, rdf: Path) -> None:
    async def scenario() -> float:
        with QueryPool(1, limits) as alone:
            task = asyncio.create_task(alone.ask(Job(ENDLESS, rdf)))
            await asyncio.sleep(0.5)
            task.cancel()
            begun = time.monotonic()
            await alone.ask(Job(SMALL, rdf))
            return time.monotonic() - begun

    assert run(scenario()) < 3


def test_who_gives_up_waiting_does_not_keep_others_from_their_turn(
    limits: QueryLimits, rdf: Path
) -> None:
    async def scenario() -> list[object]:
        with QueryPool(1, limits) as alone:
            slow = asyncio.create_task(alone.ask(Job(ENDLESS, rdf), seconds=1))
            await asyncio.sleep(0.1)
            waiting = [asyncio.create_task(alone.ask(Job(SMALL, rdf))) for _ in range(6)]
            await asyncio.sleep(0.1)
            for task in waiting[::2]:
                task.cancel()
            return await asyncio.gather(slow, *waiting, return_exceptions=True)

    slow, *waiting = run(scenario())
    assert isinstance(slow, QueryTimeoutError)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in waiting[::2])
    assert not any(isinstance(outcome, BaseException) for outcome in waiting[1::2])


def test_the_wait_for_a_worker_is_bounded(rdf: Path) -> None:
    limits = QueryLimits(deadline_seconds=5, queue_seconds=0.3, memory_bytes=200 << 20)

    async def scenario() -> None:
        with QueryPool(1, limits) as alone:
            slow = asyncio.create_task(alone.ask(Job(ENDLESS, rdf)))
            await asyncio.sleep(0.5)
            with pytest.raises(OverloadedError):
                await alone.ask(Job(SMALL, rdf))
            slow.cancel()

    run(scenario())


def test_a_syntax_error_has_its_place(pool: QueryPool, rdf: Path) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        run(pool.ask(Job("SELECT *\nWHERE { ?s ?p }", rdf)))
    assert (caught.value.line, caught.value.column) == (2, 15)
