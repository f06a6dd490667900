"""The registry in figures: every number is that of the endpoint and of the search."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pyoxigraph
import pytest
from pyoxigraph import NamedNode

from web.http_client import Client
from web.web_server import FACES, start

PREFIX = "PREFIX faces: <https://w3id.org/faces/ontology#>"
QB = "http://purl.org/linked-data/cube#"
VALUE = NamedNode("http://purl.org/linked-data/sdmx/2009/measure#obsValue")
HTML = {"Accept": "text/html"}
TABLES = [
    "",
    "?rows=theme&columns=legalForm",
    "?rows=foundingDate&columns=latestStage&spatial=id/territory/departement-13",
    "?rows=spatial&columns=memberOf&spatial=id/territory/departement-13",
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("figures")
    subprocess.run([FACES, "--data-dir", folder / "demo", "init", "--demo"], check=True)
    running = start(folder / "demo", folder / "log")
    yield Client(running.url)
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


def _count(client: Client, pattern: str) -> int:
    query = f"{PREFIX} SELECT (COUNT(DISTINCT ?i) AS ?n) {{ {pattern} }}"
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    return int(answer.text.split()[1])


def _table(client: Client, address: str) -> dict[tuple[str, str], int]:
    rows = csv.DictReader(io.StringIO(client.get(f"/figures.csv{address}").text))
    return {(row["row"], row["column"]): int(row["records"]) for row in rows}


def test_the_numbers_at_the_top_are_those_of_the_endpoint(client: Client) -> None:
    page = client.get("/figures?lang=en", headers=HTML).text
    shown = re.findall(r'<li><span class="number">([\d,]+)</span>', page)
    member = "FILTER EXISTS { ?i <http://www.w3.org/ns/org#memberOf> ?n }"
    kind = "?i a faces:Initiative"
    assert [int(number.replace(",", "")) for number in shown] == [
        _count(client, kind),
        _count(client, f"{kind} {member}"),
        _count(client, f"{kind} {member.replace('EXISTS', 'NOT EXISTS')}"),
        _count(client, f"{kind} FILTER EXISTS {{ ?i faces:accompaniedBy ?a }}"),
    ]


@pytest.mark.parametrize("address", TABLES)
def test_the_table_is_what_its_query_answers(client: Client, address: str) -> None:
    joint = "&" if address else "?"
    page = client.get(f"/figures{address}{joint}lang=en", headers=HTML).text
    href = re.findall(r'href="(/sparql\?[^"]*)"[^>]*>See this as SPARQL', page)[0]
    query = dict(parse_qsl(urlsplit(unescape(href)).query))["query"]
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    asked = {
        (row["row"], row["column"]): int(row["records"])
        for row in csv.DictReader(io.StringIO(answer.text))
    }
    assert asked
    assert asked == {pair: number for pair, number in _table(client, address).items() if number}


def test_a_number_leads_to_as_many_records(client: Client) -> None:
    page = client.get("/figures?rows=theme&columns=legalForm&lang=en", headers=HTML).text
    cells = re.findall(r'<td><a href="([^"]*)" rel="nofollow">([\d,]+)<span', page)
    assert len(cells) > 10
    for href, number in cells[:3]:
        found = client.get(unescape(href), headers=HTML).text
        expected = "One record found" if number == "1" else f"{number} records found"
        assert expected in found


def test_the_same_table_as_a_data_cube_and_with_csvw(client: Client) -> None:
    table = _table(client, TABLES[1])
    cube = client.get(f"/figures.ttl{TABLES[1]}").data
    triples = list(pyoxigraph.parse(cube, pyoxigraph.RdfFormat.TURTLE))
    observed = [t.object.value for t in triples if t.predicate == VALUE]
    assert sorted(map(int, observed)) == sorted(table.values())
    kinds = {t.object.value.removeprefix(QB) for t in triples if "#type" in t.predicate.value}
    assert {"DataSet", "DataStructureDefinition", "DimensionProperty", "Observation"} == kinds
    answer = client.get(f"/figures.csv{TABLES[1]}")
    link = re.match(r'<([^>]*)>; rel="describedby"', answer.headers["Link"])
    assert link
    metadata = client.get(link[1]).json
    assert metadata["url"] == f"/figures.csv{TABLES[1]}"
    columns = [column["name"] for column in metadata["tableSchema"]["columns"]]
    assert columns == answer.text.splitlines()[0].split(",")


def test_what_cannot_be_counted_is_said(client: Client) -> None:
    for address in ("/figures?rows=nothing", "/figures?kind=nothing", "/figures.csv?columns=%00"):
        answer = client.get(address, headers=HTML)
        assert answer.status_code == 400
    assert client.get("/figures.csv?kind=source").status_code == 404
    for kind in ("network", "accompaniment", "source", "territory", "concept"):
        assert client.get(f"/figures?kind={kind}", headers=HTML).status_code == 200


def test_networks_overlap_by_as_many_members_as_the_endpoint_says(client: Client) -> None:
    page = client.get("/networks?lang=en", headers=HTML).text
    pattern = r'<td><a href="(/sparql\?[^"]*)" rel="nofollow">(\d+)<'
    pairs = [(unescape(href), int(number)) for href, number in re.findall(pattern, page)]
    assert len(pairs) > 10
    for href, number in (pairs[0], pairs[5], pairs[-1]):
        query = dict(parse_qsl(urlsplit(href).query))["query"]
        answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
        assert len(answer.text.splitlines()) == number + 1
    assert '<svg class="plot column"' in page
    row = r'<td><a href="(/search\?memberOf[^"]*)" rel="nofollow">(\d+)<.*?</a></td><td>(\d+)'
    rows = re.findall(row, page)
    assert len(rows) > 10
    for href, count, only in rows[:3]:
        assert f"{count} records found" in client.get(unescape(href), headers=HTML).text
        assert int(only) <= int(count)


def test_a_line_is_as_wide_as_networks_share_members(client: Client) -> None:
    page = client.get("/networks?lang=en", headers=HTML).text
    pairs = page.partition('id="pairs"')[2]
    shared = [int(n) for n in re.findall(r'<td><a href="/sparql[^"]*"[^>]*>(\d+)', pairs)]
    strengths = [int(n) for n in re.findall(r'class="line strength-(\d)"', page)]
    assert len(set(strengths)) > 1
    assert strengths == [-(-4 * n // max(shared)) for n in shared]


def test_networks_of_a_territory(client: Client) -> None:
    page = client.get("/networks?lang=en", headers=HTML).text
    href = re.findall(r'<a href="(/networks\?spatial=[^"]*)" rel="nofollow">Var<', page)[0]
    there = client.get(unescape(href), headers=HTML).text
    assert "territory : Var" in there
    alone = "FILTER NOT EXISTS { ?i <http://www.w3.org/ns/org#memberOf> ?n }"
    place = "<http://purl.org/dc/terms/spatial>/<http://www.opengis.net/ont/geosparql#sfWithin>*"
    var = "<https://w3id.org/faces/id/territory/departement-83>"
    number = _count(client, f"?i a faces:Initiative ; {place} {var} {alone}")
    assert f"are alone: {number} initiatives" in there
    nothing = client.get("/networks?theme=vocab/theme/no-such", headers=HTML)
    assert nothing.status_code == 200


def test_networks_as_they_were_in_a_year(client: Client) -> None:
    here = "/networks?lang=en&spatial=id/territory/departement-13"
    page = client.get(f"{here}&year=2014", headers=HTML).text
    assert "memberships and accompaniments that held in 2014" in page
    assert "<option selected>2014</option>" in page
    link = r'<td><a href="(/sparql\?[^"]*)" rel="nofollow">(\d+)<'
    links = [(unescape(href), int(number)) for href, number in re.findall(link, page)]
    assert len(links) > 5
    for href, number in (links[0], links[len(links) // 2], links[-1]):
        query = dict(parse_qsl(urlsplit(href).query))["query"]
        assert "2014" in query
        answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
        assert len(answer.text.splitlines()) == number + 1
    place = f"<{IN_PLACE} <https://w3id.org/faces/id/territory/departement-13>"
    then = [each for each in _relationships(client, "membership", f"; {place}") if each.held(2014)]
    members: dict[str, set[str]] = {}
    for each in then:
        members.setdefault(each.other, set()).add(each.one)
    files = client.get("/networks/members.csv?spatial=id/territory/departement-13&year=2014").text
    rows = csv.DictReader(io.StringIO(files))
    assert {r["network"]: int(r["members"]) for r in rows} == {
        iri: len(found) for iri, found in members.items()
    }
    these = f"?i a faces:Initiative ; {place} . FILTER NOT EXISTS {{ ?i faces:foundingDate ?d"
    these += " FILTER(SUBSTR(STR(?d), 1, 4) > '2014') }"
    query = f"{PREFIX} SELECT DISTINCT ?i {{ {these} }}"
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    alone = set(answer.text.split()[1:]) - {each.one for each in then}
    assert f"are alone: {len(alone)} initiatives" in page
    for wrong in ("soon", "0000", "9999", "12", "２０１２"):
        answer = client.get("/networks", query_string={"year": wrong}, headers=HTML)
        assert answer.status_code == 400
        assert "à quatre chiffres" in answer.text
    assert client.get("/networks?year=1789", headers=HTML).status_code == 200


class _Relationship(NamedTuple):
    one: str
    other: str
    start: str
    attested: str
    end: str
    status: str

    def held(self, year: int) -> bool:
        begun = self.start or self.attested
        if self.status.rpartition("/")[2] not in {"", "active", "ended"} or not begun:
            return False
        if self.status.endswith("ended") and not self.end:
            return False
        return int(begun[:4]) <= year <= int(self.end[:4] or 9999)


def _relationships(client: Client, kind: str, those: str) -> list[_Relationship]:
    """Return the relationships of those records, as their own records say them."""
    of, one, other = {
        "membership": ("org:Membership", "org:member", "org:organization"),
        "accompaniment": ("faces:Accompaniment", "faces:accompanied", "faces:accompanier"),
    }[kind]
    query = f"""{PREFIX} PREFIX org: <http://www.w3.org/ns/org#>
      PREFIX adms: <http://www.w3.org/ns/adms#>
      SELECT ?i ?other ?start ?attested ?end ?status {{
        ?r a {of} ; {one} ?i ; {other} ?other . ?i a ?kind {those} .
        OPTIONAL {{ ?r faces:startDate ?start }} OPTIONAL {{ ?r faces:endDate ?end }}
        OPTIONAL {{ ?r faces:attestedOn ?attested }} OPTIONAL {{ ?r adms:status ?status }} }}"""
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    return [_Relationship(*row) for row in list(csv.reader(answer.text.splitlines()))[1:]]


IN_PLACE = "http://purl.org/dc/terms/spatial>/<http://www.opengis.net/ont/geosparql#sfWithin>*"
THEME = "https://w3id.org/faces/ontology#theme>/<http://www.w3.org/2004/02/skos/core#broader>*"
PORTRAITS = [
    ("/doc/territory/departement-13", IN_PLACE, "id/territory/departement-13"),
    ("/doc/territory/commune-13055", IN_PLACE, "id/territory/commune-13055"),
    ("/doc/vocab/theme/food", THEME, "vocab/theme/food"),
    ("/doc/network/demo-net-06", "http://www.w3.org/ns/org#memberOf>", "id/network/demo-net-06"),
]


def _portrait(client: Client, path: str) -> str:
    page = client.get(f"{path}?lang=en", headers=HTML).text
    return page.partition('<h2 id="portrait">')[2].partition('<section class="facts">')[0]


@pytest.mark.parametrize(("path", "by", "value"), PORTRAITS)
def test_what_exists_here_is_what_the_endpoint_counts(
    client: Client, path: str, by: str, value: str
) -> None:
    part = _portrait(client, path)
    these = f"?i a faces:Initiative ; <{by} <https://w3id.org/faces/{value}>"
    member = "FILTER EXISTS { ?i <http://www.w3.org/ns/org#memberOf> ?n }"
    alone = _count(client, f"{these} {member.replace('EXISTS', 'NOT EXISTS')}")
    shown = [int(n) for n in re.findall(r'<li><span class="number">([\d,]+)</span>', part)]
    assert shown == [
        _count(client, these),
        _count(client, f"{these} {member}"),
        alone,
        _count(client, f"{these} FILTER EXISTS {{ ?i faces:accompaniedBy ?a }}"),
    ]
    lonely = re.findall(r'href="(/sparql\?[^"]*)"[^>]*>The \d+ in no network', part)
    assert bool(lonely) == bool(alone and "network/" not in path)
    for href in lonely:
        query = dict(parse_qsl(urlsplit(unescape(href)).query))["query"]
        answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
        assert len(answer.text.splitlines()) - 1 == alone


def test_every_number_of_what_exists_here_leads_to_its_records(client: Client) -> None:
    part = _portrait(client, "/doc/vocab/theme/food")
    bars = re.findall(r'<a href="([^"]*)" rel="nofollow">[^<]*</a><svg.*?<td>(\d+)</td>', part)
    assert len(bars) > 5
    for href, number in bars:
        expected = "One record found" if number == "1" else f"{number} records found"
        assert expected in client.get(unescape(href), headers=HTML).text


def test_the_years_are_those_of_the_endpoint(client: Client) -> None:
    part = _portrait(client, "/doc/territory/departement-13").partition(">founding date<")[2]
    part = part.partition("</section>")[0]
    years = re.findall(
        r'<tr><th scope="row"><a href="([^"]*)" rel="nofollow">(\d+)</a></th>'
        r"<td>(\d+)</td><td>(\d+)</td></tr>",
        part,
    )
    assert years
    these = f"?i a faces:Initiative ; <{IN_PLACE} <https://w3id.org/faces/id/territory/"
    these += "departement-13>"
    for _, year, number, until in years:
        founded = f"{these} ; faces:foundingDate ?d FILTER(SUBSTR(STR(?d), 1, 4)"
        assert int(number) == _count(client, f"{founded} = '{year}')")
        assert int(until) == _count(client, f"{founded} <= '{year}')")
    href, _, number, _ = years[-1]
    expected = "One record found" if number == "1" else f"{number} records found"
    assert expected in client.get(unescape(href), headers=HTML).text
    silent = _count(client, f"{these} FILTER NOT EXISTS {{ ?i faces:foundingDate ?d }}")
    assert (f"do not say: {silent}." in part) == bool(silent)


@pytest.mark.parametrize(("path", "by", "value"), PORTRAITS)
def test_each_year_counts_whom_others_were_related_to(
    client: Client, path: str, by: str, value: str
) -> None:
    part = _portrait(client, path)
    titles = {"membership": "In a network", "accompaniment": "Accompanied"}
    for kind, title in titles.items():
        section = part.partition(f">{title}, year by year<")[2].partition("</section>")[0]
        row = r'<tr><th scope="row">(\d+)</th><td>(\d+)</td></tr>'
        shown = {int(year): int(number) for year, number in re.findall(row, section)}
        those = f"; a faces:Initiative ; <{by} <https://w3id.org/faces/{value}>"
        found = _relationships(client, kind, those)
        for year in range(2000, 2027):
            expected = len({each.one for each in found if each.held(year)})
            assert shown.get(year, 0) == expected, (kind, year)
        assert len(shown) > 2
        href = re.findall(r'href="(/sparql\?[^"]*)"', section)[0]
        query = dict(parse_qsl(urlsplit(unescape(href)).query))["query"]
        answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
        said = {int(year): int(n) for year, n in csv.reader(answer.text.splitlines()[1:])}
        assert said == shown
        assert client.get(unescape(href), headers=HTML).status_code == 200


def test_what_no_initiative_has_as_a_value_has_no_such_part(client: Client) -> None:
    assert not _portrait(client, "/doc/initiative/demo-ini-003")
    assert not _portrait(client, "/doc/territory/commune-06001")


def test_stages_stand_in_the_order_of_their_vocabulary(client: Client) -> None:
    order = ["émergence", "création", "développement", "consolidation", "changement d’échelle"]
    for path in (
        "/figures",
        "/browse/initiative",
        "/doc/territory/departement-13",
        "/doc/vocab/stage",
    ):
        page = client.get(path, headers=HTML).text
        page = page.partition("latestStage")[2] or page
        places = [page.index(f">{stage}<") for stage in order]
        assert places == sorted(places), path
    header = csv.DictReader(io.StringIO(client.get("/figures.csv?rows=theme").text))
    columns = list(dict.fromkeys(row["column_label"] for row in header))
    assert columns[: len(order)] == order
