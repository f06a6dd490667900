"""Measures the saved queries, with their defaults, on a registry.

    python benchmarks/queries.py [DATA_DIR]        registry-data by default

Prints for each the rows and the milliseconds, the median of five runs after a first one.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from registry.releases.archive import Archive
from registry.saved_queries import saved_queries
from registry.settings import Settings

_RUNS = 5


def main() -> None:
    data_dir = Path(sys.argv[1] if len(sys.argv) > 1 else "registry-data")
    release = Archive(data_dir).current()
    store = release.graphs.raw
    print(f"release {release.number}, {len(store):,} quads")
    for query in saved_queries(Settings.load(data_dir).base_iri):
        times, rows = [], 0
        for _ in range(1 + _RUNS):
            start = time.perf_counter()
            rows = sum(1 for _ in store.query(query.text))
            times.append(1000 * (time.perf_counter() - start))
        name = f"{query.number:02} {query.slug}"
        print(f"{name:45} {rows:6,} rows {statistics.median(times[1:]):9,.1f} ms")


if __name__ == "__main__":
    main()
