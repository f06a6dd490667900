"""Measures a registry beside Oxigraph's own server, on the same data in the same run.

    python benchmarks/run.py [SIZE …]        initiatives, 1000 and 200000 by default

Prints the import, stage by stage; one record more, until a served page shows it; and the endpoint
beside its peers (``endpoint.py``).
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

import endpoint
import generate
import load

_BIN = Path(sys.executable).parent
_PORT = 8765


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
    endpoint.measure(data_dir, size)
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


if __name__ == "__main__":
    main()
