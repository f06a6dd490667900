"""Measures a registry beside Oxigraph's own server, on the same data in the same run.

    python benchmarks/run.py [SIZE …]        initiatives, 1000 and 200000 by default

Prints the import, stage by stage; one record more, until a served page shows it; and queries, as
ratios to ``oxigraph serve-read-only`` on the very database that the registry serves.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import generate
import load

_BIN = Path(sys.executable).parent
_PORT, _PEER_PORT = 8765, 8766
_OURS = f"http://127.0.0.1:{_PORT}/sparql"
_PEER = f"http://127.0.0.1:{_PEER_PORT}/query"
_SMALL = "SELECT ?p ?o WHERE { <https://w3id.org/faces/id/initiative/bench_NUMBER> ?p ?o }"
#: The comment differs each time: no answer is one that was kept.
_FIRST = f"{_SMALL} # UNIQUE"
_LARGE = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } OFFSET NUMBER LIMIT 10000"


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [1000, 200_000]
    with tempfile.TemporaryDirectory(prefix="faces-bench-") as folder:
        for size in sizes:
            measure(Path(folder) / str(size), size)


def measure(folder: Path, size: int) -> None:
    print(f"\n## {size:,} initiatives")
    folder.mkdir()
    data_dir = folder / "registry"
    generate.write(folder / "data.ttl", size)
    faces(data_dir, "init")
    imported = import_one(data_dir, folder / "data.ttl", "bench")
    rate = imported["nodes"] / imported["seconds"]
    print(f"import: {imported['seconds']} s, {imported['added']:,} statements")
    per_second = size / imported["seconds"]
    print(f"        {rate:,.0f} nodes/s, {per_second:,.0f} initiatives/s")
    print(f"        stages {json.dumps(imported['stages'])}")
    print(f"        peak MiB {json.dumps(imported['peak_mib'])}")
    one_more(data_dir, folder)
    queries(data_dir, size)
    shutil.rmtree(folder)


def faces(data_dir: Path, *arguments: str) -> None:
    subprocess.run([_BIN / "faces", "--data-dir", data_dir, *arguments], check=True)


def import_one(data_dir: Path, file: Path, source: str) -> dict:
    script = Path(__file__).with_name("import_one.py")
    command = [sys.executable, script, data_dir, file, source]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def one_more(data_dir: Path, folder: Path) -> None:
    """Import one record while serving; the time until a reader sees it."""
    file = folder / "one.ttl"
    file.write_text(generate.one_record(), encoding="utf-8")
    with load.running(served(data_dir), f"http://127.0.0.1:{_PORT}/health"):
        start = time.monotonic()
        imported = import_one(data_dir, file, "bench-one")
        page = f"http://127.0.0.1:{_PORT}/doc/initiative/bench-one_1"
        urllib.request.urlopen(page, timeout=10).close()
        whole = time.monotonic() - start
    print(f"one record: {imported['seconds']} s to be live, {whole:.2f} s with Python's start")
    print(f"        stages {json.dumps(imported['stages'])}")


def served(data_dir: Path) -> list[str]:
    return [str(_BIN / "faces"), "--data-dir", str(data_dir), "serve", "--port", str(_PORT)]


def queries(data_dir: Path, size: int) -> None:
    rdf = (data_dir / "current" / "rdf").resolve()
    peer = [str(_BIN / "oxigraph"), "serve-read-only", "--location", str(rdf)]
    peer += ["--bind", f"127.0.0.1:{_PEER_PORT}"]
    health = f"http://127.0.0.1:{_PORT}/health"
    with (
        load.running(served(data_dir), health),
        load.running(peer, f"http://127.0.0.1:{_PEER_PORT}/"),
    ):
        for query in (_FIRST, _LARGE):
            fixed = query.replace("NUMBER", "1")
            ours, theirs = load.bytes_of(_OURS, fixed), load.bytes_of(_PEER, fixed)
            if abs(ours - theirs) > 0.01 * theirs:
                raise SystemExit(f"the answers differ: {ours} and {theirs} bytes")
        for name, query, clients in (
            ("small SELECT", _FIRST, 1),
            ("small SELECT", _FIRST, 8),
            ("the same again", _SMALL.replace("NUMBER", "1"), 8),
            ("10,000 rows", _LARGE, 1),
            ("10,000 rows", _LARGE, 8),
        ):
            compare(name, query, clients, size)


def compare(name: str, query: str, clients: int, size: int) -> None:
    # In turn, twice, so that a drift of the machine's speed weighs on both.
    ours, theirs = [], []
    for turn in range(2):
        ours.append(load.wrk(_OURS, query, clients=clients, size=size, start=turn))
        theirs.append(load.wrk(_PEER, query, clients=clients, size=size, start=turn + 3))
    mine, peer = max(ours, key=lambda m: m.per_second), max(theirs, key=lambda m: m.per_second)
    print(
        f"{name:14} {clients} clients: {mine.per_second:8,.0f}/s  p50 {mine.p50:7.2f} ms"
        f"  p99 {mine.p99:7.2f} ms  errors {mine.errors}"
        f" | oxigraph {peer.per_second:8,.0f}/s  p50 {peer.p50:7.2f}  p99 {peer.p99:7.2f}"
        f" | ratio {mine.per_second / peer.per_second:.2f}"
    )


if __name__ == "__main__":
    main()
