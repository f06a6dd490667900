from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from html import unescape

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

from registry.points import point
from web.http_client import Answer, Client
from web.web_server import Server

GEO = "PREFIX geo: <http://www.opengis.net/ont/geosparql#> "
BARS = 'SELECT ?what ?n { VALUES (?what ?n) { ("pommes" 3) ("poires" -1) } }'
POINTS = GEO + (
    'SELECT ?name ?at { VALUES (?name ?at) { ("Marseille" "POINT(5.37 43.3)"^^geo:wktLiteral)'
    ' ("Nice" "POINT(7.26 43.7)"^^geo:wktLiteral) ("nowhere" "POINT(x)"^^geo:wktLiteral) } }'
)
LINKS = "SELECT ?a ?b { VALUES (?a ?b) { (<urn:a> <urn:b>) (<urn:b> <urn:c>) (<urn:a> <urn:c>) } }"
BROKEN = "SELECT ?s {\n  ?s ?p\n} LIMIT 3"


def page(server: Server, query: str, **more: str) -> Answer:
    asked = {"query": query, "format": "html", "lang": "en", **more}
    return Client(server.url).get("/sparql", query_string=asked, headers={"Accept": "text/html"})


def test_a_mistake_is_quoted_with_its_place_and_the_question_is_kept(server: Server) -> None:
    answer = page(server, BROKEN)
    assert answer.status_code == 400
    text = unescape(answer.text)
    quoted = re.search(
        r"Line (\d+), column (\d+):.*?<code>(.*?)</code>\n.*?>( *)▲", text, re.DOTALL
    )
    assert quoted is not None
    line, column, shown, before = quoted.groups()
    assert shown == BROKEN.splitlines()[int(line) - 1]
    assert len(before) == int(column) - 1
    assert f"{BROKEN}</textarea>" in text
    assert 'aria-invalid="true"' in text


def test_a_program_gets_the_mistake_as_before(server: Server) -> None:
    kind = {"Accept": "application/json"}
    answer = Client(server.url).get("/sparql", query_string={"query": BROKEN}, headers=kind)
    assert answer.status_code == 400
    assert answer.json["code"] == "query-syntax"


@pytest.mark.parametrize("query", ["<script>alert(1)</script>", "SELECT * {\t\t</textarea><b>"])
def test_nothing_of_a_broken_query_is_markup(server: Server, query: str) -> None:
    answer = page(server, query)
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert "</textarea><b>" not in answer.text


def test_a_long_line_is_quoted_around_its_mistake(server: Server) -> None:
    answer = page(server, f"SELECT * {{ ?s ?p {'1,' * 2000} ?? }}")
    quoted = re.search(
        r"<code>(.*?)</code>", unescape(answer.text).split('id="fault"')[1], re.DOTALL
    )
    assert quoted is not None
    assert len(quoted[1]) < 150


def test_a_refused_query_keeps_its_status_and_shows_the_form(server: Server) -> None:
    answer = page(server, "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }")
    assert answer.status_code == 403
    assert "SERVICE &lt;http://localhost/&gt;" in answer.text


@pytest.mark.parametrize(("query", "kind"), [(BARS, "chart"), (POINTS, "map"), (LINKS, "network")])
def test_a_picture_is_chosen_by_the_columns(server: Server, query: str, kind: str) -> None:
    assert f'class="plot {kind}"' in page(server, query).text
    assert '<svg class="plot' not in page(server, query, view="table").text
    assert f'class="plot {kind}"' in page(server, query, view="other").text


def test_bars_begin_at_zero(server: Server) -> None:
    bars = re.findall(r'class="bar" x="([\d.]+)%".*?width="([\d.]+)%"', page(server, BARS).text)
    assert bars == [("25.0", "75.0"), ("0.0", "25.0")]


def test_the_map_has_east_at_the_right_and_north_at_the_top(server: Server) -> None:
    dots = re.findall(r'class="dot" cx="([\d.]+)" cy="([\d.]+)"', page(server, POINTS).text)
    (west, south), (east, north) = [(float(x), float(y)) for x, y in dots]
    assert west < east
    assert north < south


def test_what_holds_too_much_for_a_picture_is_a_table(server: Server) -> None:
    rows = " ".join(f'("{n}" {n})' for n in range(51))
    assert '<svg class="plot' not in page(server, BARS.replace('("pommes" 3)', rows)).text
    edges = " ".join(f"(<urn:a> <urn:{n}>)" for n in range(151))
    assert '<svg class="plot' not in page(server, LINKS.replace("(<urn:a> <urn:b>)", edges)).text


def test_points_are_read_with_the_order_of_their_axes() -> None:
    wkt = NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral")
    crs = "http://www.opengis.net/def/crs"
    assert point(Literal("Point (5.3 43.2)", datatype=wkt)) == (5.3, 43.2)
    assert point(Literal(f"<{crs}/EPSG/0/4326> POINT(43.2 5.3)", datatype=wkt)) == (5.3, 43.2)
    assert point(Literal(f"<{crs}/OGC/1.3/CRS84> POINT(5 43)", datatype=wkt)) == (5, 43)
    assert point(Literal("POINT(5 143)", datatype=wkt)) is None
    assert point(Literal("POINT(5 43)")) is None


def test_names_and_iris_can_be_switched(server: Server) -> None:
    query = "SELECT ?i { VALUES ?i { <https://w3id.org/faces/ontology#Network> } ?i ?p ?o } LIMIT 1"
    assert page(server, query, show="iris").text.count("faces:Network") >= 1
    assert "Show names in place of IRIs" in page(server, query, show="iris").text
    assert "Show IRIs in place of names" in page(server, query).text


def test_a_saved_query_is_drawn_too(client: FlaskClient) -> None:
    text = client.get("/queries/share-of-approaches?run=1&lang=en").text
    assert "/queries/share-of-approaches.xlsx?lang=en" in text
    assert client.get("/queries/share-of-approaches?run=1&view=table").status_code == 200


def sheet(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        assert book.testzip() is None
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_workbook_holds_numbers_and_text_never_formulas(server: Server) -> None:
    query = (
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT * { VALUES (?a ?b) {"
        ' ("=1+1" 12.5) ("http://example.org/" "x") (<urn:x> 12345678901234567890)'
        ' (UNDEF "1e999"^^xsd:double) } }'
    )
    answer = Client(server.url).get("/sparql.xlsx", query_string={"query": query})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    text = sheet(answer.data)
    assert "<f>" not in text
    assert "hyperlink" not in text
    assert "<t>=1+1</t>" in text
    assert "<v>12.5</v>" in text
    assert "<t>12345678901234567890</t>" in text
    assert "<t>INF</t>" in text


def test_a_workbook_says_where_it_was_cut(server: Server) -> None:
    tens = "{ VALUES ?x { 0 1 2 3 4 5 6 7 8 9 } }"
    fives = "{ VALUES ?x { 0 1 2 3 4 } }"
    query = f"SELECT * {{ {fives}" + "".join(tens.replace("?x", f"?x{n}") for n in range(4)) + "}"
    whole = Client(server.url).get("/sparql.xlsx", query_string={"query": query, "lang": "en"})
    assert "Cut" not in sheet(whole.data)
    assert "Result-Cut" not in whole.headers
    query = "SELECT * {{" + query + "} UNION { VALUES ?x0 { 1 } }}"
    cut = Client(server.url).get("/sparql.xlsx", query_string={"query": query, "lang": "en"})
    assert "Cut after 50,000 rows" in sheet(cut.data)
    assert cut.headers["Result-Cut"] == "rows=50000"
    assert cut.headers["Query-Limits"].startswith("seconds=10")


@pytest.mark.parametrize(
    ("query", "cut"),
    [
        ("SELECT * { ?s ?p ?o } LIMIT 201", "rows=200"),
        ("SELECT * { ?s ?p ?o } LIMIT 200", None),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "bytes=100000"),
        ("ASK {}", None),
    ],
)
def test_a_page_says_in_headers_what_it_leaves_out_and_which_limits_applied(
    server: Server, query: str, cut: str | None
) -> None:
    asked = {"query": query, "timeout": "3", "lang": "en"}
    answer = Client(server.url).get("/sparql", query_string=asked, headers={"Accept": "text/html"})
    assert answer.headers["Result-Cut"] == cut
    assert ("Only the beginning is shown" in answer.text) == bool(cut)
    assert answer.headers["Query-Limits"].startswith("seconds=3")
    assert "worker-seconds" in answer.headers["RateLimit"]


def test_a_workbook_of_what_is_no_table_is_refused(server: Server) -> None:
    client = Client(server.url)
    for query, status in (
        ("CONSTRUCT WHERE { ?s ?p ?o }", 400),
        (BROKEN, 400),
        ("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", 403),
    ):
        answer = client.get("/sparql.xlsx", query_string={"query": query})
        assert answer.status_code == status, query
    assert client.get("/sparql.xlsx").status_code == 400
    assert "<v>1</v>" in sheet(
        client.get("/sparql.xlsx", query_string={"query": "ASK { ?s ?p ?o }"}).data
    )


def test_lines_to_copy_ask_the_same(server: Server) -> None:
    text = unescape(page(server, BARS).text)
    csv = re.search(r'read\.csv\("([^"]+)"', text)
    assert csv is not None
    answer = Client(server.url).get(csv[1].removeprefix(server.url))
    assert answer.text.splitlines()[1] == "pommes,3"


@pytest.mark.parametrize(
    ("query", "more"),
    [
        (BARS, {}),
        ("ASK { ?s ?p ?o }", {"default-graph-uri": "urn:none"}),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", {"release": "1"}),
    ],
)
def test_lines_to_copy_run_as_they_stand(server: Server, query: str, more: dict[str, str]) -> None:
    """Those for curl and for Python, of the page's query, dataset and release."""
    text = page(server, query, **more).text
    codes = [unescape(each) for each in re.findall(r"<pre[^>]*>(.*?)</pre>", text, re.DOTALL)]
    form = "ttl" if "CONSTRUCT" in query else "csv"
    asked = {"query": query, "format": form, **more}
    expected = Client(server.url).get("/sparql", query_string=asked).text
    curl = next(each for each in codes if each.lstrip().startswith("curl"))
    ran = subprocess.run(["sh", "-c", f"{curl} -sS"], capture_output=True, check=True)
    assert ran.stdout.decode() == expected
    python = next(each for each in codes if "SPARQLWrapper" in each)
    ran = subprocess.run([sys.executable, "-c", python], capture_output=True, check=True)
    said = ran.stdout.decode()
    if query == BARS:
        assert said.count("\n") == expected.count("\n") - 1
    else:
        assert said.strip().lower() == expected.strip().lower()


def test_links_keep_the_dataset_that_was_asked(server: Server) -> None:
    text = unescape(page(server, BARS, **{"default-graph-uri": "urn:none", "timeout": "5"}).text)
    for name in ("A link to this answer", "Table alone", "XLSX", "CSV"):
        link = re.search(rf'href="([^"]*)"[^>]*>{name}<', text)
        assert link is not None, name
        assert "default-graph-uri=urn%3Anone" in link[1], name
        assert "timeout=5" in link[1], name


@pytest.mark.parametrize(
    "query",
    [
        BARS.replace("3", "1e308").replace("-1)", "-1e308)"),
        BARS.replace("3", "0").replace("-1)", "0)"),
        POINTS.replace("7.26 43.7", "5.37 43.3"),
        POINTS.replace("5.37 43.3", "-180 -90").replace("7.26 43.7", "180 90"),
        "SELECT ?a ?b { VALUES (?a ?b) { (<urn:a> <urn:a>) } }",
        "SELECT ?a ?b { VALUES (?a ?b) { (<urn:a> UNDEF) (UNDEF <urn:b>) (<urn:a> <urn:b>) } }",
    ],
)
def test_extremes_are_drawn_within_the_picture(server: Server, query: str) -> None:
    text = page(server, query).text
    box = re.search(r'class="plot.*?viewBox="0 0 (\d+) (\d+)"', text)
    width, height = (int(n) for n in box.groups()) if box else (100, 10_000)
    assert '<svg class="plot' in text
    for x, y in re.findall(r'class="dot" cx="([^"]+)" cy="([^"]+)"', text):
        assert 0 <= float(x) <= width
        assert 0 <= float(y) <= height
    for start, length in re.findall(r'class="bar" x="([^"]+)%".*?width="([^"]+)%"', text):
        assert 0 <= float(start) <= float(start) + float(length) <= 100.01


TENS = "{ VALUES ?x { 0 1 2 3 4 5 6 7 8 9 } }"
ENDLESS = "".join(TENS.replace("?x", f"?x{n}") for n in range(12))


def test_a_stopped_query_says_why_how_far_it_came_and_what_to_change(server: Server) -> None:
    answer = page(server, f"SELECT (COUNT(*) AS ?n) {{ {ENDLESS} }}", timeout="0.5")
    assert answer.status_code == 504
    text = unescape(answer.text)
    assert "ran for 0.5 s, its limit" in text
    assert "None of the answer had come by then." in text
    assert "Nothing links ?x0 to ?x1" in text
    assert "/sparql/limits" in text


def test_rows_that_had_come_are_counted(server: Server) -> None:
    hundred = f'{TENS}{TENS.replace("?x", "?y")} BIND("{"x" * 8000}" AS ?z)'
    million = "".join(TENS.replace("?x", f"?x{n}") for n in range(6))
    slow = f"EXISTS {{ {million} FILTER(?x0 + ?x5 > 99 + ?x + ?y) }}"
    query = f"SELECT * {{ {hundred} FILTER(?x + ?y < 16 || {slow}) }}"
    answer = Client(server.url).post(
        "/sparql?format=html&lang=en&timeout=2",
        data={"query": query},
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 504
    found = re.search(r"(\d+) rows had come by then", answer.text)
    assert found is not None
    assert 0 < int(found[1]) <= 100


def test_a_slow_answer_comes_with_its_time_and_with_advice(server: Server) -> None:
    quick = page(server, BARS).text
    assert re.search(r"2 rows · 0(\.\d+)? s<", quick)
    assert "How to make it smaller" not in quick
    slow = "".join(TENS.replace("?x", f"?x{n}") for n in range(7)) + "{ VALUES ?y { 1 2 3 4 } }"
    text = page(server, f"SELECT (COUNT(*) AS ?n) {{ {slow} }}").text
    assert "Nothing links ?x0 to ?x1" in text


def test_lines_to_copy_for_a_question_that_is_too_long_for_an_address(server: Server) -> None:
    client = Client(server.url)
    answer = client.post(
        "/sparql?format=html&lang=en",
        data={"query": f"# {'x' * 8000}\n{BARS}"},
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 200
    text = unescape(answer.text)
    assert "asked.setMethod(POST)" in text
    assert "curl --get" not in text
    assert "read.csv" not in text
    assert "too long for an address" in text


def test_a_workbook_of_a_long_question(server: Server) -> None:
    data = {"query": f"# {'x' * 9000}\n{BARS}"}
    answer = Client(server.url).post("/sparql.xlsx", data=data)
    assert answer.status_code == 200
    assert "<t>pommes</t>" in sheet(answer.data)
