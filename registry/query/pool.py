"""Public queries, each in a worker process that can be killed.

How and why: DESIGN, “How a query runs”. ::

    web process                                     nursery ── forks ──┬─ worker
      request threads ── run() ── one socket each ─────────────────────┼─ worker
      keeper thread: deadlines, slow share, spares ── control socket ──┘

All the rest is in the modules beside: ``roster`` (who is free; deadlines), ``keeper`` (starting
and killing), ``answer`` (receiving), ``frames`` (the wire), ``nursery`` and ``worker`` (the other
side).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Self

from registry.errors import QueryError, QuerySyntaxError
from registry.query import frames
from registry.query.answer import GRAPHS, RESULTS, Answer, Chunks, Stream, UnparsedError
from registry.query.keeper import Keeper, Worker
from registry.query.model import Job, QueryLimits
from registry.query.roster import ClientGoneError, Lease, Load
from registry.query.syntax import explain, stretched
from registry.texts import Text

__all__ = ["Answer", "ClientGoneError", "QueryPool"]


#: A longer query that is not SPARQL gets the engine's words as they are.
_LONGEST_EXPLAINED: Final = 10_000
#: Seconds in which is found out what could have stood where a query fails.
_EXPLAINING: Final = 0.2
#: What is longer may not fit into the connection's buffer.
_LONG_REQUEST: Final = 1 << 17


class QueryPool:
    """Worker processes that answer queries, for the threads and the event loop of one process.

    Make it in the process that uses it (after any fork), and close it.
    """

    def __init__(self, workers: int, limits: QueryLimits) -> None:
        self._limits = limits
        self._owner = os.getpid()
        self._keeper = Keeper(workers, limits)

    def run(
        self,
        job: Job,
        *,
        timeout: float | None = None,
        gone: Callable[[], bool] | None = None,
        begin: Callable[[], None] | None = None,
    ) -> Answer[Chunks]:
        """Run a query that has been scanned; return when its answer has begun or all has failed.

        ``timeout`` may only shorten the deadline. ``gone`` tells that the client is away; it is
        asked at least four times a second while there is something to wait for. ``begin`` is
        called when a worker has the query.
        """
        seconds = self._seconds(timeout)
        try:
            return self._ask(job, seconds, gone, begin)
        except UnparsedError as error:
            words = str(error)
        raise self._explained(job, words, seconds, gone)

    async def ask(
        self,
        job: Job,
        *,
        seconds: float | None = None,
        begin: Callable[[], None] | None = None,
    ) -> Answer[Stream]:
        """Do the same for a task of an event loop; ``seconds`` may only shorten the deadline.

        Cancelling the task stops the query.
        """
        seconds = self._seconds(seconds)
        try:
            lease = await self._start_soon(job, seconds)
            if begin is not None:
                begin()
            return await Stream(job, lease, self._keeper.roster).begin()
        except UnparsedError as error:
            words = str(error)
        raise await asyncio.to_thread(self._explained, job, words, seconds, None)

    async def outline(
        self, job: Job, *, seconds: float | None = None, begin: Callable[[], None] | None = None
    ) -> list[tuple[str, ...]]:
        """Check a query with SERVICE and do not run it; return the variables of ``outlined``."""
        answer = await self.ask(job, seconds=seconds, begin=begin)
        return [tuple(names) for names in json.loads(answer.complete or b"[]")]

    def _seconds(self, timeout: float | None) -> float:
        if os.getpid() != self._owner:
            raise RuntimeError("a query pool cannot be used by a forked process")
        seconds = self._limits.deadline_seconds
        return seconds if timeout is None else max(0.0, min(seconds, timeout))

    def _ask(
        self,
        job: Job,
        seconds: float,
        gone: Callable[[], bool] | None,
        begin: Callable[[], None] | None = None,
    ) -> Answer[Chunks]:
        body, roster = self._request(job), self._keeper.roster
        while True:
            lease = roster.take(seconds, gone, job.client)
            lease.deadline -= job.spent
            if self._sent(lease, body):
                if begin is not None:
                    begin()
                return Chunks(job, lease, roster, gone).begin()

    async def _start_soon(self, job: Job, seconds: float) -> Lease[Worker]:
        body, roster = self._request(job), self._keeper.roster
        while True:
            lease = roster.take_now(seconds, job.client) or await self._wait(seconds, job.client)
            lease.deadline -= job.spent
            if await self._sent_soon(lease, body):
                return lease

    async def _sent_soon(self, lease: Lease[Worker], body: bytes) -> bool:
        """Hand the job over; a long one from a thread, since the worker has to read along."""
        if len(body) < _LONG_REQUEST:
            return self._sent(lease, body)
        try:
            return await asyncio.to_thread(self._sent, lease, body)
        except asyncio.CancelledError:
            self._keeper.roster.finish(lease, reusable=False)
            raise

    async def _wait(self, seconds: float, client: str | None) -> Lease[Worker]:
        """Wait for a worker without holding a thread; in the order of coming."""
        loop, roster = asyncio.get_running_loop(), self._keeper.roster

        def call() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(free.set)

        try:
            with roster.in_queue():
                async with asyncio.timeout(self._limits.queue_seconds):
                    while True:
                        free = asyncio.Event()
                        roster.call_when_free(call, client)
                        try:
                            await free.wait()
                            lease = roster.take_now(seconds, client, called=True)
                        finally:
                            roster.called(call)
                        if lease is not None:
                            return lease
        except TimeoutError as error:
            raise roster.all_busy() from error

    def _explained(
        self, job: Job, words: str, seconds: float, gone: Callable[[], bool] | None
    ) -> QuerySyntaxError:
        """Return the syntax error in plain words, asking a worker again for its exact place."""
        # What has been brought was read before; what is long would take too long to tell.
        if job.brought or len(job.query) > _LONGEST_EXPLAINED:
            return QuerySyntaxError(Text("The query is not SPARQL: {words}", words=words))
        try:
            self._ask(replace(job, query=stretched(job.query)), seconds, gone).chunks.close()
        except UnparsedError as error:
            until = time.monotonic() + _EXPLAINING

            def ask(text: str) -> str:
                return self._words(replace(job, query=text), until - time.monotonic(), gone)

            return explain(job.query, str(error), ask)
        except QuerySyntaxError as error:  # strings or brackets that the scan would have caught
            return error
        return QuerySyntaxError(Text("The query is not SPARQL: {words}", words=words))

    def _words(self, job: Job, seconds: float, gone: Callable[[], bool] | None) -> str:
        """Return what the engine says of a text that is no query; nothing where it takes longer."""
        if seconds > 0:
            try:
                self._ask(job, seconds, gone).chunks.close()
            except UnparsedError as error:
                return str(error)
            except QueryError:
                pass
        return ""

    def _request(self, job: Job) -> bytes:
        if job.results not in RESULTS or job.graph not in GRAPHS:
            raise ValueError(f"no format {job.results} or {job.graph}")
        rdf = str(job.rdf)
        self._keeper.warm = max(self._keeper.warm, rdf)  # new workers open the newest
        brought = tuple(
            (each.call.start, each.call.end, each.call.silent, each.variables, each.answer)
            for each in job.brought
        )
        return frames.request(
            (
                *(job.query, rdf, job.results, job.graph, job.default_graphs, job.named_graphs),
                *(job.outlined, brought),
            )
        )

    def _sent(self, lease: Lease[Worker], body: bytes) -> bool:
        """Hand the job over; False when the worker died while it was idle, which is no failure."""
        try:
            lease.worker.end.sendall(body)
        except OSError:
            self._keeper.roster.finish(lease, reusable=False)
            if lease.verdict is not None:
                raise lease.verdict from None
            return False
        return True

    def load(self) -> Load:
        """Return what the workers do now."""
        return self._keeper.roster.load()

    def close(self) -> None:
        """Stop all queries, end all workers, give back all descriptors."""
        self._keeper.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
