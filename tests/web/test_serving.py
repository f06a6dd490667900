from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from SPARQLWrapper import JSON, SPARQLWrapper

from support import contribute, initiative
from web.web_server import Server, start

ASK = "ASK { ?s a <https://w3id.org/faces/ontology#Network> }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f }"


def address(server: Server, query: str, **more: str) -> str:
    return f"{server.url}/sparql?{urllib.parse.urlencode({'query': query, **more})}"


def get(url: str, **headers: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        return bytes(answer.read())


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def raw(server: Server, path: str) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


def busy(server: Server) -> int:
    """How many workers run a query, as the server says each second."""
    found = re.search(rb'faces_workers\{state="busy"\} (\d+)', get(f"{server.url}/metrics"))
    assert found
    return int(found[1])


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Tell whether something becomes true, on however busy a machine."""
    deadline = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_the_log_has_a_line_for_each_request_and_no_query(server: Server) -> None:
    get(address(server, "ASK { <http://secret.example/> ?p ?o }"))
    get(f"{server.url}/search?q=secret-word")
    time.sleep(0.2)
    text = server.log.read_text()
    assert "secret" not in text
    asked = [line for line in lines(server.log) if line.get("path") == "/sparql"][-1]
    assert asked["status"] == 200
    assert asked["release"] == 2
    assert {"time", "method", "bytes", "ms", "client", "query"} <= asked.keys()


def test_sparqlwrapper_and_curl(server: Server) -> None:
    client = SPARQLWrapper(f"{server.url}/sparql", returnFormat=JSON)
    client.setQuery(ASK)
    assert client.query().convert()["boolean"] is True
    client.setMethod("POST")
    assert client.query().convert()["boolean"] is True
    out = subprocess.run(
        ["curl", "-sL", "-H", "Accept: text/turtle", f"{server.url}/id/network/mesclun"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert out.startswith("@prefix")


def test_large_answers_stream_and_arrive_whole(server: Server) -> None:
    begun = time.monotonic()
    with urllib.request.urlopen(address(server, LONG + " LIMIT 200000", format="csv")) as answer:
        first = answer.read(100)
        waited = time.monotonic() - begun
        count = answer.read().count(b"\n")
    assert first
    assert waited < 2
    assert count == 200_000


def test_a_client_that_hangs_up_has_its_query_stopped(web_dir: Path, tmp_path: Path) -> None:
    """Its deadline is so far off that nothing else can have stopped it."""
    server = start(web_dir, tmp_path / "log", web_processes="1", query_deadline="600")
    try:
        connection = raw(server, address(server, SLOW).removeprefix(server.url))
        assert eventually(lambda: busy(server) == 1)
        connection.close()
        assert eventually(lambda: busy(server) == 0)
        assert eventually(lambda: '"outcome": "client-gone"' in server.log.read_text())
    finally:
        server.stop()
        assert server.process.stdout is not None
        server.process.stdout.close()


def test_an_answer_that_fails_on_the_way_is_broken_off(server: Server) -> None:
    with urllib.request.urlopen(address(server, LONG, timeout="1"), timeout=30) as answer:
        assert answer.status == 200
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
    time.sleep(0.2)
    assert any(line.get("broken") == "query-timeout" for line in lines(server.log))
    assert not any("traceback" in line for line in lines(server.log))


@pytest.mark.parametrize(
    ("sent", "status", "word"),
    [
        (b"GET /sparql?query=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "POST"),
        # What still comes in when the answer goes out must not cost the client the answer.
        (b"GET /sparql?query=" + b"a" * 500_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "POST"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 70_000, 431, "headers"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431, "headers"),
        (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, "HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "HTTP"),
    ],
)
def test_what_is_not_http_gets_plain_words(
    server: Server, sent: bytes, status: int, word: str
) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert word in answer
    assert "<html" not in answer
    assert "Content-Security-Policy" in answer


def exchange(server: Server, sent: bytes) -> bytes:
    """Send bytes, and return all that comes back until the server closes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_endless_trailers_end(server: Server) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    head += b"Content-Type: application/sparql-query\r\n\r\n5\r\nASK{}\r\n0\r\nA: "
    begun = time.monotonic()
    exchange(server, head + b"a" * 100_000)
    assert time.monotonic() - begun < 10


def test_what_follows_a_request_never_gets_into_its_answer(server: Server) -> None:
    path = address(server, LONG + " LIMIT 200000", format="csv").removeprefix(server.url)
    first = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    answer = exchange(server, first + b"\x00\x01 this is not HTTP\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") <= 1


def test_two_lengths_are_refused(server: Server) -> None:
    for headers in (
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    ):
        sent = b"POST /sparql HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n0\r\n\r\n"
        assert exchange(server, sent).startswith(b"HTTP/1.1 400 ")


def test_a_new_release_is_taken_over_without_a_failed_request(
    data_dir: Path, tmp_path: Path
) -> None:
    server = start(data_dir, tmp_path / "log")
    failures: list[object] = []
    releases: set[int] = set()
    done = threading.Event()

    def hammer() -> None:
        while not done.is_set():
            try:
                releases.add(json.loads(get(f"{server.url}/health"))["release"])
                assert json.loads(get(address(server, ASK)))["boolean"] is True
                get(f"{server.url}/doc/network/mesclun")
            except (OSError, AssertionError) as error:
                failures.append(error)

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(4):
        contribute(data_dir, "more", initiative(f"i{number}"))
    time.sleep(0.5)
    done.set()
    for thread in threads:
        thread.join()
    assert server.stop() == 0
    assert server.process.stdout is not None
    server.process.stdout.close()
    assert not failures
    assert max(releases) == 5
    assert min(releases) == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_lets_requests_finish(
    web_dir: Path, tmp_path: Path, how: signal.Signals
) -> None:
    server = start(web_dir, tmp_path / "log")
    answers: list[bytes] = []
    slow = address(server, LONG + " LIMIT 300000", format="csv")
    thread = threading.Thread(target=lambda: answers.append(get(slow)))
    thread.start()
    time.sleep(0.3)
    begun = time.monotonic()
    assert server.stop(how) == 0
    assert time.monotonic() - begun < 25  # not by running into the time it is given
    thread.join()
    assert answers[0].count(b"\n") == 300_001
    assert server.process.stdout is not None
    assert server.process.stdout.read() == ""
    server.process.stdout.close()
    with pytest.raises(urllib.error.URLError):
        get(server.url)


def test_a_taken_port_and_a_missing_registry_are_clear_errors(
    server: Server, web_dir: Path, tmp_path: Path
) -> None:
    from web.web_server import FACES

    port = server.url.rpartition(":")[2]
    for folder, options in ((web_dir, ("--port", port)), (tmp_path, ("--port", "0"))):
        ended = subprocess.run(
            [FACES, "--data-dir", folder, "serve", *options],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ended.returncode != 0
        assert "Traceback" not in ended.stderr
        assert not ended.stdout
        assert len(ended.stderr.strip().splitlines()) <= 4


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes below this one."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield child
            yield from descendants(child)


def connections(server: Server) -> list[int]:
    """Return how many clients' connections each process of the server has open, where any."""
    port = f":{urllib.parse.urlsplit(server.url).port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    established = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(port) and row[3] == "01"}
    found = []
    for pid in descendants(server.process.pid):
        links = set()
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                links.add(str(each.readlink()))
        found.append(len(links & established))
    return [number for number in found if number]


def shares(server: Server, number: int) -> list[int]:
    """Make so many connections at once; return how many of them each process took."""
    assert eventually(lambda: not connections(server))
    where = urllib.parse.urlsplit(server.url)
    with contextlib.ExitStack() as stack:
        for _ in range(number):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)  # noqa: FBT003
            client.connect_ex((where.hostname, where.port))
        assert eventually(lambda: sum(connections(server)) == number)
        return connections(server)


def test_connections_made_at_once_are_shared_out(server: Server) -> None:
    """Else one web process serves all that a proxy passes on, and the others idle."""
    largest = sorted(max(shares(server, 8)) for _ in range(5))
    assert largest[2] <= 6
