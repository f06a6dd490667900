"""The saved queries on the site: the list, their forms, their answers, what is wrong in a field."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from flask.testing import FlaskClient

from registry.query.pool import QueryPool
from registry.saved_queries import SavedQuery, saved_queries
from registry.settings import Settings
from registry.texts import unbroken
from registry.web.app import create_app
from registry.web.questions import TAGS
from registry.web.site import visit
from support import contribute
from web.web_server import Server

BASE = "https://w3id.org/faces/"
HTML = {"Accept": "text/html"}
COMMUNE = "/queries/territorial-networks-of-a-commune"
QUERIES = saved_queries(BASE)


def cells(page: str) -> list[list[str]]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, flags=re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.findall(r"<td>(.*?)</td>", row)]
        for row in rows
    ]


def test_the_list_holds_every_question_in_both_languages(client: FlaskClient) -> None:
    for language in ("fr", "en"):
        page = unescape(client.get(f"/queries?lang={language}", headers=HTML).text)
        for query in QUERIES:
            title = query.title[language]
            assert (unbroken(title) if language == "fr" else title) in page
            assert f'href="/queries/{query.slug}?lang={language}"' in page


def test_subjects_choose_among_them(client: FlaskClient) -> None:
    assert {tag for query in QUERIES for tag in query.tags} <= TAGS.keys()
    page = client.get("/queries?tag=pooling", headers=HTML).text
    shown = set(re.findall(r'href="/queries/([a-z0-9-]+)"', page))
    assert shown == {query.slug for query in QUERIES if "pooling" in query.tags}
    assert client.get("/queries?tag=nothing", headers=HTML).status_code == 404


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.slug)
def test_every_question_has_a_form_and_runs(client: FlaskClient, query: SavedQuery) -> None:
    path = f"/queries/{query.slug}"
    form = client.get(path, headers=HTML)
    assert form.status_code == 200
    for parameter in query.parameters:
        assert f'<label for="f-{parameter.name}">' in form.text
        assert f'id="f-{parameter.name}" name="{parameter.name}"' in form.text
    assert "Réponse" not in form.text
    answer = client.get(f"{path}?run=1", headers=HTML)
    assert answer.status_code == 200
    assert "Réponse" in answer.text


def test_an_answer_names_what_it_links_to(client: FlaskClient) -> None:
    page = client.get(f"{COMMUNE}?commune=commune-13055", headers=HTML).text
    assert ["Mesclun", "Marseille", "commune"] in cells(page)
    assert '<a href="/doc/network/mesclun">Mesclun</a>' in page
    headings = re.findall(r'<th scope="col">([^<]*)</th>', page)
    assert [unescape(h) for h in headings] == ["Réseau", "Territoire d’action", "Niveau"]
    english = client.get(f"{COMMUNE}?commune=commune-13055&lang=en", headers=HTML).text
    assert '<th scope="col">Network</th>' in english


def test_the_files_hold_the_same_answer_in_the_same_order(server: Server) -> None:
    page = fetched(server, "/queries/overlapping-networks?run=1", "text/html")
    link = re.search(r'href="(/queries/overlapping-networks.csv[^"]*)"', page)
    assert link
    rows = list(csv.reader(io.StringIO(fetched(server, unescape(link[1]), "text/csv"))))
    names = [(row[rows[0].index("networkLabel")], row[rows[0].index("otherLabel")]) for row in rows]
    assert len(names) > 2
    assert [(row[0], row[1]) for row in cells(page)] == names[1:]


def fetched(server: Server, path: str, accept: str) -> str:
    with urlopen(Request(server.url + path, headers={"Accept": accept})) as answer:
        text: str = answer.read().decode()
        return text


@pytest.mark.parametrize("typed", ["Marseille", "marseille", "Marseille (commune-13055)"])
def test_a_place_is_found_by_its_name(client: FlaskClient, typed: str) -> None:
    page = client.get(COMMUNE, query_string={"commune": typed}, headers=HTML).text
    assert ["Mesclun", "Marseille", "commune"] in cells(page)
    assert f"VALUES ?commune {{ &lt;{BASE}id/territory/commune-13055&gt; }}" in page


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        (f"{COMMUNE}?commune=", "commune", "Il faut une valeur"),
        (f"{COMMUNE}?commune=Nullepart", "commune", "n’est pas le nom d’une fiche"),
        (f"{COMMUNE}?commune=commune-99999", "commune", "commune-99999"),
        (f"{COMMUNE}?commune=<script>", "commune", "&lt;script&gt;"),
        ("/queries/pooling-staff-nearby?kilometres=loin", "kilometres", "loin"),
        ("/queries/changed-since?since=hier", "since", "AAAA-MM-JJ"),
        ("/queries/pooling-means?means=xyz", "means", "xyz"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: FlaskClient, path: str, field: str, words: str
) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 400
    assert "ETag" not in answer.headers
    control = answer.text.partition('<div class="control bad">')[2].partition("</div>")[0]
    assert f'name="{field}"' in control
    assert 'aria-invalid="true"' in control
    assert words in control
    assert "<script>" not in answer.text


def test_names_that_may_be_meant_are_proposed(client: FlaskClient) -> None:
    page = client.get(f"{COMMUNE}?commune=mars", headers=HTML).text
    error = page.partition('<p class="error"')[2].partition("</p>")[0]
    assert f'href="{COMMUNE}?commune=commune-13055"' in error


def test_an_optional_value_may_be_taken_away(client: FlaskClient) -> None:
    query = next(q for q in QUERIES if any(p.optional and p.scheme for p in q.parameters))
    parameter = next(p for p in query.parameters if p.optional and p.scheme)
    page = client.get(f"/queries/{query.slug}?{parameter.name}=", headers=HTML).text
    assert f"VALUES ?{parameter.name} {{ UNDEF }}" in page
    assert '<option value="">peu importe</option>' in page


def test_concepts_are_chosen_from_a_list(client: FlaskClient) -> None:
    page = client.get("/queries/pooling-means", headers=HTML).text
    select = page.partition('<select id="f-means"')[2].partition("</select>")[0]
    assert '<option value="premises">locaux</option>' in unescape(select).replace(" selected", "")
    assert select.count(" selected>") == 1


def test_an_unknown_question_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/queries/nope?lang=fr", headers=HTML)
    assert answer.status_code == 404
    assert "/queries" in answer.text


def test_an_answer_is_not_asked_for_twice(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{COMMUNE}?commune=commune-13055"
    etag = client.get(path, headers=HTML).headers["ETag"]
    monkeypatch.setattr(QueryPool, "run", None)
    again = client.get(path, headers={**HTML, "If-None-Match": etag})
    assert again.status_code == 304


def test_what_depends_on_the_day_is_not_kept(client: FlaskClient) -> None:
    timely = [q for q in QUERIES if "NOW()" in q.text]
    assert timely
    answer = client.get(f"/queries/{timely[0].slug}?run=1", headers=HTML)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_a_cut_answer_says_so(data_dir: Path, pool: QueryPool) -> None:
    networks = "".join(
        f'<id/network/r{i}> a faces:Network ; rdfs:label "Réseau {i:03}"@fr ;'
        f' dcterms:description "x"@fr ; dcterms:spatial <id/territory/commune-13055> ;'
        f" faces:formality <vocab/network-formality/informal> ;"
        f" faces:networkKind <vocab/network-kind/territorial> .\n"
        for i in range(205)
    )
    contribute(data_dir, "reseaux", networks)
    visitor = create_app(Settings(), data_dir, pool).test_client()
    page = visitor.get(f"{COMMUNE}?commune={quote('commune-13055')}", headers=HTML).text
    assert "plus de 200 lignes" in page
    assert len(cells(page)) == 200


def test_links_keep_what_the_address_says_whatever_its_names(client: FlaskClient) -> None:
    """An empty value means “any”; what else an address says is nobody's."""
    address = "/queries/initiatives-in-no-network?territory=&path=x&self=y&run=1&lang=en"
    assert client.get(address, headers=HTML).status_code == 200
    with client.application.test_request_context("/?lang=en"):
        kept = {"territory": "", "path": "x", "self": "y", "times": 1, "of_": "z"}
        link = visit().link("/queries", **kept, page=1, left=None)
    assert link == "/queries?territory=&path=x&self=y&times=1&of=z&lang=en"


def test_a_question_without_values_offers_examples_that_have_answers(client: FlaskClient) -> None:
    for query in QUERIES:
        page = unescape(client.get(f"/queries/{query.slug}?lang=en", headers=HTML).text)
        assert f"<strong>{query.columns[-1].label['en']}</strong>." in page, query.slug
        assert "For example:" not in page or any(
            p.class_iri and p.default is None for p in query.parameters
        ), query.slug
    page = unescape(client.get("/queries/initiatives-in-no-network?lang=en", headers=HTML).text)
    example = page.partition("For example:")[2].partition('href="')[2].partition('"')[0]
    assert example == "/queries/initiatives-in-no-network?territory=commune-13055&lang=en"
    assert cells(client.get(example, headers=HTML).text)
