"""What a public query is and what comes back: plain values, shared by scan, pool and worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """The limits of one public query, all of them settings (``registry.settings``).

    Seconds, bytes and counts as the names say. ``slow_after_seconds``: from then on the query
    counts as slow, is reniced, and slow queries hold at most half of the workers. ``services``:
    the endpoints that SERVICE may name.
    """

    deadline_seconds: float = 30.0
    queue_seconds: float = 5.0
    slow_after_seconds: float = 1.0
    memory_bytes: int = 1 << 30
    query_bytes: int = 100_000
    nesting_depth: int = 100
    waiting: int = 100
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """One SERVICE of a query: where it stands in the text, whom it asks, and what."""

    start: int
    end: int
    endpoint: str
    silent: bool
    query: str


@dataclass(frozen=True, slots=True)
class Brought:
    """The solutions that stand for a SERVICE, as the other endpoint wrote them (SPARQL JSON).

    ``variables`` are those in scope there. None instead of an answer: SILENT, and there was none.
    """

    call: ServiceCall
    variables: tuple[str, ...]
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Job:
    """One query for a worker.

    ``rdf`` is the database folder of the release to ask; ``results`` and ``graph`` name the
    formats (``registry.formats``) for either kind of answer, since only the parser knows which
    kind it is. ``default_graphs`` and ``named_graphs`` are the protocol's dataset: None means the
    release's own (default graph: the merge of all published graphs).

    ``outlined``: only check the query, and say which variables are in scope in each of these.
    ``brought`` stands for the query's SERVICEs; ``spent`` seconds of its time went for it.
    ``client`` names who asks; None is nobody in particular, who may have all workers.
    """

    query: str
    rdf: Path
    results: str = "json"
    graph: str = "turtle"
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    outlined: tuple[str, ...] = ()
    brought: tuple[Brought, ...] = ()
    spent: float = 0.0
    client: str | None = None
