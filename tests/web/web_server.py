"""Starts the real server for tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FACES = Path(sys.executable).parent / "faces"


@dataclass
class Server:
    """A running ``faces serve``."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


def start(data_dir: Path, log: Path, *options: str, **settings: str) -> Server:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FACES_")}
    # All tests come from one address; those of the allowance set it themselves.
    allowance = {"client_queries": "1000", "client_seconds": "36000"}
    environment |= {f"FACES_{k.upper()}": v for k, v in (allowance | settings).items()}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [FACES, "--data-dir", data_dir, "serve", *(options or ("--port", "0"))],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("FACES Registry is ready at http://"), log.read_text()
    return Server(process, line.split()[5].rstrip("/"), log)
