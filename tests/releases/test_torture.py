"""The writer is killed, at every step and at random moments, while the registry is being served.

``make torture`` runs it 200 times (``TORTURE_RUNS``).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from registry.progress import Progress
from registry.publishing.verify import verify
from registry.releases.archive import Archive
from registry.settings import Settings
from support import PREFIXES, initiative

WRITER = Path(__file__).with_name("killed_writer.py")
STEPS = (
    "gathered",
    "cloned",
    "applied",
    "validated",
    "indexed",
    "synced",
    "renamed",
    "linked",
    "current",
)
RUNS = int(os.environ.get("TORTURE_RUNS", "6"))


@pytest.fixture
def served(data_dir: Path) -> Iterator[tuple[Path, str]]:
    """A registry, served for real on a free port."""
    command = [
        sys.executable,
        "-m",
        "registry",
        "--data-dir",
        str(data_dir),
        "serve",
        "--port",
        "0",
    ]
    log = data_dir / "server.log"
    with log.open("wb") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    assert "http://" in line, log.read_text()
    address = next(word for word in line.split() if word.startswith("http://")).rstrip("/")
    yield data_dir, address
    server.terminate()
    assert server.wait(20) == 0
    server.stdout.close()


def contribution(folder: Path, turn: int) -> Path:
    """Write a file that differs each time, in what it adds and in what it leaves out."""
    file = folder / "contribution.ttl"
    keys = [f"t{turn}-{n}" for n in range(turn % 7, 40)]
    file.write_text(PREFIXES + "".join(initiative(key) for key in keys), encoding="utf-8")
    return file


def write(data_dir: Path, file: Path, *, fatal: str = "", delay: float | None = None) -> int:
    """Run a writer; kill it after ``delay`` seconds of work if that is given."""
    command = [sys.executable, str(WRITER), str(data_dir), str(file), "torture"]
    with subprocess.Popen(
        [*command, *([fatal] if fatal else [])], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"begin\n"
        if delay is not None:
            time.sleep(delay)
            writer.kill()
        writer.communicate()
        return writer.returncode


def get(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=20) as answer:
        assert answer.status == 200
        found = json.load(answer)
    assert isinstance(found, dict)
    return found


def assert_serves_a_whole_release(data_dir: Path, address: str) -> None:
    current = Archive(data_dir).current()
    assert get(f"{address}/health")["release"] == current.number
    query = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    answer = get(f"{address}/sparql?" + urlencode({"query": query, "format": "json"}))
    results = answer["results"]
    assert isinstance(results, dict)
    assert int(results["bindings"][0]["n"]["value"]) == current.manifest.statements


def assert_nothing_orphaned(data_dir: Path) -> None:
    current = Archive(data_dir).current_number()
    expected = {f"{number:07d}" for number in range(1, current + 1)}
    assert {path.name for path in (data_dir / "releases").iterdir()} == expected
    assert not (data_dir / ".current.next").exists()


@pytest.mark.parametrize("fatal", STEPS)
def test_killed_at_each_step(served: tuple[Path, str], tmp_path: Path, fatal: str) -> None:
    data_dir, address = served
    assert write(data_dir, contribution(tmp_path, 1), fatal=fatal) == -9
    assert Archive(data_dir).current_number() == (2 if fatal == "current" else 1)
    assert_serves_a_whole_release(data_dir, address)
    assert write(data_dir, contribution(tmp_path, 2)) == 0
    assert_serves_a_whole_release(data_dir, address)
    assert_nothing_orphaned(data_dir)
    assert verify(Archive(data_dir), Settings(), Progress()).clean


def test_killed_at_random_moments(served: tuple[Path, str], tmp_path: Path) -> None:
    data_dir, address = served
    start = time.monotonic()
    assert write(data_dir, contribution(tmp_path, 0)) == 0
    longest = time.monotonic() - start
    chance = random.Random(20120727)
    killed = published = 0
    for turn in range(1, RUNS + 1):
        before = Archive(data_dir).current_number()
        delay = chance.uniform(0, longest * 0.6)
        status = write(data_dir, contribution(tmp_path, turn), delay=delay)
        killed += status == -9
        published += Archive(data_dir).current_number() > before
        assert_serves_a_whole_release(data_dir, address)
        # The checksum of all statements, and of the files beside them.
        faults = verify(Archive(data_dir), Settings(), Progress()).faults
        assert faults == [], f"run {turn}, killed after {delay:.3f} s"
        if turn % 4 == 0:
            assert write(data_dir, contribution(tmp_path, 1000 + turn)) == 0
            assert_nothing_orphaned(data_dir)
    assert write(data_dir, contribution(tmp_path, 5000)) == 0
    assert_nothing_orphaned(data_dir)
    assert killed > 0
    print(f"{RUNS} runs, {killed} killed, {published} of them published before")
