"""Measures the pages of a registry as people ask for them, beside Trifid's page of a record.

    python benchmarks/pages.py DATA_DIR [SECONDS] [TRIFID]

``DATA_DIR`` is a registry that ``generate.py`` made. ``TRIFID`` is a folder in which Trifid was
installed, by ``npm install --prefix TRIFID trifid@5``; it then shows the same records, and asks
Oxigraph's own server. Prints throughput and latencies at one and at eight clients, which
ask without a pause, and how long the first page of each kind took.
"""

from __future__ import annotations

import contextlib
import random
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import load
import pyoxigraph

_BIN = Path(sys.executable).parent
_PORT, _STORE_PORT, _TRIFID_PORT = 8765, 8766, 8768
_SITE, _TRIFID = f"http://127.0.0.1:{_PORT}", f"http://127.0.0.1:{_TRIFID_PORT}"
_BASE = "https://w3id.org/faces/"
#: What a browser says.
_BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip",
    "Accept-Language": "fr",
}
_DIFFERENT = 2000
_CLIENTS = (1, 8)
_STARTED_SECONDS = 60
_INITIATIVES = """\
SELECT ?i WHERE { ?i a <https://w3id.org/faces/ontology#Initiative> } LIMIT 200000"""
_LARGEST = """\
SELECT ?network (COUNT(*) AS ?members) WHERE {
  ?membership a <http://www.w3.org/ns/org#Membership> ;
    <http://www.w3.org/ns/org#organization> ?network .
} GROUP BY ?network ORDER BY DESC(?members) LIMIT 1"""
_WORDS = ("jardin", "atelier", "recyclerie", "épicerie", "café", "conserverie", "garage", "fournil")
_PLACES = ("departement-13", "departement-06", "departement-83", "commune-13055", "region-93")
_THEMES = ("food", "culture", "mobility", "housing")


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of page, and addresses of it."""

    name: str
    paths: Sequence[str]
    unchanged: bool = False


def main() -> None:
    """Measure the registry that is named."""
    data_dir, *rest = sys.argv[1:]
    seconds = int(rest[0]) if rest else 5
    with contextlib.ExitStack() as stack:
        stack.enter_context(load.running(_registry(Path(data_dir)), f"{_SITE}/health"))
        cases = _cases(Path(data_dir))
        for case in cases:
            print(f"\n{case.name}: the first took {1000 * _first(case.paths[-1]):,.0f} ms")
            for clients in _CLIENTS:
                _measure("registry", _SITE, case, clients, seconds)
        if rest[1:]:
            stack.enter_context(_trifid(Path(data_dir), Path(rest[1])))
            record = Case(cases[0].name, [p.replace("/doc/", "/id/") for p in cases[0].paths])
            print(f"\n{record.name}, in Trifid")
            for clients in _CLIENTS:
                _measure("trifid", _TRIFID, record, clients, seconds)


def _registry(data_dir: Path) -> list[str]:
    return [str(_BIN / "faces"), "--data-dir", str(data_dir), "serve", "--port", str(_PORT)]


def _cases(data_dir: Path) -> list[Case]:
    chance = random.Random(1)
    store = pyoxigraph.Store.read_only(str((data_dir / "current/rdf").resolve()))
    initiatives = [
        str(row["i"].value).removeprefix(f"{_BASE}id/") for row in store.query(_INITIATIVES)
    ]
    largest = next(iter(store.query(_LARGEST)))
    records = [
        f"/doc/{key}" for key in chance.sample(initiatives, min(_DIFFERENT, len(initiatives)))
    ]
    network = "/doc/" + largest["network"].value.removeprefix(f"{_BASE}id/")

    def some(path: str, **choices: Sequence[object]) -> list[str]:
        return [
            path + "?" + "&".join(f"{k}={quote(str(chance.choice(v)))}" for k, v in choices.items())
            for _ in range(_DIFFERENT)
        ]

    places = [f"id/territory/{place}" for place in _PLACES]
    themes = [f"vocab/theme/{theme}" for theme in _THEMES]
    view = {
        "zoom": range(8, 14),
        "lat": [43 + n / 1000 for n in range(1500)],
        "lon": [4.5 + n / 1000 for n in range(2500)],
    }
    pages = range(1, max(2, len(initiatives) // 50))
    return [
        Case("page of an initiative", records),
        Case("the same page, If-None-Match", records[:1], unchanged=True),
        Case(f"page of a network with {int(largest['members'].value):,} members", [network]),
        Case("search by a word, two filters",
             some("/search", q=_WORDS, spatial=places, theme=themes)),
        Case("search by a word", some("/search", q=_WORDS, page=range(1, 3))),
        Case("browse, any page", some("/browse/initiative", page=pages)),
        Case("browse a place", some("/browse/initiative", spatial=places, theme=themes)),
        Case("map, any view", some("/map", **view)),
        Case("spots of any view", some("/map.json", **view, width=[1280], height=[800])),
        Case("figures of a place", some("/figures", spatial=places)),
    ]  # fmt: skip


def _first(path: str) -> float:
    """Return the seconds that an address takes that nobody asked for before."""
    begun = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(_SITE + path, headers=_BROWSER)) as answer:
        answer.read()
    return time.perf_counter() - begun


def _measure(server: str, site: str, case: Case, clients: int, seconds: int) -> None:
    headers = dict(_BROWSER)
    if case.unchanged:
        request = urllib.request.Request(site + case.paths[0], headers=headers)
        with urllib.request.urlopen(request) as answer:
            headers["If-None-Match"] = answer.headers["ETag"]
    each = load.wrk_paths(site, case.paths, clients=clients, seconds=seconds, headers=headers)
    print(
        f"  {server:10} {clients} clients {each.per_second:9,.1f}/s  p50 {each.p50:8.2f} ms"
        f"  p99 {each.p99:8.2f} ms  errors {each.errors}",
        flush=True,
    )


@contextlib.contextmanager
def _trifid(data_dir: Path, folder: Path) -> Iterator[None]:
    """Run Trifid in front of Oxigraph's server on the current release."""
    module = (folder / "node_modules" / "trifid").resolve()
    rdf = (data_dir / "current/rdf").resolve()
    store = [str(_BIN / "oxigraph"), "serve-read-only", "--location", str(rdf),
             "--bind", f"127.0.0.1:{_STORE_PORT}"]  # fmt: skip
    with tempfile.TemporaryDirectory() as own, contextlib.ExitStack() as stack:
        # Its own configuration logs every step.
        config = Path(own) / "config.yaml"
        config.write_text(
            f"extends:\n  - {module}/instances/docker-sparql/config.yaml\n"
            "server:\n  logLevel: error\n"
        )
        command = ["node", str(module / "server.js"), "--config", str(config),
                   "--port", str(_TRIFID_PORT), "--dataset-base-url", _BASE,
                   "--sparql-endpoint-url", f"http://127.0.0.1:{_STORE_PORT}/query"]  # fmt: skip
        stack.enter_context(load.running(store, f"http://127.0.0.1:{_STORE_PORT}/"))
        stack.enter_context(load.running(command, _TRIFID))
        yield


if __name__ == "__main__":
    main()
