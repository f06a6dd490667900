"""Imports in this process and prints, as JSON, how long each stage took and the peak memory.

python benchmarks/import_one.py DATA_DIR FILE SOURCE
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from registry.identifiers import Iris
from registry.importing.rdf import RdfFiles
from registry.progress import Progress
from registry.publishing.contribute import Importer
from registry.releases.writer import Writer
from registry.settings import Settings


def main() -> None:
    data_dir, file, source = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    start = time.monotonic()
    settings, progress = Settings.load(data_dir), Progress()
    iris = Iris(settings.base_iri)
    with Writer(data_dir) as writer:
        contribution = RdfFiles([file], iris.base, iris.genid)
        outcome = Importer(writer, settings, progress).run(
            {source: contribution}, message="benchmark", author="benchmark"
        )
    seconds = time.monotonic() - start
    peaks = [
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    stages = {name: round(spent, 2) for name, spent in progress.seconds.items()}
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "stages": stages,
                "added": outcome.added,
                "nodes": outcome.report.focus_nodes,
                "peak_mib": {"writer": peaks[0] // 1024, "largest_validator": peaks[1] // 1024},
            }
        )
    )


if __name__ == "__main__":
    main()
