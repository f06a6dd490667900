"""The metrics over real HTTP: of all web processes, for allowed addresses only."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

import pytest

from registry.query.roster import Load
from registry.settings import Settings
from registry.web.clients import Clients
from registry.web.metrics import Metrics
from registry.web.problems import STATUSES
from web.http_client import Client
from web.web_server import Server, start


def numbers(text: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            assert re.fullmatch(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+.e0-9]+', line)
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found


def test_the_metrics_count_what_all_processes_answered(server: Server) -> None:
    client = Client(server.url)
    before = numbers(client.get("/metrics").text)
    for _ in range(12):  # some for each process
        client.get("/sparql", query_string={"query": "ASK {}"}, headers={"Accept": "*/json"})
        client.get("/sparql", query_string={"query": "ASK {"}, headers={"Accept": "*/json"})
    time.sleep(1.2)
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    after = numbers(answer.text)

    def grown(name: str) -> float:
        return after[name] - before[name]

    assert grown('faces_queries_total{outcome="query-syntax"}') == 12
    assert grown('faces_requests_total{route="sparql",status="400"}') == 12
    assert grown("faces_query_seconds_count") == 24
    assert grown('faces_query_seconds_bucket{le="+Inf"}') == 24
    assert after["faces_release"] >= 1
    assert after['faces_process_bytes{process="0"}'] > 1 << 20
    assert after['faces_process_bytes{process="1"}'] > 1 << 20
    assert after['faces_workers{state="idle"}'] >= 1


def test_what_is_refused_before_it_is_a_request_is_counted(server: Server) -> None:
    client = Client(server.url)
    before = numbers(client.get("/metrics").text)
    host, port = server.url.removeprefix("http://").split(":")
    long = b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n"
    headers = b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n"
    for sent in (b"no HTTP\r\n\r\n", long, long, headers):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(sent)
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 4")
    after = numbers(client.get("/metrics").text)
    grown = {
        s: after[n] - before[n]
        for s in (400, 414, 429, 431)
        for n in [f'faces_refusals_total{{status="{s}"}}']
    }
    assert grown == {400: 1, 414: 2, 429: 0, 431: 1}


def test_the_metrics_are_not_there_for_others(web_dir: Path, tmp_path: Path) -> None:
    server = start(web_dir, tmp_path / "log", metrics_allow="192.0.2.1", web_processes="1")
    try:
        assert Client(server.url).get("/metrics").status_code == 404
    finally:
        server.stop()
        assert server.process.stdout is not None
        server.process.stdout.close()


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded"])
def test_what_a_proxy_passed_on_is_not_local(server: Server, name: str) -> None:
    headers = {name: "for=127.0.0.1" if name == "Forwarded" else "127.0.0.1"}
    assert Client(server.url).get("/metrics", headers=headers).status_code == 404


def test_a_trusted_proxy_passes_on_who_asks() -> None:
    clients = Clients(Settings(trusted_proxies=("127.0.0.1",), metrics_allow=("192.0.2.1",)))
    for address, allowed in (("192.0.2.1", True), ("192.0.2.2", False)):
        headers = [(b"x-forwarded-for", address.encode())]
        scope: dict[str, object] = {"client": ("127.0.0.1", 1), "headers": headers}
        assert clients.may_read_metrics(scope) == allowed  # type: ignore[arg-type]


def test_each_process_writes_its_own_row_and_the_text_sums_them() -> None:
    metrics = Metrics(2)
    for process in (0, 1):
        metrics.be(process)
        metrics.request(200, 0.01, "answered")
        metrics.load(Load(idle=1, busy=2, parked=0, waiting=3))
    found = numbers(metrics.text(4))
    assert found['faces_queries_total{outcome="answered"}'] == 2
    assert found['faces_query_seconds_bucket{le="0.005"}'] == 0
    assert found['faces_query_seconds_bucket{le="0.025"}'] == 2
    assert found["faces_queries_waiting"] == 6


def test_large_numbers_are_written_whole_and_every_status_of_ours_has_a_name() -> None:
    metrics = Metrics()
    metrics._add("requests", "sparql", "200", by=12_345_678.0)
    for _, status, _ in STATUSES:
        metrics.request(status, 0.01, "answered")
    found = metrics.text(1)
    assert 'faces_requests_total{route="sparql",status="200"} 12345678\n' in found
    assert numbers(found)['faces_requests_total{route="sparql",status="other"}'] == 1  # 499
