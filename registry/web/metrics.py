"""``/metrics``: what the web processes have done and do, in the text format of Prometheus.

The numbers stand in memory that all web processes share, a row for each: only a process writes its
own row, and whichever one is asked answers for all. A process that replaces a dead one goes on
counting in its row.
"""

from __future__ import annotations

import mmap
import os
from bisect import bisect_left
from pathlib import Path
from typing import Any, Final

from registry.query.roster import Load

PATH: Final = "/metrics"
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_STATUSES: Final = (
    "200", "204", "301", "302", "303", "304", "400", "403", "404", "405", "406", "408", "410",
    "413", "415", "429", "500", "502", "503", "504", "507", "none", "other",
)  # fmt: skip
#: What is refused before it comes to the application (``connection``).
_REFUSALS: Final = ("400", "414", "429", "431")
_ROUTES: Final = ("sparql", "pages")
_OUTCOMES: Final = (
    "answered", "unchanged", "query-syntax", "query-refused", "query-too-large", "query-timeout",
    "query-memory", "queue-full", "overloaded", "too-many-at-once", "rate-limited",
    "result-too-large", "service-failed", "client-gone", "other",
)  # fmt: skip
_BOUNDS: Final = (0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0)
_LOADS: Final = ("idle", "busy", "parked", "waiting")
_NAMES: Final = [
    *(("requests", r, s) for r in _ROUTES for s in _STATUSES),
    *(("refused", s) for s in _REFUSALS),
    *(("outcome", o) for o in _OUTCOMES),
    *(("bucket", b) for b in (*_BOUNDS, "+Inf")),
    ("sum",),
    *(("load", each) for each in _LOADS),
    ("pid",),
]
_CELLS: Final[dict[tuple[Any, ...], int]] = {name: cell for cell, name in enumerate(_NAMES)}
_WIDTH: Final = len(_NAMES)
_REAL: Final = 8
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class Metrics:
    """The numbers of so many processes; made before they are forked."""

    def __init__(self, processes: int = 1) -> None:
        self._all = memoryview(mmap.mmap(-1, processes * _WIDTH * _REAL)).cast("d")
        self._rows = range(0, processes * _WIDTH, _WIDTH)
        self._row = 0

    def be(self, process: int) -> None:
        """Write to the row of this process from now on."""
        self._row = self._rows[process]
        self._all[self._row + _CELLS["pid",]] = os.getpid()

    def _add(self, *name: object, by: float = 1.0) -> None:
        self._all[self._row + _CELLS[name]] += by

    def request(self, status: int, seconds: float, outcome: str | None) -> None:
        """Count a request; ``outcome`` where it was one to the endpoint."""
        word = str(status) if status else "none"
        route = "pages" if outcome is None else "sparql"
        self._add("requests", route, word if word in _STATUSES else "other")
        if outcome is not None:
            self._add("outcome", outcome if outcome in _OUTCOMES else "other")
            place = bisect_left(_BOUNDS, seconds)
            self._add("bucket", _BOUNDS[place] if place < len(_BOUNDS) else "+Inf")
            self._add("sum", by=seconds)

    def refused(self, status: int) -> None:
        """Count a connection that was closed on what is no request, or on one too many."""
        self._add("refused", str(status))

    def load(self, load: Load) -> None:
        """Write down what the workers do."""
        for each in _LOADS:
            self._all[self._row + _CELLS["load", each]] = getattr(load, each)

    def _total(self, *name: object) -> float:
        return sum(self._all[row + _CELLS[name]] for row in self._rows)

    def text(self, release: int) -> str:
        """Return everything, as Prometheus reads it."""
        lines = _head("faces_requests_total", "counter", "Requests answered.")
        lines += [
            f'faces_requests_total{{route="{r}",status="{s}"}} {self._total("requests", r, s):.0f}'
            for r in _ROUTES
            for s in _STATUSES
        ]
        lines += _head("faces_refusals_total", "counter", "Connections refused as such.")
        lines += [
            f'faces_refusals_total{{status="{s}"}} {self._total("refused", s):.0f}'
            for s in _REFUSALS
        ]
        lines += _head("faces_queries_total", "counter", "Requests to the endpoint.")
        lines += [
            f'faces_queries_total{{outcome="{o}"}} {self._total("outcome", o):.0f}'
            for o in _OUTCOMES
        ]
        lines += _head("faces_query_seconds", "histogram", "Seconds that they took.")
        count = 0.0
        for bound in (*_BOUNDS, "+Inf"):
            count += self._total("bucket", bound)
            lines.append(f'faces_query_seconds_bucket{{le="{bound}"}} {count:.0f}')
        lines.append(f"faces_query_seconds_sum {self._total('sum')}")
        lines.append(f"faces_query_seconds_count {count:.0f}")
        lines += _head("faces_workers", "gauge", "Query workers by what they do.")
        lines += [
            f'faces_workers{{state="{each}"}} {self._total("load", each):.0f}'
            for each in _LOADS[:-1]
        ]
        lines += _head("faces_queries_waiting", "gauge", "Queries that wait for a worker.")
        lines.append(f"faces_queries_waiting {self._total('load', 'waiting'):.0f}")
        lines += _head("faces_release", "gauge", "Number of the release that is served.")
        lines.append(f"faces_release {release}")
        lines += _head("faces_process_bytes", "gauge", "Memory of each web process.")
        for number, row in enumerate(self._rows):
            size = _resident(int(self._all[row + _CELLS["pid",]]))
            lines.append(f'faces_process_bytes{{process="{number}"}} {size}')
        return "\n".join([*lines, ""])


def _head(name: str, kind: str, words: str) -> list[str]:
    return [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


async def answer(send: Any, text: str) -> None:
    """Send the metrics."""
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(text)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode(), "more_body": False})
