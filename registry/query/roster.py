"""Who works and who is free: leases, deadlines and the share of slow queries.

The rule for slow queries. A query is slow once it has run for ``slow_after_seconds``. At most half
of the workers (one at least) run slow queries. A query that becomes slow beyond that share is
*parked*: its process stands still (SIGSTOP), a substitute takes its place, so that small queries
find a free worker, and it goes on, its deadline moved, when a slow one ends. At most as many are
parked as may be slow, each for ``queue_seconds`` at most; what is beyond is turned away. With one
worker only, its slow query holds it.

Workers are duck-typed (``Killable``), so that the rule is tested without a process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from registry.errors import OverloadedError, QueryError, QueryTimeoutError, QueueFullError
from registry.query.model import QueryLimits
from registry.texts import Text

QUICK: Final = 0
SLOW: Final = 1
PARKED: Final = 2
#: How often a wait looks whether the client is still there.
POLL_SECONDS: Final = 0.25


class Killable(Protocol):
    """What the roster does to a worker."""

    def kill(self) -> None: ...  # noqa: D102
    def pause(self) -> None: ...  # noqa: D102
    def resume(self) -> None: ...  # noqa: D102
    def lower_priority(self) -> None: ...  # noqa: D102
    def discard(self) -> None: ...  # noqa: D102


W = TypeVar("W", bound=Killable)


class ClientGoneError(QueryError):
    """The client went away before the answer; nobody is left to read this."""

    def __init__(self) -> None:
        super().__init__(Text("The client has gone."))


@dataclass(eq=False, slots=True)
class Lease(Generic[W]):
    """One query on one worker.

    ``verdict`` says why the worker was killed, if it was; ``dropped``, that nobody reads on.
    """

    worker: W
    client: str | None
    seconds: float
    deadline: float
    slow_at: float
    begun: float = 0.0
    state: int = QUICK
    parked_at: float = 0.0
    verdict: QueryError | None = None
    dropped: bool = False


def shown(seconds: float) -> float:
    """Return 30 for 30.0, for people to read."""
    return int(seconds) if float(seconds).is_integer() else round(seconds, 2)


#: How to make a query smaller.
SMALLER: Final = Text(
    "Add a LIMIT, name more of the pattern (a class, a place, a network), or leave out"
    " ORDER BY and DISTINCT."
)


def timed_out(seconds: float, deadline: float) -> QueryTimeoutError:
    """Return the end of a query that had so many seconds, of those that any may have."""
    return QueryTimeoutError(
        Text(
            "The query ran for {seconds} s, its limit, and was stopped.",
            seconds=shown(seconds),
        ),
        remedy=SMALLER,
        limit="timeout" if seconds < deadline else "query_deadline",
        seconds=seconds,
    )


_LATER: Final = Text("Ask again in a moment.")


def _overloaded(what: Text, limit: str | None = None) -> OverloadedError:
    return OverloadedError(what, remedy=_LATER, limit=limit)


@dataclass(frozen=True, slots=True)
class Load:
    """How many workers do what, and how many queries wait for one."""

    idle: int
    busy: int
    parked: int
    waiting: int


@dataclass(eq=False, frozen=True, slots=True)
class _Waiting:
    """Who waits without a thread: for whom, and how to call."""

    client: str | None
    call: Callable[[], object]


@dataclass(eq=False)
class Roster(Generic[W]):
    """The free workers and the leases of the others, for many threads at once."""

    size: int
    limits: QueryLimits
    #: Called, without the lock, when there may be a worker to start or a parked query to resume.
    wake: Callable[[], None]
    clock: Callable[[], float] = time.monotonic
    dozing: bool = False
    closed: bool = False
    starting: int = 0
    waiting: int = 0
    _idle: list[W] = field(default_factory=list)
    _leases: set[Lease[W]] = field(default_factory=set)
    _waiting: list[_Waiting] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free = threading.Condition(threading.Lock())
        self.share = max(1, self.size // 2)
        self.share_of_client = max(1, self.size - 1)

    def take(
        self, seconds: float, gone: Callable[[], bool] | None, client: str | None = None
    ) -> Lease[W]:
        """Return a free worker's lease for so many seconds; wait ``queue_seconds`` for one.

        ``client`` None: nobody in particular, who may have them all.
        """
        with self._free:
            if not self._free_for(client):
                self._wait(gone, client)
            lease, dozing = self._lease(seconds, client)
        if dozing:
            self.wake()
        return lease

    def take_now(
        self, seconds: float, client: str | None = None, *, called: bool = False
    ) -> Lease[W] | None:
        """Return a free worker's lease, or None where there is none or others were first.

        ``called``: the caller has waited and has been called.
        """
        with self._free:
            if not self.closed and (
                not self._free_for(client) or (not called and self._next() is not None)
            ):
                return None
            lease, dozing = self._lease(seconds, client)
        if dozing:
            self.wake()
        return lease

    def call_when_free(self, call: Callable[[], object], client: str | None = None) -> None:
        """Have ``call`` called, from any thread and without delay, when there may be a worker.

        Who waits so says ``called(call)`` when it is done, whether it got one or not.
        """
        with self._free:
            self._waiting.append(_Waiting(client, call))
            self._call_next()

    def called(self, call: Callable[[], object]) -> None:
        """Wait no more; if there is a worker left, the next one is called."""
        with self._free:
            self._waiting = [each for each in self._waiting if each.call is not call]
            self._call_next()

    def _free_for(self, client: str | None) -> bool:
        """Tell whether there is a worker for the client."""
        return bool(self._idle) and self._may_hold_more(client)

    def _may_hold_more(self, client: str | None) -> bool:
        if client is None:
            return True
        held = sum(
            lease.client == client and lease.state != PARKED and lease.verdict is None
            for lease in self._leases
        )
        return held < self.share_of_client

    def _next(self) -> _Waiting | None:
        """Return the first of those who wait that there is a worker for. O(waiting × workers)."""
        return next((each for each in self._waiting if self._free_for(each.client)), None)

    def _call_next(self) -> None:
        found = self._waiting[0] if self.closed and self._waiting else self._next()
        if found is not None:
            self._waiting.remove(found)
            found.call()

    def all_busy(self) -> OverloadedError:
        """Return the error of who has waited in vain."""
        return _overloaded(
            Text(
                "All query workers are busy, and none came free in {seconds} seconds.",
                seconds=shown(self.limits.queue_seconds),
            ),
            "query_queue",
        )

    @contextmanager
    def in_queue(self) -> Iterator[None]:
        """Take one of the places of those who wait; raise QueueFullError where there is none."""
        with self._free:
            self._enter_queue()
        try:
            yield
        finally:
            with self._free:
                self.waiting -= 1

    def _enter_queue(self) -> None:
        if self.waiting >= self.limits.waiting:
            raise QueueFullError(
                Text("{n} queries wait for a worker already.", n=self.waiting),
                remedy=_LATER,
                limit="query_waiting",
            )
        self.waiting += 1

    def load(self) -> Load:
        """Return what the workers do now."""
        with self._free:
            parked = sum(held.state == PARKED for held in self._leases)
            busy = len(self._leases) - parked
            return Load(len(self._idle), busy, parked, self.waiting)

    def _lease(self, seconds: float, client: str | None) -> tuple[Lease[W], bool]:
        """Lease a worker that is idle; tell whether the keeper has to be woken."""
        if self.closed:
            raise _overloaded(Text("The service is being stopped."))
        worker = self._idle.pop()
        now = self.clock()
        slow_at = now + self.limits.slow_after_seconds
        lease = Lease(worker, client, seconds, now + seconds, slow_at, now)
        self._leases.add(lease)
        dozing, self.dozing = self.dozing, False
        return lease, dozing

    def _wait(self, gone: Callable[[], bool] | None, client: str | None) -> None:
        until = self.clock() + self.limits.queue_seconds
        self._enter_queue()
        try:
            while not self._free_for(client) and not self.closed:
                left = until - self.clock()
                if left <= 0:
                    raise self.all_busy()
                self._free.wait(min(left, POLL_SECONDS))
                if gone is not None and gone():
                    raise ClientGoneError
        finally:
            self.waiting -= 1

    def _freed(self, worker: W) -> None:
        self._idle.append(worker)
        self._free.notify_all()
        self._call_next()

    def finish(self, lease: Lease[W], *, reusable: bool) -> None:
        """End a lease: the worker is free again, or discarded.

        A worker that ran a slow query is discarded always: it gives its memory back, and its
        priority, once lowered, stays so.
        """
        with self._free:
            if lease not in self._leases:
                return
            fits = self._missing() >= 0 and not self.closed
            self._leases.discard(lease)
            if reusable and fits and lease.verdict is None and lease.state == QUICK:
                self._freed(lease.worker)
                return
        lease.worker.discard()
        self.wake()

    def add(self, worker: W) -> None:
        """Take in a worker that was starting."""
        with self._free:
            self.starting -= 1
            if not self.closed:
                self._freed(worker)
                return
        worker.discard()

    def lost(self) -> None:
        """Note that a worker that was starting will not come."""
        with self._free:
            self.starting -= 1

    def hire(self) -> bool:
        """Return whether a worker is missing, and count it as starting."""
        with self._free:
            missing = not self.closed and self._missing() > 0
            self.starting += missing
            return missing

    def _missing(self) -> int:
        running = sum(not (held.verdict or held.state == PARKED) for held in self._leases)
        return self.size - len(self._idle) - running - self.starting

    def tick(self) -> float | None:
        """Enforce deadlines and the slow share; return when to look again (None: when asked)."""
        with self._free:
            dropped = [held for held in self._leases if held.dropped]
        for held in dropped:
            self.finish(held, reusable=False)
        with self._free:
            now = self.clock()
            live = [held for held in self._leases if held.verdict is None]
            live.sort(key=lambda held: held.slow_at)
            slow = sum(held.state == SLOW for held in live)
            slow += self._resume([held for held in live if held.state == PARKED], slow, now)
            parked = sum(held.state == PARKED for held in live)
            for held in live:
                if held.state != PARKED and now >= held.deadline:
                    self._stop(held, timed_out(held.seconds, self.limits.deadline_seconds))
                elif held.state == QUICK and now >= held.slow_at:
                    slow, parked = self._slow_down(held, slow, parked, now)
                elif held.state == PARKED and now >= held.parked_at + self.limits.queue_seconds:
                    self._stop(held, self._crowded())
            self.dozing = not self._leases and not self.starting
            return self._next_event()

    def _slow_down(self, held: Lease[W], slow: int, parked: int, now: float) -> tuple[int, int]:
        """Let a query run on as a slow one, park it or turn it away."""
        if slow < self.share:
            held.state = SLOW
            held.worker.lower_priority()
            return slow + 1, parked
        if parked < self.share and self.size > 1:
            held.state, held.parked_at = PARKED, now
            held.worker.pause()
            return slow, parked + 1
        self._stop(held, self._crowded())
        return slow, parked

    def _resume(self, parked: list[Lease[W]], slow: int, now: float) -> int:
        """Resume the oldest parked queries, as many as the share allows; return how many."""
        resumed = 0
        for held in parked:
            if slow + resumed >= self.share:
                break
            if not self._may_hold_more(held.client):
                continue
            resumed += 1
            held.state = SLOW
            held.deadline += now - held.parked_at
            held.worker.lower_priority()
            held.worker.resume()
        return resumed

    def _crowded(self) -> OverloadedError:
        return _overloaded(
            Text(
                "The query takes longer than {seconds} seconds, and too many such queries are"
                " running.",
                seconds=shown(self.limits.slow_after_seconds),
            ),
            "query_workers",
        )

    @staticmethod
    def _stop(held: Lease[W], verdict: QueryError) -> None:
        held.verdict = verdict
        held.worker.kill()

    def _next_event(self) -> float | None:
        times = []
        for held in self._leases:
            if held.verdict is None:
                times.append(
                    held.parked_at + self.limits.queue_seconds
                    if held.state == PARKED
                    else held.deadline
                )
                if held.state == QUICK:
                    times.append(held.slow_at)
        return min(times, default=None)

    def close(self) -> None:
        """Kill everything; who waits is told."""
        with self._free:
            self.closed = True
            idle, self._idle = self._idle, []
            for held in self._leases:
                if held.verdict is None:
                    self._stop(held, _overloaded(Text("The service is being stopped.")))
            self._free.notify_all()
            while self._waiting:
                self._call_next()
        for worker in idle:
            worker.discard()
