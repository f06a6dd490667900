"""Search by words and filters over real HTTP, on the demonstration data."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pyoxigraph
import pytest

from web.http_client import Client
from web.web_server import FACES, Server, start

LIST = "/browse/initiative"
BOUCHES_DU_RHONE = "spatial=id/territory/departement-13"
FOOD = "theme=vocab/theme/food"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("search")
    subprocess.run([FACES, "--data-dir", folder / "demo", "init", "--demo"], check=True)
    running = start(folder / "demo", folder / "log")
    yield Client(running.url)
    _stop(running)


def _stop(running: Server) -> None:
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


def _page(client: Client, address: str) -> str:
    joint = "&" if "?" in address else "?"
    answer = client.get(f"{address}{joint}lang=en", headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def _total(page: str) -> int:
    found = re.search(r'role="status">(?:(One|[\d,]+) records? found|No record fits)', page)
    assert found, page
    return {"One": 1, None: 0}.get(found[1]) or int((found[1] or "0").replace(",", ""))


def _choices(page: str) -> dict[str, tuple[int, str]]:
    """Return the values offered: name → count and address."""
    pattern = (
        r'<a href="([^"]*)" rel="nofollow"[^>]*><span class="name">([^<]*)</span>'
        r' <span class="number">([\d,]+)'
    )
    return {
        unescape(name): (int(count.replace(",", "")), unescape(href))
        for href, name, count in re.findall(pattern, page)
    }


def test_each_choice_leaves_as_many_as_it_says_also_when_combined(client: Client) -> None:
    page = _page(client, LIST)
    assert _total(page) == 150
    followed = 0
    for name in ("food and farming", "Bouches-du-Rhône", "consolidation", "cooperative"):
        count, href = _choices(page)[name]
        page = _page(client, href.replace("&lang=en", "").replace("lang=en", ""))
        assert _total(page) == count > 0, name
        followed += 1
    assert followed == 4
    assert page.count("× ") + page.count("×<") == 4  # each can be removed


def test_two_values_of_one_filter_widen_two_filters_narrow(client: Client) -> None:
    one, other = (_total(_page(client, f"{LIST}?legalForm=vocab/legal-form/{f}"))
                  for f in ("association", "cooperative"))  # fmt: skip
    forms = "legalForm=vocab/legal-form/association&legalForm=vocab/legal-form/cooperative"
    assert _total(_page(client, f"{LIST}?{forms}")) == one + other
    assert _total(_page(client, f"{LIST}?{forms}&{FOOD}")) < one + other


@pytest.mark.parametrize(
    "filters",
    [
        "",
        BOUCHES_DU_RHONE,
        f"{BOUCHES_DU_RHONE}&{FOOD}",
        "latestStage=vocab/stage/consolidation&latestStage=vocab/stage/transmission",
        "verifiedOn=2025",
        "memberOf=id/network/demo-net-09",
    ],
)
def test_the_same_as_sparql_counts_the_same(client: Client, filters: str) -> None:
    page = _page(client, f"{LIST}?{filters}")
    href = unescape(re.search(r'href="(/sparql\?[^"]*)"[^>]*>See this as SPARQL', page)[1])
    query = dict(parse_qsl(urlsplit(href).query))["query"]
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    assert answer.status_code == 200, answer.text
    rows = {row["record"] for row in csv.DictReader(io.StringIO(answer.text))}
    assert len(rows) == _total(page)


def test_words_and_filters_together_and_why_a_record_was_found(client: Client) -> None:
    page = _page(client, "/search?q=quartier")
    assert _total(page) > 1
    assert "<mark>" in page
    narrowed = _page(client, f"/search?q=quartier&kind=initiative&{BOUCHES_DU_RHONE}")
    assert 0 < _total(narrowed) < _total(page)
    assert re.search(r'<li><a [^>]*>Initiatives <span aria-hidden="true">×', narrowed)


def test_why_a_record_was_found_is_said_in_the_language_of_the_reader(client: Client) -> None:
    french = client.get("/search?q=mesclun", headers={"Accept": "text/html"}).text
    assert "réseaux territoriaux <mark>Mesclun</mark>" in french
    assert "Carries the FACES programme" not in french
    english = _page(client, "/search?q=mesclun")
    assert "territorial networks <mark>Mesclun</mark>" in english
    only_french = _page(client, "/search?q=ateliers+ouverts")
    assert re.search(r'<p lang="fr">[^<]*<mark>.*?</p>', only_french)
    only_english = client.get("/search?q=territorial+carries", headers={"Accept": "text/html"}).text
    assert re.search(r'<p lang="en"><mark>Carries</mark>', only_english)


def test_nothing_found_proposes_what_is_like_it(client: Client) -> None:
    page = _page(client, "/search?q=jardn")
    assert _total(page) == 0
    href = unescape(re.search(r'Did you mean <a href="([^"]*)">jardin<', page)[1])
    assert _total(_page(client, href.replace("&lang=en", ""))) > 0
    assert "Did you mean" not in _page(client, "/search?q=zzzzqqq")
    assert _total(_page(client, "/search?q=%22%3F*")) == 0


def test_order_and_table(client: Client) -> None:
    names = re.compile(r'<a href="/doc/initiative/[^"]*"(?: lang="fr")?>([^<]*)</a>')
    by_name = names.findall(_page(client, LIST))
    newest = names.findall(_page(client, f"{LIST}?sort=newest"))
    assert len(by_name) == len(newest)
    assert by_name != newest
    table = _page(client, f"{LIST}?view=table&{FOOD}")
    assert '<th scope="col">theme</th>' in table
    assert "food and farming</td>" in table or "food and farming, " in table


def test_the_files_hold_all_that_was_found(client: Client) -> None:
    filters = f"kind=initiative&{BOUCHES_DU_RHONE}"
    total = _total(_page(client, f"/search?{filters}"))
    answer = client.get(f"/search.csv?{filters}&lang=en")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == total
    assert {"Name", "theme", "territory", "IRI"} <= rows[0].keys()
    with zipfile.ZipFile(io.BytesIO(client.get(f"/search.xlsx?{filters}").data)) as book:
        assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == total + 1
    turtle = client.get(f"/search.ttl?{filters}").data
    said = list(pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE))
    kind = pyoxigraph.NamedNode("https://w3id.org/faces/ontology#Initiative")
    assert {q.subject.value for q in said if q.object == kind} == {row["IRI"] for row in rows}
    assert any("#" in q.subject.value for q in said)  # parts, too


def test_hostile_addresses(client: Client) -> None:
    for address in (
        "/search?q=<script>alert(1)</script>",
        f"{LIST}?theme=<script>",
        f"{LIST}?theme=vocab/theme/no-such",
        f"{LIST}?spatial={'x' * 3000}",
        f"{LIST}?" + "&".join(f"theme=vocab/theme/{n}" for n in range(200)),
        "/search?sort=%00&view=%ff&kind=nope&q=%00",
    ):
        answer = client.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == 200, address[:60]
        assert "<script>alert" not in answer.text
