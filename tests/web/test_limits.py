"""The limits of the endpoint over real HTTP: each has its own status, code and way out."""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from registry.errors import ClientBusyError, ClientSpentError
from registry.settings import MIB, Settings
from registry.web.clients import MOST_ACCOUNTS, Client, Clients
from registry.web.limits import LIMITS
from web.http_client import Answer
from web.http_client import Client as Http
from web.web_server import Server, start

SMALL = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"
#: Counts for ever and sends nothing.
BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
#: Sends for ever.
FLOOD = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
TOKEN = "a word that partners know"  # noqa: S105
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def strict(web_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One web process that gives a client little; tests come from addresses of their own."""
    running = start(
        web_dir,
        tmp_path_factory.mktemp("strict") / "log",
        web_processes="1",
        query_workers="4",
        query_deadline="1.5",
        query_result_mib="1",
        client_queries="2",
        client_seconds="2",
        tokens=f"insee={HASH}",
        token_factor="100",  # noqa: S106
        trusted_proxies="127.0.0.1",
        log_queries="true",
        result_cache_mib="0",
    )
    yield running
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


def ask(server: Server, query: str, address: str, **more: str) -> Answer:
    headers = JSON | {"X-Forwarded-For": address} | more
    return Http(server.url).get("/sparql", query_string={"query": query}, headers=headers)


def log_of(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.read_text().splitlines()]


def test_a_client_that_has_used_its_seconds_waits_and_others_do_not(strict: Server) -> None:
    address = "192.0.2.1"
    codes = [ask(strict, BOMB, address).status_code for _ in range(2)]
    assert codes == [504, 504]  # the second overdraws
    refused = ask(strict, SMALL, address)
    assert refused.status_code == 429
    assert refused.json["code"] == "rate-limited"
    assert refused.json["limit"] == "client_seconds"
    # 1 second too much, at 2 seconds a minute.
    assert 20 <= int(refused.headers["Retry-After"]) <= 60
    assert '"worker-seconds";r=0' in refused.headers["RateLimit"]
    assert ask(strict, SMALL, "192.0.2.2").status_code == 200
    page = ask(strict, SMALL, address, Accept="text/html")
    assert page.status_code == 429
    assert "/sparql/limits" in page.text


def test_more_queries_at_once_than_allowed_are_refused_at_once(strict: Server) -> None:
    with ThreadPoolExecutor(6) as threads:
        begun = time.monotonic()
        answers = list(threads.map(lambda _: ask(strict, BOMB, "192.0.2.3"), range(6)))
        assert time.monotonic() - begun < 10
    refused = [a for a in answers if a.status_code == 429]
    assert len(refused) == 4
    assert {a.json["code"] for a in refused} == {"too-many-at-once"}
    assert refused[0].headers["Retry-After"] == "1"


def test_a_known_token_has_an_allowance_of_its_own_and_more(strict: Server) -> None:
    known = ask(strict, SMALL, "192.0.2.4", Authorization=f"Bearer {TOKEN}")
    assert '"worker-seconds";q=200;w=60' in known.headers["RateLimit-Policy"]
    wrong = ask(strict, SMALL, "192.0.2.4", Authorization="Bearer guess")
    assert '"worker-seconds";q=2;w=60' in wrong.headers["RateLimit-Policy"]
    for _ in range(100):  # a line is written after its answer
        classes = [line["class"] for line in log_of(strict) if line["client"] == "192.0.2.4"]
        if len(classes) > 1:
            break
        time.sleep(0.05)
    assert classes == ["insee", "anonymous"]


def test_an_unchanged_answer_costs_nothing(strict: Server) -> None:
    address = "192.0.2.5"
    etag = ask(strict, SMALL, address).headers["ETag"]
    for _ in range(2):
        ask(strict, BOMB, address)
    assert ask(strict, SMALL, address, **{"If-None-Match": etag}).status_code == 304


def test_an_answer_says_which_limits_applied(strict: Server) -> None:
    asked = {"query": SMALL, "timeout": "0.5"}
    headers = JSON | {"X-Forwarded-For": "192.0.2.6"}
    answer = Http(strict.url).get("/sparql", query_string=asked, headers=headers)
    assert answer.headers["Query-Limits"] == f"seconds=0.5, memory={1 << 30}, bytes={MIB}"
    longer = Http(strict.url).get(
        "/sparql", query_string=asked | {"timeout": "99"}, headers=headers
    )
    assert longer.headers["Query-Limits"].startswith("seconds=1.5,")


def test_a_timeout_says_which_limit_and_how_long(strict: Server) -> None:
    found = ask(strict, BOMB, "192.0.2.7").json
    assert (found["status"], found["code"], found["limit"]) == (
        504,
        "query-timeout",
        "query_deadline",
    )
    assert found["seconds"] == 1.5
    assert "None of the answer" in found["detail"] or "Rien de la réponse" in found["detail"]
    asked = {"query": BOMB, "timeout": "0.3"}
    headers = JSON | {"X-Forwarded-For": "192.0.2.8"}
    own = Http(strict.url).get("/sparql", query_string=asked, headers=headers).json
    assert (own["limit"], own["seconds"]) == ("timeout", 0.3)


def test_an_answer_beyond_its_length_is_broken_off(strict: Server) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)) as error:
        ask(strict, FLOOD, "192.0.2.9")
    if isinstance(error.value, http.client.IncompleteRead):
        assert len(error.value.partial) <= MIB
    line = _line(strict, "192.0.2.9")
    assert line["broken"] == line["outcome"] == "result-too-large"
    assert line["bytes"] <= MIB


def _line(server: Server, address: str) -> dict[str, Any]:
    """Return the log's line, which may come a moment after the answer."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        found = [line for line in log_of(server) if line.get("client") == address]
        if found:
            return found[-1]
        time.sleep(0.05)
    raise AssertionError(address)


def test_the_log_holds_the_query_where_the_operator_wants_it(
    strict: Server, server: Server
) -> None:
    ask(strict, SMALL, "192.0.2.10")
    line = _line(strict, "192.0.2.10")
    assert (line["text"], line["outcome"]) == (SMALL, "answered")
    ask(server, SMALL, "192.0.2.11")
    assert SMALL not in server.log.read_text()


def test_a_forwarded_address_is_believed_from_trusted_proxies_only(server: Server) -> None:
    Http(server.url).get("/health?believed", headers={"X-Forwarded-For": "192.0.2.99"})
    time.sleep(0.2)
    assert "192.0.2.99" not in server.log.read_text()


def test_a_full_queue_turns_away_at_once(web_dir: Path, tmp_path: Path) -> None:
    server = start(
        web_dir,
        tmp_path / "log",
        web_processes="1",
        query_workers="1",
        query_waiting="1",
        query_deadline="3",
        query_queue="2",
    )
    try:
        with ThreadPoolExecutor(2) as threads:
            for n in range(2):  # two questions: who asks the same waits elsewhere
                threads.submit(ask, server, f"{BOMB} # {n}", "")
                time.sleep(0.3)
            begun = time.monotonic()
            refused = ask(server, SMALL, "")
            assert time.monotonic() - begun < 1
            assert (refused.status_code, refused.json["code"]) == (503, "queue-full")
            assert refused.headers["Retry-After"]
    finally:
        server.stop()
        assert server.process.stdout is not None
        server.process.stdout.close()


def test_the_page_lists_each_limit_with_the_value_that_applies(strict: Server) -> None:
    client = Http(strict.url)
    listed = {each["limit"]: each for each in client.get("/sparql/limits", headers=JSON).json}
    assert set(listed) == {each.setting for each in LIMITS} | {"services"}
    assert (listed["query_deadline"]["value"], listed["query_deadline"]["status"]) == (1.5, 504)
    assert listed["query_result_mib"]["value"] == MIB
    for language, words in (("fr", "Longueur d’une réponse"), ("en", "Length of an answer")):
        page = client.get(f"/sparql/limits?lang={language}", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert words in page.text
    form = client.get("/sparql", headers={"Accept": "text/html"})
    assert 'href="/sparql/limits"' in form.text


def scope(peer: str, *headers: tuple[str, str]) -> Any:
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
    return {"client": (peer, 1), "headers": pairs}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.1", "192.0.2.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("::ffff:10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "192.0.2.1:4711", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_the_address_is_the_last_that_no_trusted_proxy_has(
    peer: str, forwarded: str, address: str
) -> None:
    clients = Clients(Settings(trusted_proxies=("10.0.0.0/8",)))
    assert clients.address(scope(peer, ("X-Forwarded-For", forwarded))) == address


def test_the_addresses_of_one_subscriber_are_one_client() -> None:
    near, other = Client("anonymous", "2001:db8::1"), Client("anonymous", "2001:db8:0:1::1")
    assert near.key == Client("anonymous", "2001:db8::ffff:1").key
    assert near.key != other.key


def test_what_is_overdrawn_is_waited_for() -> None:
    now = 0.0
    clients = Clients(Settings(client_seconds=30), clock=lambda: now)
    client = Client("anonymous", "192.0.2.1")
    with clients.turn(client) as turn:
        turn.begin()
        now += 90  # in which 45 come back
    with pytest.raises(ClientSpentError) as error, clients.turn(client):
        pass
    now += error.value.retry_seconds - 2
    with pytest.raises(ClientSpentError), clients.turn(client):
        pass
    now += 2
    with clients.turn(client):
        pass


def test_a_query_that_got_no_worker_is_not_charged() -> None:
    now = 0.0
    clients = Clients(Settings(client_seconds=1), clock=lambda: now)
    client = Client("anonymous", "192.0.2.1")
    with clients.turn(client):
        now += 100
    with clients.turn(client):
        pass


def test_queries_under_way_are_counted_down_again() -> None:
    clients = Clients(Settings(client_queries=1))
    client = Client("anonymous", "192.0.2.1")
    with clients.turn(client), pytest.raises(ClientBusyError), clients.turn(client):
        pass
    with clients.turn(client):
        pass


def test_the_accounts_are_bounded() -> None:
    clients = Clients(Settings())
    for number in range(MOST_ACCOUNTS + 10):
        with clients.turn(Client(str(number), "192.0.2.1")):
            pass
    assert len(clients._accounts) == MOST_ACCOUNTS


def test_many_threads_leave_the_count_at_zero() -> None:
    clients = Clients(Settings(client_queries=100))
    client = Client("anonymous", "192.0.2.1")

    def work() -> None:
        for _ in range(500):
            with clients.turn(client) as turn:
                turn.begin()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert clients._accounts[client.key].running == 0
