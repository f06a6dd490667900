"""What is watched while the server is attacked: another client, and what the server takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from web.web_server import Server

#: The loopback network has more than one address; each is a client of its own.
FRIEND = "127.0.0.2"
MOST_P99 = 0.25
#: What the machine's other processes may take of one processor while times are measured.
_CALM = 0.15
_PROGRAM = Path(__file__).with_name("friend.py")


@dataclass
class Friend:
    """What a second client met with, who asked small questions over and over."""

    seconds: list[float]
    failures: list[str]

    def p99(self) -> float:
        """Return the 99th percentile of the times that answers took, in seconds."""
        ordered = sorted(self.seconds)
        return ordered[int(len(ordered) * 0.99)]


@contextmanager
def unharmed(server: Server, most_p99: float = MOST_P99) -> Iterator[None]:
    """Have a second client ask all the while; nothing it asks may fail or take long.

    It is a process of its own, which the attackers do not keep from looking at its clock.
    """
    begun, others = time.monotonic(), _spent_by_others()
    host = server.url.removeprefix("http://")
    command = [sys.executable, _PROGRAM, host, FRIEND]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asking\n"
        try:
            yield
        finally:
            told, _ = process.communicate()
    friend = Friend(**json.loads(told))
    assert friend.failures == []
    assert len(friend.seconds) > 10
    taken = sum(max(0, now - others.get(pid, 0)) for pid, now in _spent_by_others().items())
    if taken < _CALM * (time.monotonic() - begun):  # otherwise no time means anything
        assert friend.p99() < most_p99, f"{1000 * friend.p99():.0f} ms"


@dataclass(frozen=True, slots=True)
class Footprint:
    """What the server's processes take together."""

    processes: int
    descriptors: int
    mebibytes: int


def footprint(server: Server) -> Footprint:
    """Return what the server takes now."""
    family = _family(server.process.pid)
    resident = descriptors = 0
    for pid in family:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            descriptors += len(list(Path(f"/proc/{pid}/fd").iterdir()))
        except OSError:  # it has ended meanwhile
            continue
        anonymous = [line for line in status.splitlines() if line.startswith("RssAnon")]
        resident += int(anonymous[0].split()[1]) if anonymous else 0
    return Footprint(len(family), descriptors, resident // 1024)


def processor_seconds(server: Server, *, during: float) -> float:
    """Return how much of the processors the server's query workers take, of one second each."""
    before = _spent(server)
    time.sleep(during)
    after = _spent(server)
    return sum(max(0, after[pid] - before.get(pid, after[pid])) for pid in after) / during


def _spent(server: Server) -> dict[int, float]:
    own = {server.process.pid, *web_processes(server)}
    return _times(pid for pid in _family(server.process.pid) if pid not in own)


def _spent_by_others() -> dict[int, float]:
    own = {*_family(os.getpid()), *_family(os.getppid())}
    running = {int(path.name) for path in Path("/proc").glob("[0-9]*")}
    return _times(running - own)


def _times(pids: Iterable[int]) -> dict[int, float]:
    """Return the processor time that each has taken, in seconds (proc(5))."""
    spent = {}
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        spent[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def web_processes(server: Server) -> list[int]:
    """Return the web processes: the children of the first."""
    tasks = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    return sorted(int(pid) for task in tasks for pid in task.read_text().split())


def _family(pid: int) -> list[int]:
    found, left = [], [pid]
    while left:
        each = left.pop()
        found.append(each)
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                left += map(int, task.read_text().split())
            except OSError:
                continue
    return found
