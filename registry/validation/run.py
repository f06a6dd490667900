"""Validates focus nodes of a database: here for a few, in several processes for many."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from registry import processes
from registry.errors import IntegrityError
from registry.findings import Finding, Report, distinct
from registry.store import Graphs
from registry.texts import Text
from registry.validation.engine import Engine
from registry.validation.shapes import load_shapes

_BATCH = 500
#: Starting a process costs about as much as validating so many nodes.
_FEW = 3000


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
        report.findings += distinct(findings)
        progress(len(batch))
    return report


def _here(rdf: Path, batches: Sequence[Sequence[str]]) -> Iterator[list[Finding]]:
    engine = Engine(load_shapes(), Graphs.open(rdf))
    return (engine.run(batch) for batch in batches)


def _apart(rdf: Path, batches: Sequence[Sequence[str]], number: int) -> Iterator[list[Finding]]:
    """Yield the findings of each batch, in the order of the batches.

    Not with ``concurrent.futures``: its pool hangs for ever when a process dies while a batch is
    being written to it (https://github.com/python/cpython/issues/94777, in Debian 12's Python).
    """
    start = processes.context(__name__).Process
    workers: dict[Connection, BaseProcess] = {}
    try:
        for _ in range(number):
            ours, theirs = Pipe()
            process: BaseProcess = start(target=_work, args=(rdf, theirs), daemon=True)
            process.start()
            theirs.close()
            workers[ours] = process
        yield from _in_order(workers, batches)
    finally:
        for connection, process in workers.items():
            connection.close()
            process.kill()
            process.join()


def _in_order(
    workers: dict[Connection, BaseProcess], batches: Sequence[Sequence[str]]
) -> Iterator[list[Finding]]:
    todo = iter(enumerate(batches))
    doing: dict[Connection, int] = {}
    done: dict[int, list[Finding]] = {}
    following = 0
    for connection in workers:
        _hand_out(connection, todo, doing)
    while doing:
        ready = wait(list(doing))
        for connection in [c for c in doing if c in ready]:
            try:
                done[doing.pop(connection)] = connection.recv()
            except (EOFError, OSError) as error:
                raise _died() from error
            _hand_out(connection, todo, doing)
        while following in done:
            yield done.pop(following)
            following += 1


def _hand_out(
    connection: Connection,
    todo: Iterator[tuple[int, Sequence[str]]],
    doing: dict[Connection, int],
) -> None:
    for number, batch in todo:
        try:
            connection.send(batch)
        except OSError as error:
            raise _died() from error
        doing[connection] = number
        return


def _died() -> IntegrityError:
    return IntegrityError(
        Text("A validating process ended unexpectedly, perhaps for want of memory."),
        remedy=Text("Set “import_processes” to a lower number and try again."),
    )


def _work(rdf: Path, connection: Connection) -> None:
    processes.die_with_parent()
    engine = Engine(load_shapes(), Graphs.open(rdf))
    with contextlib.suppress(EOFError):
        while True:
            connection.send(engine.run(connection.recv()))
