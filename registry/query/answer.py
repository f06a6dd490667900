"""A worker's answer on its way: the first part held back, the rest as it comes.

Read either by a thread, which waits (``Chunks``), or by a task of an event loop (``Stream``).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, Self, TypeVar

from registry.errors import (
    IntegrityError,
    QueryError,
    QueryMemoryError,
    QueryServiceError,
    QuerySyntaxError,
)
from registry.formats import ANSWER_FORMATS, RESULT_FORMATS, Format
from registry.query import frames
from registry.query.keeper import Worker
from registry.query.model import Brought, Job
from registry.query.roster import SMALLER, ClientGoneError, Lease, Roster, shown
from registry.query.services import unanswered
from registry.texts import Text

RESULTS: Final = {f.name: f for f in RESULT_FORMATS}
GRAPHS: Final = {f.name: f for f in ANSWER_FORMATS}


class UnparsedError(Exception):
    """The engine's words for a syntax error, not yet explained."""


Parts = TypeVar("Parts", bound="_Exchange")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Parts]):
    """An answer that has begun well.

    ``format`` is what it is written in, ``chunks`` its bytes, ``complete`` all of them where the
    first part was the last (the worker is free by then).
    """

    format: Format
    chunks: Parts
    complete: bytes | None = None


class _Exchange:
    """One job on one worker, and what has come back of it.

    A failure on the way raises the QueryError that tells it; what came before is then not an
    answer, and whoever passes it on has to break off.
    """

    __slots__ = ("_first", "_inbox", "_job", "_lease", "_roster")

    def __init__(self, job: Job, lease: Lease[Worker], roster: Roster[Worker]) -> None:
        self._job = job
        self._lease: Lease[Worker] | None = lease
        self._roster = roster
        self._inbox = frames.Inbox()
        self._first: bytes | None = None

    def close(self) -> None:
        """Take no more; the worker is killed if it was not done."""
        self._first = None
        self._end(reusable=False)

    def __del__(self) -> None:
        # The collector may run anywhere, within the roster's lock too: only leave word.
        if self._lease is not None:
            self._lease.dropped = True

    def _begun(self, frame: tuple[int, bytes]) -> Answer[Self]:
        kind, self._first = frame
        forms, name = (
            (GRAPHS, self._job.graph)
            if kind & ~frames.LAST == frames.GRAPH
            else (RESULTS, self._job.results)
        )
        return Answer(forms[name], self, self._first if kind & frames.LAST else None)

    def _socket(self) -> socket.socket:
        if self._lease is None:
            raise RuntimeError("the answer has ended")
        return self._lease.worker.end

    def _end(self, *, reusable: bool) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            self._roster.finish(lease, reusable=reusable)

    def _broken(self) -> QueryError:
        """End the lease of a worker that is gone, and return why it is."""
        lease, ran = self._lease, self._ran()
        self._end(reusable=False)
        return (lease and lease.verdict) or _out_of_memory(ran)

    def _ran(self) -> float:
        """Return for how many seconds the query has had a worker."""
        return self._roster.clock() - self._lease.begun if self._lease else 0.0

    def _checked(self, frame: tuple[int, bytes]) -> tuple[int, bytes]:
        """Return the frame; end the lease with the last one and with any failure."""
        kind, body = frame
        if kind & frames.LAST:
            self._end(reusable=True)
        elif kind >= frames.SYNTAX:
            ran = self._ran()
            self._end(reusable=kind != frames.MEMORY)
            if kind == frames.SERVICE:
                raise _unusable(self._job.brought, body.decode())
            raise _failure(kind, body.decode(errors="replace"), ran)
        return frame


class Chunks(_Exchange, Iterator[bytes]):
    """The parts of an answer. Reading them to the end, closing or dropping it frees the worker."""

    __slots__ = ("_gone",)

    def __init__(
        self,
        job: Job,
        lease: Lease[Worker],
        roster: Roster[Worker],
        gone: Callable[[], bool] | None,
    ) -> None:
        super().__init__(job, lease, roster)
        self._gone = gone

    def begin(self) -> Answer[Chunks]:
        """Wait for the first part, and return the answer that it begins."""
        return self._begun(self._receive())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        if first is not None:
            return first
        if self._lease is None:
            raise StopIteration
        _, part = self._receive()
        return part or next(self)

    def _receive(self) -> tuple[int, bytes]:
        end, inbox = self._socket(), self._inbox
        try:
            while (frame := inbox.next()) is None:
                try:
                    inbox.feed(end.recv(inbox.most))
                except BlockingIOError:
                    if self._gone is not None and self._gone():
                        raise ClientGoneError from None
        except (frames.EndedError, ConnectionResetError) as error:
            raise self._broken() from error
        except BaseException:
            self._end(reusable=False)
            raise
        return self._checked(frame)


class Stream(_Exchange, AsyncIterator[bytes]):
    """The same for a task. Cancelling what waits for a part stops the query."""

    __slots__ = ()

    async def begin(self) -> Answer[Stream]:
        """Wait for the first part, and return the answer that it begins."""
        return self._begun(await self._receive())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        first, self._first = self._first, None
        if first is not None:
            return first
        while self._lease is not None:
            _, part = await self._receive()
            if part:
                return part
        raise StopAsyncIteration

    async def _receive(self) -> tuple[int, bytes]:
        end, inbox = self._socket(), self._inbox
        try:
            while (frame := inbox.next()) is None:
                await _readable(end)
                inbox.feed(end.recv(inbox.most, socket.MSG_DONTWAIT))
        except (frames.EndedError, ConnectionResetError) as error:
            raise self._broken() from error
        except BaseException:
            self._end(reusable=False)
            raise
        return self._checked(frame)


async def _readable(end: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    number = end.fileno()
    loop.add_reader(number, _done, ready)
    try:
        await ready
    finally:
        loop.remove_reader(number)


def _done(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _failure(kind: int, words: str, ran: float) -> Exception:
    if kind == frames.SYNTAX:
        return UnparsedError(words)
    if kind == frames.MEMORY:
        return _out_of_memory(ran)
    if kind == frames.STORE:
        return IntegrityError(Text("The release cannot be opened: {words}", words=words))
    what = Text("The query cannot be answered: {words}", words=words)
    # A function that the engine has not, or not with so many arguments, is the client's to mend.
    return QuerySyntaxError(what) if words.startswith("The custom function") else QueryError(what)


_UNUSABLE: Final = {
    "unreadable": Text("its answer is not that to a SELECT, written as SPARQL JSON."),
    "variables": Text("its answer has variables that it was not asked for."),
    "triples": Text("its answer holds triple terms, which are not taken."),
    "long": Text("its answer has too many rows without values."),
}


def _unusable(brought: tuple[Brought, ...], words: str) -> QueryServiceError:
    index, _, reason = words.partition(" ")
    return unanswered(brought[int(index)].call.endpoint, _UNUSABLE[reason])


def _out_of_memory(ran: float) -> QueryMemoryError:
    return QueryMemoryError(
        Text(
            "The query needed more memory than one may take, and was stopped after {seconds}"
            " seconds.",
            seconds=shown(ran),
        ),
        remedy=SMALLER,
        limit="query_memory_mib",
        seconds=ran,
    )
