"""Measures a registry's endpoint beside Oxigraph's own server and rdflib-endpoint.

    python benchmarks/endpoint.py DATA_DIR SIZE [SECONDS]

``DATA_DIR`` is a registry of ``SIZE`` initiatives that ``generate.py`` made. All three servers run
at once on the same statements (rdflib-endpoint on a copy, which it has to open for writing) and
are asked in turn, so that what slows the machine slows each. Prints throughput, latencies, first
byte and peak memory, and the ratios.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import load
import pyoxigraph

_BIN = Path(sys.executable).parent
_PORTS = {"registry": 8765, "oxigraph": 8766, "rdflib-endpoint": 8767}
SERVERS = tuple(_PORTS)
_HERE = Path(__file__).parent
_CSV = {"Accept": "text/csv"}
_TURTLE = {"Accept": "text/turtle"}
_SMALL = "SELECT ?p ?o WHERE { <https://w3id.org/faces/id/initiative/bench_NUMBER> ?p ?o }"
_DESCRIBE = "DESCRIBE <https://w3id.org/faces/id/initiative/bench_NUMBER> # UNIQUE"
_AGGREGATE = """\
SELECT ?place ?stage (COUNT(*) AS ?n) WHERE {
  ?i a <https://w3id.org/faces/ontology#Initiative> ; <http://purl.org/dc/terms/spatial> ?place ;
     <https://w3id.org/faces/ontology#stageStatement> ?said .
  ?said <https://w3id.org/faces/ontology#stage> ?stage . FILTER(?i != <urn:x:UNIQUE>)
} GROUP BY ?place ?stage"""
_ROWS = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } OFFSET NUMBER LIMIT "
#: Such long answers that a few seconds would not hold one, from many clients at once.
_LONG = 200_000


@dataclass(frozen=True, slots=True)
class Case:
    """A question, who asks it, and the servers that can answer it."""

    name: str
    query: str
    clients: tuple[int, ...] = (1, 8, 32)
    headers: tuple[tuple[str, str], ...] = tuple(load.ACCEPT_JSON.items())
    servers: tuple[str, ...] = SERVERS
    unchanged: bool = False


CASES = (
    Case("small SELECT", f"{_SMALL} # UNIQUE"),
    Case("the same again", _SMALL.replace("NUMBER", "1")),
    Case("the same, If-None-Match", _SMALL.replace("NUMBER", "1"), unchanged=True),
    # rdflib-endpoint answers DESCRIBE with an error in the formats that it offers for it.
    Case("DESCRIBE", _DESCRIBE, headers=tuple(_TURTLE.items()), servers=("registry", "oxigraph")),
    Case("aggregate", _AGGREGATE, clients=(1, 8)),
    Case("10,000 rows, JSON", f"{_ROWS}10000", clients=(1, 8)),
    Case("10,000 rows, CSV", f"{_ROWS}10000", clients=(1, 8), headers=tuple(_CSV.items())),
    Case("200,000 rows, JSON", f"{_ROWS}{_LONG}", clients=(1,)),
    Case("200,000 rows, CSV", f"{_ROWS}{_LONG}", clients=(1,), headers=tuple(_CSV.items())),
)


def main() -> None:
    """Measure the registry that is named."""
    data_dir, size, *rest = sys.argv[1:]
    measure(Path(data_dir), int(size), *map(int, rest))


def measure(data_dir: Path, size: int, seconds: int = 5) -> None:
    """Measure every case, so many seconds each."""
    with servers(data_dir) as running:
        for case in CASES:
            _same_answers(case)
            for clients in case.clients:
                _compare(case, clients, size, seconds, running)
        _one_long_answer()


@contextlib.contextmanager
def servers(
    data_dir: Path,
    names: Sequence[str] = SERVERS,
    prefix: Sequence[str] = (),
    allowance: Mapping[str, str] = load.ALL_FROM_ONE,
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Run servers on the current release; ``prefix`` comes before the commands of the peers."""
    rdf = (data_dir / "current" / "rdf").resolve()
    with tempfile.TemporaryDirectory(dir=data_dir) as folder, contextlib.ExitStack() as stack:
        copy = Path(folder) / "rdf"
        pyoxigraph.Store.read_only(str(rdf)).backup(str(copy))
        ours, oxigraph, rdflib = _PORTS.values()
        commands = {
            "registry": [_BIN / "faces", "--data-dir", data_dir, "serve", "--port", ours],
            "oxigraph": [*prefix, _BIN / "oxigraph", "serve-read-only", "--location", rdf,
                         "--bind", f"127.0.0.1:{oxigraph}"],
            "rdflib-endpoint": [*prefix, sys.executable, _HERE / "peer.py", copy, rdflib],
        }  # fmt: skip
        yield {
            name: stack.enter_context(
                load.running(
                    list(map(str, commands[name])), f"http://127.0.0.1:{_PORTS[name]}/", allowance
                )
            )
            for name in names
        }


def url(server: str) -> str:
    """Return the address of a server's endpoint."""
    path = "sparql" if server == "registry" else "query"
    return f"http://127.0.0.1:{_PORTS[server]}/{path}"


def _same_answers(case: Case) -> None:
    """See that all say as much; white space and prefixes may differ."""
    query = case.query.replace("NUMBER", "1")
    lengths = {s: load.ask(url(s), query, dict(case.headers)).length for s in case.servers}
    if max(lengths.values()) > 2 * min(lengths.values()):
        raise SystemExit(f"{case.name}: the answers differ in length: {lengths}")


def _compare(
    case: Case,
    clients: int,
    size: int,
    seconds: int,
    running: dict[str, subprocess.Popen[bytes]],
) -> None:
    found: dict[str, tuple[load.Measured, int]] = {}
    for server in case.servers:
        headers = dict(case.headers)
        if case.unchanged and (etag := load.ask(url(server), case.query, headers).etag):
            headers["If-None-Match"] = etag
        with load.peak_memory(running[server]) as most:
            measured = load.wrk(
                url(server), case.query, clients=clients, size=size, seconds=seconds,
                start=sum(map(ord, case.name)) + clients, headers=headers,
            )  # fmt: skip
        found[server] = measured, most[0]
    ours = found["registry"][0].per_second
    print(f"\n{case.name}, {clients} clients")
    for server, (each, mebibytes) in found.items():
        ratio = f"{ours / each.per_second:8.2f}×" if each.per_second else "       –"
        print(
            f"  {server:16} {each.per_second:9,.1f}/s {ratio}  p50 {each.p50:8.2f} ms"
            f"  p99 {each.p99:8.2f} ms  {mebibytes:5} MiB  errors {each.errors}",
            flush=True,
        )


def _one_long_answer() -> None:
    query = f"{_ROWS}{_LONG}".replace("NUMBER", "7")
    print(f"\none answer of {_LONG:,} rows, JSON: first byte, last byte, length")
    for server in _PORTS:
        each = load.ask(url(server), query)
        print(
            f"  {server:16} {1000 * each.first:8.1f} ms {1000 * each.last:8.0f} ms"
            f" {each.length / 1e6:7.1f} MB"
        )


if __name__ == "__main__":
    main()
