"""More networks than a picture shows: groups of those that share members, each with its view."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from pyroaring import BitMap

from registry.query.pool import QueryPool
from registry.settings import Settings
from registry.web.app import create_app
from registry.web.overlaps import groups, outward, overlaps
from support import contribute, initiative, shipped

HTML = {"Accept": "text/html"}
NETWORKS, MEMBERS = 105, 210


def network_of(member: int) -> set[int]:
    """Return the networks of a member: 100 networks in rings of twenty, and five that are alone."""
    if member % 21 == 20:
        return {100 + member % 5}
    own = member % 100
    return {own, own - own % 20 + (own + 1) % 20} | ({0, 25, 50, 75, 99} if member < 8 else set())


def many_networks() -> str:
    text = "".join(
        f'<id/network/r{n}> a faces:Network ; rdfs:label "Réseau {n}"@fr ;'
        ' dcterms:description "Pour essayer."@fr ;'
        " faces:networkKind <vocab/network-kind/territorial> ;"
        " dcterms:spatial <id/territory/commune-13055> .\n"
        for n in range(NETWORKS)
    )
    for member in range(MEMBERS):
        text += initiative(
            f"m{member}", extra=f'; faces:foundingDate "{2000 + member % 20}"^^xsd:gYear'
        )
        text += "".join(
            f'<id/membership/m{member}-{n}> a org:Membership ; rdfs:label "Adhésion"@fr ;'
            f" org:member <id/initiative/m{member}> ; org:organization <id/network/r{n}> .\n"
            for n in network_of(member)
        )
    return text


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, pool: QueryPool) -> FlaskClient:
    folder = tmp_path_factory.mktemp("networks") / "registry"
    shipped(folder, Settings())
    contribute(folder, "reseaux", many_networks())
    return create_app(Settings(), folder, pool).test_client()


@pytest.fixture
def overview(client: FlaskClient) -> str:
    return client.get("/networks?lang=en", headers=HTML).text


def table(client: FlaskClient, name: str, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/networks/{name}.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def group_links(page: str) -> list[tuple[str, int]]:
    """Return the address of each group in the table, and how many networks it has."""
    part = page.partition('<h2 id="groups">')[2].partition("</table>")[0]
    row = r'<th scope="row"><a href="([^"]*)"[^>]*>[^<]*</a></th><td>(\d+)</td>'
    return [(unescape(href), int(number)) for href, number in re.findall(row, part)]


def test_groups_hold_what_shares_members_and_no_more_than_can_be_drawn() -> None:
    rings = [{f"{ring}-{n}": BitMap([ring, ring + 10 * n]) for n in range(6)} for ring in (1, 2, 3)]
    sets = {name: members for ring in rings for name, members in ring.items()}
    sets["alone"] = BitMap([1000])
    assert [set(group) for group in groups(sets, 6)] == [set(ring) for ring in rings]
    assert groups(dict(reversed(sets.items())), 6) == groups(sets, 6)
    assert max(map(len, groups(sets, 4))) == 4
    assert sorted(name for group in groups(sets, 4) for name in group) == sorted(sets)[:-1]
    first = {name: sets[name] for name in groups(sets, 4)[0]}
    whole = {frozenset((each.one, each.other)) for each in overlaps(sets)}
    parts = {frozenset((e.one, e.other)) for e in (*overlaps(first), *outward(first, sets))}
    assert parts == {pair for pair in whole if pair & first.keys()}


def test_every_network_is_in_the_list_and_every_group_has_its_view(
    client: FlaskClient, overview: str
) -> None:
    members = table(client, "members")
    ours = {row["network"]: row for row in members if "/r" in row["network"]}
    assert len(ours) == NETWORKS
    for key, row in ours.items():
        number = int(key.rpartition("/r")[2])
        assert int(row["members"]) == sum(number in network_of(m) for m in range(MEMBERS))
    second = client.get("/networks?lang=en&page=2", headers=HTML).text
    listed = re.findall(r'<th scope="row"><a href="/doc/network/(r\d+)', overview + second)
    assert sorted(listed) == sorted(f"r{n}" for n in range(NETWORKS))
    assert "shares no member" in second
    links = group_links(overview)
    assert len(links) > 2
    drawn: list[str] = []
    for href, number in links:
        view = client.get(href, headers=HTML).text
        assert 0 < number <= 40
        assert re.search(r"<title>How networks overlap : Réseau \d+ and others ·", view)
        part = view.partition('<h2 id="members">')[2].partition("</table>")[0]
        drawn += (found := re.findall(r'<th scope="row"><a href="/doc/([^?"]*)', part))
        assert len(found) == number
        assert '<svg class="plot column"' in view
    assert len(drawn) == len(set(drawn)) == sum(1 for row in members if row["group"])


def test_a_group_is_drawn_with_links_and_says_what_it_shares_with_others(
    client: FlaskClient, overview: str
) -> None:
    links = group_links(overview)
    drawing = overview.partition('<svg class="plot column"')[2].partition("</svg>")[0]
    assert {unescape(h) for h in re.findall(r'<a href="([^"]*)"', drawing)} == {h for h, _ in links}
    views = {href: client.get(href, headers=HTML).text for href, _ in links}
    href = next(each for each, view in views.items() if 'id="beyond"' in view)
    pairs = table(client, "shared", f"?{urlsplit(href).query}")
    assert 0 < len(pairs) < len(table(client, "shared"))
    for row in pairs:
        both = {int(row[end].rpartition("/r")[2]) for end in ("network", "other")}
        assert int(row["shared"]) == sum(both <= network_of(m) for m in range(MEMBERS))
    group = {row["network"] for row in table(client, "members", f"?{urlsplit(href).query}")}
    assert any(row["other"] not in group for row in pairs)
    assert all(row["network"] in group for row in pairs)
    assert {e.partition("=")[0] for e in urlsplit(href).query.split("&")} == {"group", "lang"}


def test_filters_come_before_groups(client: FlaskClient, overview: str) -> None:
    early = client.get("/networks?lang=en&year=2001", headers=HTML).text
    assert 'id="groups"' not in early
    assert len(table(client, "members", "?year=2001")) <= 40
    href = group_links(overview)[0][0]
    assert client.get(f"{href}&year=2001", headers=HTML).status_code == 200


def test_what_is_not_there_is_said(client: FlaskClient) -> None:
    for address in ("/networks?group=id/network/nowhere", "/networks?page=3"):
        assert client.get(address, headers=HTML).status_code == 404
    assert client.get("/networks/nothing.csv").status_code == 404
    assert client.get("/networks/members.csv?year=x").status_code == 400
