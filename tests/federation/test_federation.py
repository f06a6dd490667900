"""SERVICE over real HTTP: what it means, and what a broken or hostile endpoint can do."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from federation.conftest import DEADLINE, Registry
from federation.others import TOLD, Others, literal, results, saying
from web.http_client import Client
from web.web_server import FACES, start

P = (
    "PREFIX faces: <https://w3id.org/faces/ontology#>\n"
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
)
JARDINS = "?s a faces:Initiative ; rdfs:label ?name . FILTER(STRSTARTS(?name, 'Jardin'))"


def test_two_registries_are_joined(one: Registry, two: Registry) -> None:
    query = f"{P}SELECT ?name {{ {JARDINS} SERVICE <{two.endpoint}> {{ {JARDINS} }} }}"
    assert one.rows(query) == ["name", "Jardin both"]
    query = f"{P}SELECT ?name {{ SERVICE <{two.endpoint}> {{ {JARDINS} }} }}"
    assert one.rows(query) == ["name", "Jardin both", "Jardin c"]
    # And the other way round.
    query = f"{P}SELECT ?name {{ SERVICE <{one.endpoint}> {{ {JARDINS} }} }}"
    assert two.rows(query) == ["name", "Jardin a", "Jardin b", "Jardin both"]


@pytest.mark.parametrize(
    "pattern",
    [
        "@ { ?n a faces:Network . ?n rdfs:label ?l }",
        "?n a faces:Network . @ { ?n rdfs:label ?l }",
        "@ { ?n a faces:Network } ?n rdfs:label ?l",
        "?n a faces:Network OPTIONAL { @ { ?n rdfs:label ?l FILTER(LANG(?l) = 'fr') } }",
        "?n a faces:Network OPTIONAL { @ { ?n rdfs:nothing ?l } }",
        "{ @ { ?n a faces:Network } } UNION { ?n a faces:Initiative }",
        "?n a faces:Network FILTER EXISTS { @ { ?n rdfs:label 'Mesclun'@fr } }",
        "?n a faces:Network FILTER NOT EXISTS { @ { ?n rdfs:label 'Mesclun'@fr } }",
        "?n a faces:Network MINUS { @ { ?n rdfs:label 'Mesclun'@fr } }",
        "GRAPH ?g { ?n a faces:Network @ { ?n rdfs:label ?l } }",
        "@ { ?n a faces:Network } @ { ?n rdfs:label ?l } @ { ?n a faces:Network ; ?p ?l }",
        "{ SELECT ?l (COUNT(*) AS ?c) { @ { ?n a faces:Network ; rdfs:label ?l } } GROUP BY ?l }",
        "@ { SELECT ?l (COUNT(*) AS ?c) { ?n a faces:Network ; rdfs:label ?l } GROUP BY ?l }",
        "VALUES ?l { 'Mesclun'@fr } @ { ?n rdfs:label ?l } BIND(STR(?l) AS ?x)",
        "@ { ?n a faces:Network BIND(1 AS ?x) FILTER(?x = 1) } FILTER(?x > 0)",
        "@ { faces:Nothing a faces:Network } ?n a faces:Network",
        "@ { ?none rdfs:nothing ?nothing }",
        "@ { FILTER EXISTS { ?hidden a faces:Network } } ?n a faces:Network",
        "@ {} ?n a faces:Network",
    ],
)
def test_a_service_is_its_solutions_joined(one: Registry, pattern: str) -> None:
    """What the registry is asked through SERVICE is what it would find itself."""
    query = P + "SELECT * {\n " + pattern + "\n}"
    expected = one.rows(query.replace("@ {", "{"))
    assert one.rows(query.replace("@ {", f"SERVICE <{one.endpoint}> {{")) == expected
    assert one.rows(query.replace("@ {", f"SERVICE SILENT <{one.endpoint}> {{")) == expected


def test_every_way_to_write_it(one: Registry, there: Others) -> None:
    there.ways["said"] = saying(results(["s"], {"s": literal("x")}))
    base, said = there.url, f"{there.url}said"
    for query in (
        f"SELECT * {{ SERVICE <{said}> {{ ?s ?p ?o }} }}",
        f"select*{{service<{said}>{{?s ?p ?o}}}}",
        f"SELECT * {{ sErViCe # {{\n SILENT#}}\n<{said}> # {{ \n {{ ?s ?p ?o,'}}' # }}\n }} }}",
        f"PREFIX t: <{base}> SELECT * {{ SERVICE t:said {{ ?s ?p ?o }} }}",
        f"PREFIX : <{base}> PREFIX : <{base}sa> SELECT * {{ SERVICE :id {{ ?s ?p ?o }} }}",
        f"BASE <{base}x> PREFIX t: <sa> SELECT * {{ SERVICE t:id {{ ?s ?p ?o }} }}",
        f"BASE <{base}x/y> SELECT * {{ SERVICE <../said> {{ ?s ?p ?o }} }}",
    ):
        assert one.rows(query) == ["o,p,s", ",,x"], query


def test_the_other_endpoint_gets_prologue_and_pattern(one: Registry, there: Others) -> None:
    there.ways["said"] = saying(results(["s"]))
    prologue = "BASE <http://a/> # of\nPREFIX b: <b#>\n"
    one.rows(f"{prologue}SELECT ?s {{ ?s ?p ?o SERVICE <{there.url}said> {{ ?s b:c <d> }} }}")
    assert there.queries == [f"{prologue}SELECT * WHERE {{ ?s b:c <d> }}"]
    (headers,) = there.headers
    assert headers["Accept"] == "application/sparql-results+json"
    assert re.fullmatch(r"faces-registry/\S+ \(\+https://w3id.org/faces/\)", headers["User-Agent"])
    assert headers.keys().isdisjoint({"Cookie", "Authorization", "Referer", "Origin"})


def test_terms_come_through_as_they_are(one: Registry, there: Others) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    terms = [
        literal("a\"b\\c\nd\re\tf'g <script> {} } \u2028 \\u0041 é 🌻"),
        literal("x", **{"xml:lang": "fr-be"}),
        literal("2026-11-23", datatype=f"{xsd}date"),
        literal("<b/>", datatype="http://e/t#x"),
        {"type": "uri", "value": "http://e/été?a=b&c='d'#(e)"},
    ]
    there.ways["said"] = saying(results(["o"], *({"o": term} for term in terms)))
    answer = one.ask(
        f"SELECT ?o {{ SERVICE <{there.url}said> {{ ?s ?p ?o }} }}",
        "application/sparql-results+json",
    )
    assert [row["o"] for row in answer.json["results"]["bindings"]] == terms


def test_unbound_values_and_variables_that_do_not_come(one: Registry, there: Others) -> None:
    rows = [{"s": literal("1")}, {"p": literal("2")}, {}]
    there.ways["said"] = saying(results(["p", "s"], *rows))
    query = f"SELECT * {{ SERVICE <{there.url}said> {{ ?s ?p ?o }} }}"
    assert one.rows(query) == ["o,p,s", ",,", ",,1", ",2,"]
    there.ways["said"] = saying(results([], {}, {}))
    assert one.rows(f"SELECT (1 AS ?x) {{ SERVICE <{there.url}said> {{}} }}") == ["x", "1", "1"]
    there.ways["said"] = saying(results([]))
    assert one.rows(query) == ["o,p,s"]


def test_blank_nodes_are_iris_within_one_answer(one: Registry, there: Others) -> None:
    node = {"type": "bnode", "value": "b0"}
    there.ways["said"] = saying(results(["s", "o"], {"s": node, "o": node}))
    there.ways["again"] = saying(results(["t"], {"t": node}))
    _, row = one.rows(
        f"SELECT * {{ SERVICE <{there.url}said> {{ ?s <a:> ?o }}"
        f" SERVICE <{there.url}again> {{ ?t <a:> <b:> }} }}"
    )
    first, second, other = row.split(",")
    assert first == second != other
    assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", first)


@pytest.mark.parametrize("way", TOLD)
def test_a_bad_endpoint_is_told(one: Registry, there: Others, way: str) -> None:
    begun = time.monotonic()
    answer = one.ask(f"SELECT * {{ SERVICE <{there.url}{way}> {{ ?s ?p ?o }} }}", "*/*")
    assert time.monotonic() - begun < DEADLINE
    problem = answer.json if "json" in answer.headers["Content-Type"] else {}
    assert TOLD[way] in answer.text
    assert f"{there.url}{way}" in answer.text
    assert "alert(1)" not in answer.text
    late = way == "drip"
    assert answer.status_code == (504 if late else 502)
    assert problem.get("code") in {None, "query-timeout" if late else "service-failed"}
    assert there.strays == []


@pytest.mark.parametrize("way", [*TOLD, "nobody"])
def test_silent_goes_on_without_it(one: Registry, there: Others, way: str) -> None:
    query = f"{P}SELECT * {{ ?n a faces:Network SERVICE SILENT <{there.url}{way}> {{ ?n ?p ?o }} }}"
    expected = one.rows(f"{P}SELECT ?n ?o ?p {{ ?n a faces:Network }}")
    assert one.rows(query) == expected


def test_a_failure_is_escaped_on_the_page(one: Registry, there: Others) -> None:
    query = f"SELECT * {{ SERVICE <{there.url}odd-kind> {{ ?s ?p ?o }} }}"
    page = one.ask(query, "text/html")
    assert page.status_code == 502
    assert "alert(1)</script>" not in page.text
    assert f"{there.url}odd-kind" in page.text


def test_nobody_listens(one: Registry) -> None:
    answer = one.ask("SELECT * { SERVICE <http://127.0.0.1:1/sparql> { ?s ?p ?o } }")
    assert (answer.status_code, "cannot be reached" in answer.text) == (502, True)


def test_a_certificate_that_nobody_vouches_for(one: Registry, there: Others) -> None:
    answer = one.ask(f"SELECT * {{ SERVICE <{there.secure_url}said> {{ ?s ?p ?o }} }}")
    assert (answer.status_code, "not secure" in answer.text) == (502, True)
    assert there.queries == []


@pytest.mark.parametrize(
    ("service", "word"),
    [
        ("<http://127.0.0.1:9/other>", "may not ask"),
        ("<{said}?x>", "may not ask"),
        ("<{said}/../said>", "may not ask"),
        ("?endpoint", "plainly|only taken"),
        ("<said>", "only taken"),
        ("<{said}\\u0020>", "only taken"),
        ("SILENTt:said", "only taken"),
        ("t:sai\\-d", "only taken"),
    ],
)
def test_what_is_not_allowed_is_refused(
    one: Registry, there: Others, service: str, word: str
) -> None:
    written = service.replace("{said}", f"{there.url}said")
    query = f"PREFIX t: <{there.url}>\nPREFIX SILENTt: <{there.url}>\n"
    answer = one.ask(f"{query}ASK {{\n  SERVICE {written} {{ ?s ?p ?o }} }}", "application/json")
    assert (answer.status_code, answer.json["code"]) == (403, "query-refused")
    assert answer.json["limit"] == "services"
    assert "line 4, column 3" in answer.json["detail"]
    assert re.search(word, answer.json["detail"])
    assert f"{there.url}said" in answer.json["detail"]
    assert there.queries == []


@pytest.mark.parametrize(
    "glued", ["SERVICESILENT<@>{}", "?a ?b trueSERVICE<@>{}", "SERVICEt:said{}"]
)
def test_glued_words_are_refused(one: Registry, there: Others, glued: str) -> None:
    query = f"PREFIX t: <{there.url}> ASK {{ {glued.replace('@', there.url + 'said')} }}"
    assert one.ask(query).status_code == 403
    assert there.queries == []


def test_no_service_is_passed_on(one: Registry, two: Registry, there: Others) -> None:
    """So two registries that allow each other cannot send a question round."""
    inner = f"SERVICE <{one.endpoint}> {{ SERVICE <{there.url}said> {{ ?s ?p ?o }} }}"
    answer = two.ask(f"SELECT * {{ SERVICE <{one.endpoint}> {{ {inner} }} }}", "application/json")
    assert answer.status_code == 403
    assert "within another" in answer.json["detail"]
    assert there.queries == []


def test_too_many_calls(one: Registry, there: Others) -> None:
    call = f"SERVICE <{there.url}said> {{}}"
    assert one.ask(f"ASK {{ {call * 9} }}").status_code == 413


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("ASK {\n SERVICE <@> {\n ?s ?p } }", 3, 8),
        ("ASK { SERVICE <@> { ?s ?p ?o }\n} LIMT 3", 2, 3),
        ("ASK { SERVICE <@> { ?s ex:p ?o } }", 1, None),
        ("SELECT ?s { SERVICE <@> { ?s ?p ?o }\n BIND(1 AS ?s) }", 2, None),
    ],
)
def test_a_slip_is_told_at_its_place_and_nobody_is_asked(
    one: Registry, there: Others, text: str, line: int, column: int | None
) -> None:
    answer = one.ask(text.replace("@", f"{there.url}said"), "application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "query-syntax")
    assert answer.json["line"] == line, answer.json
    assert column is None or answer.json["column"] == column, answer.json
    assert there.queries == []


def test_all_are_asked_at_the_same_time(one: Registry, there: Others) -> None:
    def slow(asked: object) -> None:
        time.sleep(0.6)
        saying(results(["s"], {"s": literal("x")}))(asked)  # type: ignore[arg-type]

    there.ways["said"] = slow
    call = f"SERVICE <{there.url}said> {{ ?s ?p ?o }}"
    begun = time.monotonic()
    assert len(one.rows(f"SELECT ?s {{ {call * 4} }}")) == 2
    assert time.monotonic() - begun < 1.5


def test_a_late_endpoint_is_told_within_the_clients_own_time(one: Registry, there: Others) -> None:
    begun = time.monotonic()
    query = f"SELECT * {{ SERVICE <{there.url}drip> {{ ?s ?p ?o }} }}"
    answer = one.ask(query, "application/json", timeout="0.8")
    assert answer.status_code == 504
    assert time.monotonic() - begun < 1
    assert answer.json["limit"] == "timeout"


def test_the_rest_of_the_time_is_the_workers(one: Registry, there: Others) -> None:
    def slow(asked: object) -> None:
        time.sleep(1)
        saying(results(["s"]))(asked)  # type: ignore[arg-type]

    there.ways["said"] = slow
    bomb = "{ SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } }"
    begun = time.monotonic()
    answer = one.ask(
        f"SELECT * {{ {bomb} OPTIONAL {{ SERVICE <{there.url}said> {{ ?s ?p ?o }} }} }}",
        "application/json",
        timeout="2",
    )
    assert answer.status_code == 504
    assert time.monotonic() - begun < 2.7
    assert answer.json["seconds"] == 2


def test_a_client_that_hangs_up_is_not_worked_for(one: Registry, there: Others) -> None:
    there.hanging.clear()
    there.hung_up.clear()
    host, _, port = one.server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        query = f"ASK {{ SERVICE <{there.url}hang> {{ ?s ?p ?o }} }}".encode()
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(query), query)
        )
        assert there.hanging.wait(2)
        assert not there.hung_up.is_set()
    assert there.hung_up.wait(1)


def test_others_are_served_while_remotes_are_slow(one: Registry, there: Others) -> None:
    slow = f"SELECT * {{ SERVICE <{there.url}hang> {{ ?s ?p ?o }} }}"
    with ThreadPoolExecutor(40) as threads:
        pages = [threads.submit(one.ask, slow, "text/html") for _ in range(8)]
        asked = [threads.submit(one.ask, slow) for _ in range(32)]
        time.sleep(0.5)
        for accept in ("text/csv", "text/html"):
            begun = time.monotonic()
            answer = one.ask("SELECT * { ?s ?p ?o } LIMIT 1", accept, source="127.0.0.2")
            assert answer.status_code == 200
            assert time.monotonic() - begun < 1
        statuses = {each.result().status_code for each in (*pages, *asked)}
    assert statuses == {504, 503}


def test_nothing_is_kept(one: Registry, there: Others) -> None:
    query = f"SELECT ?s {{ SERVICE <{there.url}said> {{ ?s ?p ?o }} }}"
    for value in ("first", "second"):
        there.ways["said"] = saying(results(["s"], {"s": literal(value)}))
        answer = one.ask(query)
        assert answer.text.split() == ["s", value]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
        assert value in one.ask(query, "text/html").text


def test_the_wait_for_others_is_charged(there: Others, shipped_dir: Path, tmp_path: Path) -> None:
    allowance = {"client_seconds": "1", "services": f"{there.url}drip", "web_processes": "1"}
    running = start(shipped_dir, tmp_path / "log", **allowance)
    try:
        strict = Registry(running)
        query = f"ASK {{ SERVICE SILENT <{there.url}drip> {{ ?s ?p ?o }} }}"
        assert strict.ask(query, timeout="2").text == "true"
        assert strict.ask("ASK {}").status_code == 429
    finally:
        running.stop()
        assert running.process.stdout is not None
        running.process.stdout.close()


def test_an_answer_near_the_bound_is_joined(one: Registry, there: Others) -> None:
    rows = [{"s": literal("x" * 40 + str(number))} for number in range(11_000)]
    body = results(["s"], *rows)
    assert 900_000 < len(body) < 1 << 20
    there.ways["said"] = saying(body)
    query = f"SELECT (COUNT(*) AS ?n) {{ SERVICE <{there.url}said> {{ ?s ?p ?o }} }}"
    assert one.rows(query) == ["n", "11000"]
    # The bound is for all answers to a query together.
    query = query.replace("}", f"}} SERVICE <{there.url}said> {{ ?t ?p ?o }}", 1)
    assert one.ask(query).status_code == 502


def test_the_service_description_and_the_limits_say_so(one: Registry) -> None:
    client = Client(one.server.url)
    found = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert "BasicFederatedQuery" in found.text
    limits = client.get("/sparql/limits", headers={"Accept": "application/json"}).json
    (services,) = (each for each in limits if each["limit"] == "services")
    assert one.endpoint in services["value"]
    page = client.get("/sparql/limits", headers={"Accept": "text/html"})
    assert one.endpoint in page.text


def test_the_command_line_obeys_the_same_list(
    one: Registry, two: Registry, shipped_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = f"{P}SELECT ?name {{ SERVICE <{two.endpoint}> {{ {JARDINS} }} }} ORDER BY ?name"
    command = [FACES, "--data-dir", shipped_dir, "query", "--format", "csv", query]
    monkeypatch.setenv("FACES_LANG", "en")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "asks no other" in refused.stderr
    monkeypatch.setenv("FACES_SERVICES", one.endpoint)
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert one.endpoint in refused.stderr
    monkeypatch.setenv("FACES_SERVICES", two.endpoint)
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == ["name", "Jardin both", "Jardin c"]


def test_the_other_formats_of_the_answer(one: Registry, there: Others) -> None:
    there.ways["said"] = saying(results(["s"], {"s": {"type": "uri", "value": "http://e/s"}}))
    call = f"SERVICE <{there.url}said> {{ ?s a ?c }}"
    graph = one.ask(f"CONSTRUCT {{ ?s a <http://e/C> }} {{ {call} }}", "application/n-triples")
    assert graph.text.startswith("<http://e/s>")
    assert json.loads(one.ask(f"ASK {{ {call} }}", "application/json").text)["boolean"] is True
    book = Client(one.server.url).get(
        "/sparql.xlsx", query_string={"query": f"SELECT ?s {{{call}}}"}
    )
    assert book.status_code == 200
