"""Two small releases and a pool to ask them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from registry.query.model import QueryLimits
from registry.query.pool import QueryPool

RECORDS = 400


def _release(folder: Path, label: str) -> Path:
    store = Store(folder)
    graph = NamedNode("http://example.org/graph")
    name = NamedNode("http://example.org/name")
    for number in range(RECORDS):
        record = NamedNode(f"http://example.org/{number}")
        for target in (graph, DefaultGraph()):
            store.add(Quad(record, name, Literal(f"{label} {number}"), target))
    store.flush()
    return folder


@pytest.fixture(scope="session")
def rdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _release(tmp_path_factory.mktemp("release") / "rdf", "one")


@pytest.fixture(scope="session")
def other_rdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _release(tmp_path_factory.mktemp("other") / "rdf", "two")


@pytest.fixture(scope="session")
def limits() -> QueryLimits:
    return QueryLimits(
        deadline_seconds=20, queue_seconds=10, slow_after_seconds=0.5, memory_bytes=200 << 20
    )


@pytest.fixture(scope="session")
def pool(limits: QueryLimits) -> Iterator[QueryPool]:
    with QueryPool(2, limits) as pool:
        yield pool
