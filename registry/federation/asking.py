"""Brings the answers of other endpoints to a query, before a worker runs it.

A worker opens no socket, so the process that serves the client asks; a worker is only needed for
a moment before, to read the query, and again when all answers are there. ::

    scan ── worker: is it SPARQL? which variables? ── ask all endpoints at once ── worker: run
            └────────────────────────── one deadline ─────────────────────────────────────┘
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Final

import aiohttp

from registry.errors import OverloadedError, QueryServiceError, QueryTimeoutError
from registry.federation.client import Allowance, fetch, session
from registry.query.model import Brought, Job, QueryLimits, ServiceCall
from registry.query.pool import QueryPool
from registry.query.roster import shown
from registry.settings import MIB, Settings
from registry.texts import Text

#: Questions to other endpoints at the same time, in one web process; besides those of pages.
MOST_REQUESTS: Final = 16
#: The part of a query's time that others may take; the rest is for running it.
SHARE: Final = 0.75


@dataclass(frozen=True, slots=True)
class _Time:
    """How long others may take, and by which limit."""

    seconds: float
    limit: str


class Federation:
    """What one process asks of other endpoints, for its event loop and its threads."""

    def __init__(self, settings: Settings, limits: QueryLimits) -> None:
        self._settings = settings
        self._deadline = limits.deadline_seconds
        self._lock = threading.Lock()
        self._free = MOST_REQUESTS

    @contextmanager
    def bring_now(
        self,
        pool: QueryPool,
        job: Job,
        calls: Sequence[ServiceCall],
        *,
        seconds: float | None = None,
        begin: Callable[[], None] | None = None,
    ) -> Iterator[Job]:
        """Do the same as ``bring`` for a thread; who has threads says how many of them ask."""
        yield asyncio.run(self._whole(pool, job, calls, seconds, begin)) if calls else job

    @asynccontextmanager
    async def bring(
        self,
        pool: QueryPool,
        job: Job,
        calls: Sequence[ServiceCall],
        *,
        seconds: float | None = None,
        begin: Callable[[], None] | None = None,
    ) -> AsyncIterator[Job]:
        """Give the job with the solutions of its SERVICEs, to be run before this is left.

        ``seconds`` may only shorten the deadline; ``begin`` is called when the time begins to run.
        Raises QuerySyntaxError before anybody is asked; QueryServiceError and QueryTimeoutError
        for an endpoint that fails without SILENT; OverloadedError.
        """
        if not calls:
            yield job
            return
        # Until a worker has them, the solutions take memory here.
        with self._room(len(calls)):
            yield await self._whole(pool, job, calls, seconds, begin)

    async def _whole(
        self,
        pool: QueryPool,
        job: Job,
        calls: Sequence[ServiceCall],
        seconds: float | None,
        begin: Callable[[], None] | None,
    ) -> Job:
        begun = time.monotonic()

        def taken() -> None:
            nonlocal begun
            begun = time.monotonic()
            if begin is not None:
                begin()

        outline = replace(job, outlined=tuple(call.query for call in calls))
        variables = await pool.outline(outline, seconds=seconds, begin=taken)
        whole = self._deadline if seconds is None else min(self._deadline, seconds)
        left = SHARE * (whole - (time.monotonic() - begun))
        limit = "query_deadline" if whole == self._deadline else "timeout"
        answers = await self._answers(calls, _Time(left, limit))
        brought = tuple(map(Brought, calls, variables, answers))
        return replace(job, brought=brought, spent=time.monotonic() - begun)

    @contextmanager
    def _room(self, number: int) -> Iterator[None]:
        with self._lock:
            if self._free < number:
                raise _too_many()
            self._free -= number
        try:
            yield
        finally:
            with self._lock:
                self._free += number

    async def _answers(self, calls: Sequence[ServiceCall], allowed: _Time) -> list[bytes | None]:
        """Ask all at once; the first failure that is not SILENT ends the others."""
        left = Allowance(self._settings.service_result_mib * MIB)
        async with session(self._settings.base_iri) as client:
            try:
                async with asyncio.TaskGroup() as group:
                    asked = [group.create_task(_ask(client, call, left, allowed)) for call in calls]
            except BaseExceptionGroup as failures:
                raise failures.exceptions[0] from None
        return [task.result() for task in asked]


async def _ask(
    client: aiohttp.ClientSession, call: ServiceCall, left: Allowance, allowed: _Time
) -> bytes | None:
    """Return the answer of one endpoint, or None where there is none and that is allowed."""
    try:
        async with asyncio.timeout(allowed.seconds):
            return await fetch(client, call, left)
    except QueryServiceError:
        if call.silent:
            return None
        raise
    except TimeoutError as error:
        if call.silent:
            return None
        raise _late(call, allowed) from error


def _late(call: ServiceCall, allowed: _Time) -> QueryTimeoutError:
    return QueryTimeoutError(
        Text(
            "“{endpoint}”, which SERVICE asks, had not answered after {seconds} seconds.",
            endpoint=call.endpoint,
            seconds=shown(allowed.seconds),
        ),
        expected=Text("Other endpoints may take three quarters of a query’s time."),
        remedy=Text("Ask it for less, or in a query of its own."),
        limit=allowed.limit,
        seconds=allowed.seconds,
    )


def _too_many() -> OverloadedError:
    return OverloadedError(
        Text("Too many queries wait for other endpoints already."),
        remedy=Text("Ask again in a moment."),
        limit="services",
    )
