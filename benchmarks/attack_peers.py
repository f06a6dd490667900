"""A handful of attacks on a registry's endpoint, Oxigraph's own server and rdflib-endpoint.

    python benchmarks/attack_peers.py DATA_DIR

Each server runs alone, on the statements of the same release, and is started anew after an attack
that it does not survive. Peers may take 4 GiB of address space, so that what would take all memory
of the machine ends the server instead; the registry limits its workers itself. Prints for each
attack how a second client fared meanwhile, what the attacker was answered, and whether the server
still answers afterwards.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import endpoint

_SMALL = "SELECT ?p ?o WHERE { <https://w3id.org/faces/id/network/mesclun> ?p ?o } # UNIQUE"
_CROSS = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
_SORTED = f"{_CROSS} ORDER BY ?c ?f ?i"
_PATIENCE = 45
_LIMITED = ("prlimit", f"--as={4 << 30}")
#: The second client comes from another address, as it would.
_SECOND = "127.0.0.2"


@dataclass
class Friend:
    """A second client, who asks small questions all the while."""

    url: str
    seconds: list[float] = field(default_factory=list)
    failures: int = 0

    def ask(self, enough: threading.Event) -> None:
        """Ask until it is enough."""
        number = 0
        while not enough.is_set():
            number += 1
            begun = time.perf_counter()
            query = _SMALL.replace("UNIQUE", str(number))
            status = _status(self.url, query, timeout=_PATIENCE, source=_SECOND)
            self.seconds.append(time.perf_counter() - begun)
            self.failures += status != "200"
            time.sleep(0.02)

    def fared(self) -> str:
        """Say how many answers came, how soon, and how many did not."""
        slowest = sorted(self.seconds)[int(len(self.seconds) * 0.99)] if self.seconds else 0.0
        return (
            f"{len(self.seconds):5} answers, p99 {1000 * slowest:7.0f} ms, failed {self.failures}"
        )


def _status(url: str, query: str, *, timeout: float, method: str = "GET", source: str = "") -> str:
    """Return the status of an answer read to its end, within some seconds, or what went wrong."""
    parts = urlsplit(url)
    address = (source, 0) if source else None
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout, source_address=address)
    latest = time.monotonic() + timeout
    try:
        if method == "POST":
            kind = {"Content-Type": "application/sparql-query"}
            connection.request("POST", parts.path, query.encode(), kind)
        else:
            connection.request("GET", f"{parts.path}?query={quote(query)}")
        answer = connection.getresponse()
        while answer.read(1 << 16):
            if time.monotonic() > latest:
                return f"still answering after {timeout:.0f} s"
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    else:
        return str(answer.status)
    finally:
        connection.close()


def _nested(url: str) -> str:
    depth = 3000
    query = f"SELECT * WHERE {'{' * depth}{'}' * depth}"
    return _status(url, query, timeout=_PATIENCE, method="POST")


def _bombs(query: str, count: int) -> Callable[[str], str]:
    def attack(url: str) -> str:
        found: list[str] = []
        threads = [
            threading.Thread(
                target=lambda n=n: found.append(_status(url, f"{query} # {n}", timeout=_PATIENCE))
            )
            for n in range(count)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ", ".join(f"{found.count(status)} × {status}" for status in sorted(set(found)))

    return attack


def _fetched(url: str) -> str:
    """Have the server ask a listener on loopback by SERVICE."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        port = listener.getsockname()[1]
        query = f"SELECT * WHERE {{ SERVICE <http://127.0.0.1:{port}/x> {{ ?s ?p ?o }} }}"
        asking = threading.Thread(target=lambda: _status(url, query, timeout=_PATIENCE))
        asking.start()
        try:
            listener.accept()[0].close()
        except TimeoutError:
            return "fetched nothing"
        else:
            return "fetched from loopback"
        finally:
            asking.join()


def _left(url: str) -> str:
    """Ask for much and hang up at once; the work has to end."""
    parts = urlsplit(url)
    for number in range(4):
        with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=5)) as asking:
            query = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?a ?b ?c . ?d ?e ?f }} # {number}"
            asking.request("GET", f"{parts.path}?query={quote(query)}")
    time.sleep(3)
    before = _processor_seconds()
    time.sleep(3)
    return f"{(_processor_seconds() - before) / 3:.1f} processors busy 3 s later"


def _processor_seconds() -> float:
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    return (sum(map(int, fields)) - int(fields[3]) - int(fields[4])) / 100


ATTACKS: dict[str, Callable[[str], str]] = {
    "3,000 nested braces": _nested,
    "one endless query": _bombs(_CROSS, 1),
    "one ORDER BY of all": _bombs(_SORTED, 1),
    "ten of them at once": _bombs(_SORTED, 10),
    "SERVICE to loopback": _fetched,
    "four clients hang up": _left,
}


def main() -> None:
    """Attack each server."""
    data_dir = Path(sys.argv[1])
    for server in endpoint.SERVERS:
        print(f"\n{server}", flush=True)
        for name, attack in ATTACKS.items():
            with endpoint.servers(data_dir, (server,), _LIMITED, allowance={}):
                _tried(name, attack, endpoint.url(server))


def _tried(name: str, attack: Callable[[str], str], url: str) -> None:
    friend, enough = Friend(url), threading.Event()
    asking = threading.Thread(target=friend.ask, args=(enough,))
    asking.start()
    try:
        answered = attack(url)
    finally:
        enough.set()
        asking.join()
    alive = _status(url, _SMALL, timeout=10, source=_SECOND) == "200"
    print(f"  {name:22} {answered}")
    print(f"  {'':22} second client: {friend.fared()}; {'answers' if alive else 'DEAD'} afterwards",
          flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
