"""One worker process: opens releases read-only, runs queries, writes their answers to a socket.

It is forked by the nursery and holds nothing that would be missed: it may be killed at any moment.
Queries run in a thread with a stack so large that no text within the length limit overflows it.
Measured on pyoxigraph 0.5.13, the dearest byte of a query is nested ``TZ(TZ(…))`` with 2.2 kB of
stack (``DESCRIBE : : :…`` 1.6 kB, ``1+1+1…`` 0.6 kB), and the pages are only taken when touched.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from typing import IO, Any, Final, cast

import pyoxigraph
from pyoxigraph import (
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Variable,
)

from registry.formats import ANSWER_FORMATS, RDF_XML, RESULT_FORMATS, RESULTS_XML, TRIG, TURTLE
from registry.namespaces import PREFIXES
from registry.query import confinement, frames
from registry.query.inline import UnusableError, inlined
from registry.xml_text import mended

STACK_BYTES_PER_QUERY_BYTE: Final = 4096
LEAST_STACK: Final = 64 << 20
MOST_STACK: Final = 1 << 30
#: Releases kept open: the current one and the one before, while readers move on.
OPEN_RELEASES: Final = 2
#: A frame goes when it holds so much; the first also when its oldest part has waited so long.
FRAME_BYTES: Final = 1 << 18
FIRST_SECONDS: Final = 0.02
_RESULTS: Final = {
    f.name: f.engine for f in RESULT_FORMATS if isinstance(f.engine, QueryResultsFormat)
}
_GRAPHS: Final = {f.name: f.engine for f in ANSWER_FORMATS if isinstance(f.engine, RdfFormat)}
_XML: Final = frozenset({RDF_XML.engine, RESULTS_XML.engine})
_PREFIXED: Final = {TURTLE.engine, TRIG.engine, RDF_XML.engine}


class _Sink:
    """A file for the engine to write to: collects its 8 kB pieces into frames."""

    def __init__(self, end: socket.socket, kind: int) -> None:
        self._end = end
        self._kind = kind
        self._pieces: list[bytes] = []
        self._size = 0
        self._since = 0.0

    def write(self, piece: bytes) -> int:
        """Take a piece; send what is there when it is enough, or old enough for a first part."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size >= FRAME_BYTES or (self._kind != frames.MORE and self._waited()):
            self._end.sendall(self._frame())
            self._kind = frames.MORE
        return len(piece)

    def _waited(self) -> bool:
        now = time.monotonic()
        if not self._since:
            self._since = now
        return now - self._since >= FIRST_SECONDS

    def flush(self) -> None:
        """Do nothing: frames go when they are full."""

    def close(self) -> None:
        """Send the rest, marked as the last."""
        self._kind |= frames.LAST
        self._end.sendall(self._frame())

    def _frame(self) -> bytes:
        header = frames.HEADER.pack(self._kind, self._size)
        whole = b"".join((header, *self._pieces))
        self._pieces.clear()
        self._size = 0
        return whole


class _XmlSink(_Sink):
    """The same for XML."""

    def write(self, piece: bytes) -> int:
        """Take a piece, mended."""
        super().write(mended(piece))
        return len(piece)


class _Worker:
    """The releases that are open and the connection to the web process."""

    def __init__(self, end: socket.socket, memory_bytes: int) -> None:
        self._end = end
        self._memory_bytes = memory_bytes
        self._stores: dict[str, Store] = {}

    def run(self, warm: str) -> None:
        """Open the release that is asked most, say so, and answer until the other side closes."""
        try:
            self._open(warm)
        except OSError:
            confinement.limit_memory(self._memory_bytes)
        self._say(frames.READY, str(threading.get_native_id()))
        while True:
            try:
                values = frames.receive_request(self._end)
            except (frames.EndedError, ConnectionError):
                return
            self._answer(values)

    def _open(self, rdf: str) -> Store:
        store = self._stores.get(rdf)
        if store is None:
            while len(self._stores) >= OPEN_RELEASES:
                # Folders sort as releases do. The newest stays: most ask for the present.
                del self._stores[min(self._stores)]
            store = Store.read_only(rdf) if rdf else Store()
            self._stores[rdf] = store
            confinement.limit_memory(self._memory_bytes)
        return store

    def _answer(self, values: frames.Request) -> None:
        try:
            store = self._open(values[1])
        except OSError as error:
            self._say(frames.STORE, str(error))
            return
        try:
            if values[6]:
                self._outline(store, values)
            else:
                self._query(store, values)
        except ConnectionError:
            os._exit(0)
        except SyntaxError as error:
            self._say(frames.SYNTAX, error.msg)
        except MemoryError:
            self._say(frames.MEMORY, "")
            os._exit(1)
        except UnusableError as error:
            self._say(frames.SERVICE, str(error))
        except (RuntimeError, ValueError, OSError) as error:
            self._say(frames.EVALUATION, str(error))
        except BaseException as error:  # noqa: BLE001 - a Rust panic is neither of the above
            self._say(frames.EVALUATION, type(error).__name__)
            os._exit(1)

    def _outline(self, store: Store, values: frames.Request) -> None:
        """Read the query without running it; say which variables the patterns bind.

        A value for a variable that no query has makes the engine stop there (a test pins that).
        """
        nowhere = Variable(f"v{uuid.uuid4().hex}")
        try:
            store.query(values[0], substitutions={nowhere: NamedNode("urn:nowhere")})
        except RuntimeError:
            names = [_in_scope(pattern) for pattern in values[6]]
            self._say(frames.RESULTS | frames.LAST, json.dumps(names))
            return
        raise RuntimeError("the query was run where it should have been read")

    def _query(self, store: Store, values: frames.Request) -> None:
        query, _, results, graph, default_graphs, named_graphs, _, brought = values
        if brought:
            query = inlined(query, brought)
        chosen: dict[str, Any] = {}
        if default_graphs is not None:
            chosen["default_graph"] = [NamedNode(iri) for iri in default_graphs]
        if named_graphs is not None:
            chosen["named_graphs"] = [NamedNode(iri) for iri in named_graphs]
        answer = store.query(query, **chosen)
        if isinstance(answer, QueryTriples):
            form = _GRAPHS[graph]
            sink = _sink(form)(self._end, frames.GRAPH)
            prefixes = PREFIXES if form in _PREFIXED else None
            pyoxigraph.serialize(answer, cast("IO[bytes]", sink), form, prefixes=prefixes)
        else:
            table = _RESULTS[results]
            sink = _sink(table)(self._end, frames.RESULTS)
            answer.serialize(cast("IO[bytes]", sink), table)
        sink.close()

    def _say(self, kind: int, words: str) -> None:
        body = words.encode(errors="replace")
        try:
            self._end.sendall(frames.HEADER.pack(kind, len(body)) + body)
        except ConnectionError:
            os._exit(0)


def _sink(form: RdfFormat | QueryResultsFormat) -> type[_Sink]:
    return _XmlSink if form in _XML else _Sink


def _in_scope(query: str) -> list[str]:
    """Return the variables of a query that asks for all of them."""
    solutions = Store().query(f"{query} LIMIT 0")
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("only a SELECT is outlined")
    return [variable.value for variable in solutions.variables]


def stack_bytes(query_bytes: int) -> int:
    """Return the stack that queries of such length may need."""
    return max(LEAST_STACK, min(MOST_STACK, query_bytes * STACK_BYTES_PER_QUERY_BYTE))


def serve(end: socket.socket, warm: str, memory_bytes: int, query_bytes: int) -> None:
    """Be a worker until the other side closes."""
    confinement.leave_no_core()
    confinement.be_silent()
    confinement.forbid_sockets()
    threading.stack_size(stack_bytes(query_bytes))
    thread = threading.Thread(target=_Worker(end, memory_bytes).run, args=(warm,))
    thread.start()
    thread.join()
