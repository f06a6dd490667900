"""Validates focus nodes of a database: here for a few, in several processes for many."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from registry import processes
from registry.store import Graphs
from registry.validation.engine import Engine
from registry.validation.report import Finding, Report
from registry.validation.shapes import load_shapes

_BATCH = 500
#: Starting a process costs about as much as validating so many nodes.
_FEW = 3000

_engine: Engine | None = None  # one per validating process, set by its initializer


def validate(
    rdf: Path,
    focus_nodes: Sequence[str],
    *,
    processes_wanted: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Validate the nodes of the database in the folder ``rdf``, which nobody may be writing.

    ``processes_wanted`` 0 takes as many as there are cores; ``progress`` is told how many more
    nodes are done. Time and findings are linear in the number of nodes.
    """
    report = Report(focus_nodes=len(focus_nodes))
    batches = [focus_nodes[i : i + _BATCH] for i in range(0, len(focus_nodes), _BATCH)]
    number = min(processes_wanted or os.cpu_count() or 1, len(batches))
    few = len(focus_nodes) <= _FEW or number == 1
    found = _here(rdf, batches) if few else _apart(rdf, batches, number)
    for batch, findings in zip(batches, found, strict=True):
        report.findings += findings
        progress(len(batch))
    return report


def _here(rdf: Path, batches: Sequence[Sequence[str]]) -> Iterator[list[Finding]]:
    engine = Engine(load_shapes(), Graphs.open(rdf))
    return (engine.run(batch) for batch in batches)


def _apart(rdf: Path, batches: Sequence[Sequence[str]], number: int) -> Iterator[list[Finding]]:
    with ProcessPoolExecutor(
        number, processes.context(__name__), initializer=_start, initargs=(rdf,)
    ) as pool:
        yield from pool.map(_run, batches)


def _start(rdf: Path) -> None:
    global _engine  # noqa: PLW0603 — a process's one engine
    processes.die_with_parent()
    _engine = Engine(load_shapes(), Graphs.open(rdf))


def _run(focus_nodes: Sequence[str]) -> list[Finding]:
    if _engine is None:
        raise RuntimeError("the initializer has not run")
    return _engine.run(focus_nodes)
