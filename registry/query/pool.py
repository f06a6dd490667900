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

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from registry.errors import QuerySyntaxError
from registry.query import frames
from registry.query.answer import GRAPHS, RESULTS, Answer, Chunks, UnparsedError
from registry.query.keeper import Keeper, Worker
from registry.query.model import Job, QueryLimits
from registry.query.roster import ClientGoneError, Lease
from registry.query.syntax import explain, stretched
from registry.texts import Text

__all__ = ["Answer", "ClientGoneError", "QueryPool"]


class QueryPool:
    """Worker processes that answer queries, for the threads of one web process.

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
    ) -> Answer:
        """Run a query that has been scanned; return when its answer has begun or all has failed.

        ``timeout`` may only shorten the deadline. ``gone`` tells that the client is away; it is
        asked at least four times a second while there is something to wait for.
        """
        if os.getpid() != self._owner:
            raise RuntimeError("a query pool cannot be used by a forked process")
        seconds = self._limits.deadline_seconds
        if timeout is not None:
            seconds = max(0.0, min(seconds, timeout))
        try:
            return self._ask(job, seconds, gone)
        except UnparsedError as error:
            words = str(error)
        raise self._explained(job, words, seconds, gone)

    def _ask(self, job: Job, seconds: float, gone: Callable[[], bool] | None) -> Answer:
        lease = self._start(job, seconds, gone)
        return Chunks(job, lease, self._keeper.roster, gone).begin()

    def _explained(
        self, job: Job, words: str, seconds: float, gone: Callable[[], bool] | None
    ) -> QuerySyntaxError:
        """Return the syntax error in plain words, asking a worker again for its exact place."""
        try:
            self._ask(replace(job, query=stretched(job.query)), seconds, gone).chunks.close()
        except UnparsedError as error:
            return explain(job.query, str(error))
        except QuerySyntaxError as error:  # strings or brackets that the scan would have caught
            return error
        return QuerySyntaxError(Text("The query is not SPARQL: {words}", words=words))

    def _start(self, job: Job, seconds: float, gone: Callable[[], bool] | None) -> Lease[Worker]:
        """Hand the job to a free worker; one that died while it was idle is no failure."""
        if job.results not in RESULTS or job.graph not in GRAPHS:
            raise ValueError(f"no format {job.results} or {job.graph}")
        rdf = str(job.rdf)
        body = frames.request(
            (job.query, rdf, job.results, job.graph, job.default_graphs, job.named_graphs)
        )
        keeper = self._keeper
        keeper.warm = rdf
        while True:
            lease = keeper.roster.take(seconds, gone)
            try:
                lease.worker.end.sendall(body)
            except OSError:
                keeper.roster.finish(lease, reusable=False)
                if lease.verdict is not None:
                    raise lease.verdict from None
            else:
                return lease

    def close(self) -> None:
        """Stop all queries, end all workers, give back all descriptors."""
        self._keeper.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
