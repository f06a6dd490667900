"""The pool with real processes: answers, failures, and what is left behind."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from registry.errors import (
    IntegrityError,
    OverloadedError,
    QueryError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
)
from registry.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from registry.query.model import Job, QueryLimits
from registry.query.pool import ClientGoneError, QueryPool

SMALL = "SELECT * { ?s ?p ?o } LIMIT 5"
#: 400⁶ combinations; with ORDER BY it would take all memory, without all time.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def children(pid: int | None = None) -> list[int]:
    """The nursery of this process and its workers."""
    found, queue = [], [pid or os.getpid()]
    while queue:
        path = Path(f"/proc/{queue.pop()}/task")
        for task in path.iterdir() if path.exists() else ():
            try:
                more = [int(word) for word in (task / "children").read_text().split()]
            except OSError:
                continue
            found += more
            queue += more
    return found


def eventually(true: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return true()


def small(pool: QueryPool, rdf: Path) -> list[dict[str, object]]:
    answer = pool.run(Job(SMALL, rdf))
    assert answer.complete is not None
    rows: list[dict[str, object]] = json.loads(answer.complete)["results"]["bindings"]
    return rows


def test_a_small_answer_is_whole_at_once(pool: QueryPool, rdf: Path) -> None:
    answer = pool.run(Job(SMALL, rdf))
    assert answer.complete is not None
    assert b"".join(answer.chunks) == answer.complete
    assert len(json.loads(answer.complete)["results"]["bindings"]) == 5


@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda form: form.name)
def test_results_in_every_format(pool: QueryPool, rdf: Path, form: Format) -> None:
    answer = pool.run(Job(SMALL, rdf, results=form.name))
    assert answer.format is form
    body = b"".join(answer.chunks)
    if form.name == "csv":
        assert body.count(b"\n") == 6
    else:
        assert isinstance(form.engine, QueryResultsFormat)
        assert len(list(parse_query_results(body, form.engine))) == 5  # type: ignore[arg-type]
    asked = pool.run(Job("ASK { ?s ?p ?o }", rdf, results=form.name))
    assert b"true" in (asked.complete or b"")


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("query", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE ?s { ?s ?p ?o }"])
def test_graphs_in_every_format(pool: QueryPool, rdf: Path, form: Format, query: str) -> None:
    answer = pool.run(Job(query, rdf, graph=form.name))
    assert answer.format is form
    assert isinstance(form.engine, RdfFormat)
    assert len(set(parse(b"".join(answer.chunks), form.engine))) == 400


def test_the_dataset_of_the_protocol(pool: QueryPool, rdf: Path) -> None:
    count = "SELECT (COUNT(*) AS ?n) { %s }"

    def counted(pattern: str, **dataset: tuple[str, ...]) -> bytes:
        answer = pool.run(Job(count % pattern, rdf, results="csv", **dataset))  # type: ignore[arg-type]
        return b"".join(answer.chunks).split()[1]

    graph = ("http://example.org/graph",)
    assert counted("?s ?p ?o") == b"400"
    assert counted("?s ?p ?o", default_graphs=graph) == b"400"
    assert counted("?s ?p ?o", default_graphs=("a:none",)) == b"0"
    assert counted("?s ?p ?o", default_graphs=(), named_graphs=graph) == b"0"
    assert counted("GRAPH ?g { ?s ?p ?o }", default_graphs=(), named_graphs=graph) == b"400"


def test_a_long_answer_streams(pool: QueryPool, rdf: Path) -> None:
    answer = pool.run(Job(LONG + " LIMIT 100000", rdf, results="tsv"))
    assert answer.complete is None
    parts = list(answer.chunks)
    assert len(parts) > 10
    assert b"".join(parts).count(b"\n") == 100_001


def test_each_release_answers_for_itself(pool: QueryPool, rdf: Path, other_rdf: Path) -> None:
    for _ in range(3):
        for folder, label in ((rdf, "one"), (other_rdf, "two")):
            row = small(pool, folder)[0]
            assert label in str(row["o"])


def test_a_release_that_is_not_there(pool: QueryPool, rdf: Path, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError):
        pool.run(Job(SMALL, tmp_path / "gone"))
    assert small(pool, rdf)


def test_a_syntax_error_has_its_place(pool: QueryPool, rdf: Path) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        pool.run(Job("SELECT * {\n ?a ?b }", rdf))
    assert (caught.value.line, caught.value.column) == (2, 8)


def test_what_cannot_be_evaluated_is_said(pool: QueryPool, rdf: Path) -> None:
    with pytest.raises(QueryError, match="custom function"):
        pool.run(Job("ASK { FILTER(<http://x/f>(1)) }", rdf))


def test_an_unknown_format_is_a_programming_error(pool: QueryPool, rdf: Path) -> None:
    with pytest.raises(ValueError, match="format"):
        pool.run(Job(SMALL, rdf, results="html"))


def test_no_worker_can_open_a_socket(pool: QueryPool, rdf: Path) -> None:
    # Past the scan on purpose: the second lock is the kernel's.
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(QueryError):
            pool.run(Job(f"SELECT * {{ SERVICE <{address}> {{ ?a ?b ?c }} }}", rdf))
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_heavy_query_ends_while_small_ones_are_answered(pool: QueryPool, rdf: Path) -> None:
    failures: list[BaseException] = []

    def heavy() -> None:
        try:
            pool.run(Job(GREEDY, rdf), timeout=3)
        except QueryError as error:
            failures.append(error)

    small(pool, rdf)
    thread = threading.Thread(target=heavy)
    thread.start()
    waits = []
    while thread.is_alive():
        begun = time.monotonic()
        assert len(small(pool, rdf)) == 5
        waits.append(time.monotonic() - begun)
        time.sleep(0.01)
    thread.join()
    assert isinstance(failures[0], QueryTimeoutError | QueryMemoryError)
    waits.sort()
    assert len(waits) > 10
    assert waits[len(waits) // 2] < 0.5


def test_the_deadline_is_told_in_seconds(pool: QueryPool, rdf: Path) -> None:
    with pytest.raises(QueryTimeoutError, match=r"0\.3 s"):
        pool.run(Job(ENDLESS, rdf), timeout=0.3)


def test_the_deadline_holds_while_streaming_and_a_part_is_no_answer(
    pool: QueryPool, rdf: Path
) -> None:
    answer = pool.run(Job(LONG, rdf), timeout=1)
    with pytest.raises(QueryTimeoutError):
        for _ in answer.chunks:
            pass


def test_the_deadline_holds_for_a_reader_that_sleeps(pool: QueryPool, rdf: Path) -> None:
    seen: set[int] = set()

    def one_is_gone() -> bool:
        now = set(children())
        seen.update(now)
        return seen > now

    answer = pool.run(Job(LONG, rdf), timeout=0.5)
    assert eventually(one_is_gone)
    with pytest.raises(QueryTimeoutError):
        list(answer.chunks)


def test_memory_is_limited(rdf: Path) -> None:
    limits = QueryLimits(memory_bytes=64 << 20, deadline_seconds=60, slow_after_seconds=60)
    with QueryPool(1, limits) as pool:
        for _ in range(2):
            with pytest.raises(QueryMemoryError, match="memory"):
                pool.run(Job(GREEDY, rdf))
            assert len(small(pool, rdf)) == 5


@pytest.mark.parametrize("depth", [100, 1000, 10_000, 49_000])
@pytest.mark.parametrize(
    ("opening", "middle", "closing"),
    [
        ("{", "", "}"),
        ("FILTER(" + "(", "1", "))"),
        ("FILTER(!", "", "1)"),
        ("{SELECT*{", "", "}}"),
        ("FILTER EXISTS{", "", "}"),
    ],
)
def test_a_nested_bomb_past_the_scan_costs_one_worker_at_most(
    pool: QueryPool, rdf: Path, opening: str, middle: str, closing: str, depth: int
) -> None:
    head, repeated = opening[:-1], opening[-1]
    if opening in {"{SELECT*{", "FILTER EXISTS{"}:
        head, repeated = "", opening
    depth = min(depth, 98_000 // len(repeated + closing[-1]))
    ends = closing[0] * depth + closing[1:] if head else closing * depth
    if repeated == "!":
        ends = closing
    query = "ASK {" + head + repeated * depth + middle + ends + "}"
    with contextlib.suppress(QueryError):
        pool.run(Job(query, rdf), timeout=2)
    assert len(small(pool, rdf)) == 5


@pytest.mark.parametrize("joint", ["||", "&&", "+", "*", "/"])
def test_a_long_chain_costs_one_worker_at_most(pool: QueryPool, rdf: Path, joint: str) -> None:
    with contextlib.suppress(QueryError):
        pool.run(Job("ASK { FILTER(" + joint.join(["1"] * 24_000) + ") }", rdf), timeout=1)
    assert len(small(pool, rdf)) == 5


def test_a_client_that_goes_away_has_its_query_killed(pool: QueryPool, rdf: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(ClientGoneError):
        pool.run(Job(ENDLESS, rdf), gone=lambda: time.monotonic() - begun > 0.3)
    assert len(small(pool, rdf)) == 5


@pytest.mark.parametrize("how", ["close", "drop"])
def test_an_answer_not_read_to_the_end_frees_its_worker(
    pool: QueryPool, rdf: Path, how: str
) -> None:
    for _ in range(3):  # more than there are workers
        answer = pool.run(Job(LONG, rdf))
        next(answer.chunks)
        if how == "close":
            answer.chunks.close()
            assert list(answer.chunks) == []
        del answer
        gc.collect()
    assert len(small(pool, rdf)) == 5


def test_slow_queries_leave_a_worker_to_small_ones(limits: QueryLimits, rdf: Path) -> None:
    ended: list[QueryError] = []

    def slow(pool: QueryPool) -> None:
        try:
            pool.run(Job(ENDLESS, rdf), timeout=6)
        except QueryError as error:
            ended.append(error)

    answered = 0
    # On a machine that is busy with other tests a small query may take half a second.
    with QueryPool(2, replace(limits, slow_after_seconds=2)) as pool:
        threads = [threading.Thread(target=slow, args=(pool,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert len(small(pool, rdf)) == 5
            answered += 1
        for thread in threads:
            thread.join()
    assert answered > 3
    assert len(ended) == 4
    assert {type(error) for error in ended} <= {QueryTimeoutError, OverloadedError}


def test_many_threads_each_get_their_own_answer(pool: QueryPool, rdf: Path) -> None:
    wrong: list[object] = []

    def ask(number: int) -> None:
        for turn in range(40):
            value = number * 1000 + turn
            answer = pool.run(Job(f"SELECT ({value} AS ?x) {{}}", rdf, results="csv"))
            if answer.complete is None or answer.complete.split()[1] != str(value).encode():
                wrong.append(answer)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_workers_and_nursery_that_were_killed_are_replaced(rdf: Path) -> None:
    before = set(children())
    with QueryPool(2, QueryLimits(queue_seconds=20)) as pool:
        for _ in range(2):
            assert len(_small_at_last(pool, rdf)) == 5
            for pid in set(children()) - before:
                with contextlib.suppress(ProcessLookupError):  # workers end with their nursery
                    os.kill(pid, signal.SIGKILL)
                assert eventually(lambda pid=pid: not _alive(pid))
        assert len(_small_at_last(pool, rdf)) == 5


def _small_at_last(pool: QueryPool, rdf: Path) -> list[dict[str, object]]:
    """Ask until a worker answers that did not end with its nursery just then."""
    for _ in range(5):
        with contextlib.suppress(QueryMemoryError):  # what a worker that ends is taken for
            return small(pool, rdf)
    return small(pool, rdf)


def test_nothing_is_left_after_closing(rdf: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count is all

    gc.collect()
    before = (descriptors(), set(children()), threading.active_count())
    for _ in range(3):
        with QueryPool(2, QueryLimits()) as pool:
            small(pool, rdf)
            streaming = pool.run(Job(LONG, rdf))
            with pytest.raises(QueryTimeoutError):
                pool.run(Job(ENDLESS, rdf), timeout=0.2)
        with pytest.raises(OverloadedError):
            list(streaming.chunks)
        with pytest.raises(OverloadedError):
            pool.run(Job(SMALL, rdf))
    assert eventually(lambda: set(children()) <= before[1])
    assert (descriptors(), threading.active_count()) == (before[0], before[2])


def test_closing_twice_is_harmless(rdf: Path) -> None:
    pool = QueryPool(1, QueryLimits())
    small(pool, rdf)
    pool.close()
    pool.close()


PARENT = """
import sys, threading, time
from pathlib import Path
from registry.query.model import Job, QueryLimits
from registry.query.pool import QueryPool
pool = QueryPool(2, QueryLimits())
rdf = Path(sys.argv[1])
pool.run(Job("ASK {}", rdf))
threading.Thread(target=lambda: pool.run(Job(sys.argv[2], rdf)), daemon=True).start()
time.sleep(0.5)
print("busy", flush=True)
time.sleep(60)
"""


def test_nothing_survives_a_parent_that_is_killed(rdf: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(rdf), ENDLESS], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"busy\n"
        left = children(parent.pid)
        assert len(left) >= 3
        parent.kill()
        parent.wait()
    assert eventually(lambda: not any(_alive(pid) for pid in left))


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_pool_works_after_a_fork_and_is_not_shared_with_it(pool: QueryPool, rdf: Path) -> None:
    small(pool, rdf)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with QueryPool(1, QueryLimits()) as own:
                rows = small(own, rdf)
            try:
                pool.run(Job(SMALL, rdf))
            except RuntimeError:
                code = 0 if len(rows) == 5 else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(small(pool, rdf)) == 5
