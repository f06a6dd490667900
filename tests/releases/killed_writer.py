"""Imports a file; kills itself with SIGKILL at the step that it is told, if it is told one.

    python killed_writer.py DATA_DIR FILE SOURCE [STEP]

Prints ``begin`` when the imports of modules are over, so that a killer knows when to start.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from registry.identifiers import Iris
from registry.importing.rdf import RdfFiles
from registry.progress import Progress
from registry.publishing.contribute import Importer
from registry.releases.writer import Writer
from registry.settings import Settings


def main() -> None:
    data_dir, file, source = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    fatal = sys.argv[4] if len(sys.argv) > 4 else None

    def step(name: str) -> None:
        print(name, flush=True)
        if name == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    step("begin")
    settings = Settings.load(data_dir, {})
    iris = Iris(settings.base_iri)
    with Writer(data_dir, wait_seconds=10) as writer:
        Importer(writer, settings, Progress(), step).run(
            {source: RdfFiles([file], iris.base, iris.genid)}, message="torture", author="tests"
        )


if __name__ == "__main__":
    main()
