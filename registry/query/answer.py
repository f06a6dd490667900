"""A worker's answer on its way: the first part held back, the rest as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

from registry.errors import IntegrityError, QueryError, QueryMemoryError
from registry.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from registry.query import frames
from registry.query.keeper import Worker
from registry.query.model import Job
from registry.query.roster import ClientGoneError, Lease, Roster
from registry.texts import Text

RESULTS: Final = {f.name: f for f in RESULT_FORMATS}
GRAPHS: Final = {f.name: f for f in GRAPH_FORMATS}


class UnparsedError(Exception):
    """The engine's words for a syntax error, not yet explained."""


class Chunks(Iterator[bytes]):
    """The parts of an answer. Reading them to the end, closing or dropping it frees the worker.

    A failure on the way raises the QueryError that tells it; what came before is then not an
    answer, and whoever passes it on has to break off.
    """

    __slots__ = ("_first", "_job", "_lease", "_reader", "_roster")

    def __init__(
        self,
        job: Job,
        lease: Lease[Worker],
        roster: Roster[Worker],
        gone: Callable[[], bool] | None,
    ) -> None:
        self._job = job
        self._lease: Lease[Worker] | None = lease
        self._roster = roster
        # No method of ours: a cycle would keep a dropped answer alive.
        self._reader = frames.Reader(lease.worker.end, partial(_still_there, gone))
        self._first: bytes | None = None

    def begin(self) -> Answer:
        """Wait for the first part, and return the answer that it begins."""
        kind, self._first = self._receive()
        forms, name = (
            (GRAPHS, self._job.graph)
            if kind & ~frames.LAST == frames.GRAPH
            else (RESULTS, self._job.results)
        )
        return Answer(forms[name], self, self._first if kind & frames.LAST else None)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        if first is not None:
            return first
        if self._lease is None:
            raise StopIteration
        _, part = self._receive()
        if part:
            return part
        return next(self)

    def close(self) -> None:
        """Take no more; the worker is killed if it was not done."""
        self._first = None
        self._end(reusable=False)

    def __del__(self) -> None:
        # The collector may run anywhere, within the roster's lock too: only leave word.
        if self._lease is not None:
            self._lease.dropped = True

    def _end(self, *, reusable: bool) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            self._roster.finish(lease, reusable=reusable)

    def _receive(self) -> tuple[int, bytes]:
        """Return the next frame; end the lease with the last one and with any failure."""
        try:
            kind, body = self._reader.next()
        except frames.EndedError as error:
            lease = self._lease
            self._end(reusable=False)
            raise (lease and lease.verdict) or _out_of_memory() from error
        except BaseException:
            self._end(reusable=False)
            raise
        if kind & frames.LAST:
            self._end(reusable=True)
        elif kind >= frames.SYNTAX:
            self._end(reusable=kind != frames.MEMORY)
            raise self._failure(kind, body.decode(errors="replace"))
        return kind, body

    @staticmethod
    def _failure(kind: int, words: str) -> Exception:
        if kind == frames.SYNTAX:
            return UnparsedError(words)
        if kind == frames.MEMORY:
            return _out_of_memory()
        if kind == frames.STORE:
            return IntegrityError(Text("The release cannot be opened: {words}", words=words))
        return QueryError(Text("The query cannot be answered: {words}", words=words))


def _still_there(gone: Callable[[], bool] | None) -> None:
    if gone is not None and gone():
        raise ClientGoneError


def _out_of_memory() -> QueryMemoryError:
    return QueryMemoryError(
        Text("The query needed more memory than one may take, and was stopped."),
        remedy=Text(
            "Add a LIMIT, name more of the pattern (a class, a place, a network), or leave out"
            " ORDER BY and DISTINCT."
        ),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that has begun well.

    ``format`` is what it is written in, ``chunks`` its bytes, ``complete`` all of them where the
    first part was the last (the worker is free by then).
    """

    format: Format
    chunks: Chunks
    complete: bytes | None = None
