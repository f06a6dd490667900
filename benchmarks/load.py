"""Measures servers with wrk, a load generator whose own cost is small beside theirs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

#: Each request asks about another initiative; NUMBER stands for it, UNIQUE for the number of the
#: request, so that nothing need be answered from memory of an earlier answer.
_SCRIPT = """
local n, count = {start}, {start} * 1000000
request = function()
  n, count = (n + 7919) % {size}, count + 1
  local query = string.gsub("{query}", "NUMBER", tostring(n))
  query = string.gsub(query, "UNIQUE", tostring(count))
  return wrk.format("GET", "{path}?query=" .. query, {{{headers}}})
end
"""
#: Each request asks for the next of a list of addresses.
_PATHS = """
local n, paths = 0, {{{paths}}}
request = function()
  n = n % #paths + 1
  return wrk.format("GET", paths[n], {{{headers}}})
end
"""
_DONE = """
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.timeout))
end
"""
JSON = "application/sparql-results+json"
#: All the load comes from one address, which the registry would hold to its share.
ALL_FROM_ONE: Mapping[str, str] = {
    "FACES_CLIENT_QUERIES": "10000",
    "FACES_CLIENT_SECONDS": "100000",
    "FACES_CLIENT_CONNECTIONS": "2000",
}
ACCEPT_JSON: Mapping[str, str] = {"Accept": JSON}


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests per second, and latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float
    errors: int


@contextmanager
def running(
    command: list[str], url: str, allowance: Mapping[str, str] = ALL_FROM_ONE
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; entered once it answers."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | dict(allowance),
    )
    try:
        _wait(url, process)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{url} does not answer")


def wrk(  # noqa: PLR0913 — what a load is
    url: str,
    query: str,
    *,
    clients: int,
    size: int,
    seconds: int = 5,
    start: int = 0,
    headers: Mapping[str, str] = ACCEPT_JSON,
) -> Measured:
    """Send the query, NUMBER and UNIQUE replaced, over and over from ``clients`` connections."""
    base, _, path = url.removeprefix("http://").partition("/")
    # In Lua, a per cent sign in a replacement or pattern is doubled; in the query it is not.
    encoded = quote(query, safe="").replace("\\", "\\\\")
    script = _SCRIPT.format(
        start=start, size=size, query=encoded, path=f"/{path}", headers=_table(headers)
    )
    return _run(script, base, clients, seconds)


def wrk_paths(
    url: str,
    paths: Sequence[str],
    *,
    clients: int,
    seconds: int = 5,
    headers: Mapping[str, str],
) -> Measured:
    """Ask for these addresses of a site in turn, over and over, from ``clients`` connections."""
    listed = ", ".join(json.dumps(path) for path in paths)
    script = _PATHS.format(paths=listed, headers=_table(headers))
    return _run(script, url.removeprefix("http://"), clients, seconds)


def _table(headers: Mapping[str, str]) -> str:
    return ", ".join(f"[{json.dumps(k)}] = {json.dumps(v)}" for k, v in headers.items())


def _run(script: str, base: str, clients: int, seconds: int) -> Measured:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script + _DONE)
        file.flush()
        rest = ["--timeout", "60s", "-s", file.name, f"http://{base}"]
        output = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", *rest],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", output)
    if not found:
        raise SystemExit(output)
    requests, duration, p50, p99, errors = map(int, found.groups())
    return Measured(requests / duration * 1e6, p50 / 1e3, p99 / 1e3, errors)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its length, seconds until its first bytes and until its last, its ``ETag``."""

    length: int
    first: float
    last: float
    etag: str | None


def ask(url: str, query: str, headers: Mapping[str, str] = ACCEPT_JSON) -> Answer:
    """Ask once."""
    request = urllib.request.Request(f"{url}?query={quote(query)}", headers=dict(headers))
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=600) as answer:
        length = len(answer.read(1))
        first = time.perf_counter() - begun
        while part := answer.read(1 << 20):
            length += len(part)
        return Answer(length, first, time.perf_counter() - begun, answer.headers["ETag"])


@contextmanager
def peak_memory(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Watch what a server and its children hold; the list's one value is the most, in MiB."""
    most, enough = [0], threading.Event()

    def watch() -> None:
        while not enough.wait(0.1):
            most[0] = max(most[0], sum(map(_kibibytes, _family(process.pid))) // 1024)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        enough.set()
        thread.join()


def _kibibytes(pid: int) -> int:
    """Return a process's share of the memory in use, what is mapped from files left out."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss_Anon")), 0)


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found
