"""The reference of the ontology: page, RDF, versions, pictures, examples, JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.request import Request, urlopen

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat

from registry import resources
from registry.namespaces import PREFIXES, RDF_TYPE, term
from registry.reference import ONTOLOGY, columns, reference, uses
from registry.releases.archive import Archive
from registry.saved_queries import saved_queries
from registry.sentences import wording
from registry.settings import Settings
from registry.store import Graphs
from registry.web.app import create_app
from registry.web.diagram import diagram, hub
from registry.web.jsonld import compact, context
from registry.web.site import EXTENSION
from web.web_server import Server

BASE = "https://w3id.org/faces/"
HTML = {"Accept": "text/html"}
FACES = PREFIXES["faces"]
EXAMPLES = sorted((resources.folder("ontology") / "examples").glob("*.ttl"))


def declared() -> set[str]:
    """Return the terms that the shipped file of the ontology declares."""
    path = resources.folder("ontology") / "faces.ttl"
    quads = pyoxigraph.parse(path=str(path), base_iri=BASE)
    own = {q.subject.value for q in quads if q.predicate == RDF_TYPE and q.subject.value}
    return {iri for iri in own if iri.startswith(FACES)}


def part(page: str, name: str) -> str:
    """Return the section of a term, without markup."""
    section = page.partition(f'<section class="term" aria-labelledby="{name}">')[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", section.partition("</section>")[0])).split())


def test_every_term_has_its_anchor(client: FlaskClient) -> None:
    page = client.get("/ontology", headers=HTML).text
    names = [iri.removeprefix(FACES) for iri in declared()]
    assert len(names) > 40
    assert [n for n in names if page.count(f'<h3 id="{n}">') != 1] == []
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert {t for t in targets if f'id="{t}"' not in page} == set()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("initiative solidaire", "Sous-classe de", "au moins 1", "Ce que dit une fiche")),
        ("en", ("solidarity initiative", "Subclass of", "at least 1", "What a record says")),
    ],
)
def test_a_class_says_what_its_records_say(
    client: FlaskClient, language: str, words: tuple[str, ...]
) -> None:
    page = client.get(f"/ontology?lang={language}", headers=HTML).text
    initiative = part(page, "Initiative")
    for each in (*words, "org:Organization", "faces:theme", "/id/initiative/"):
        assert each in initiative
    assert "hybridation des ressources" in initiative  # the passage of the text of 2012
    assert "denomination (ess-numerique.toml)" in initiative
    assert '<a href="#Initiative">' in page
    assert f'href="/doc/vocab/theme{"?lang=en" if language == "en" else "?lang=fr"}"' in page


def test_counts_come_from_the_shapes() -> None:
    stage = {u.field.path.removeprefix(FACES): u for u in uses()[f"{FACES}StageStatement"]}
    assert (stage["stage"].least, stage["stage"].most) == (1, 1)
    assert stage["stage"].schemes == (f"{BASE}vocab/stage",)
    assert stage["attestedOn"].least == 1  # said by another shape than the one that is shown
    own = {u.field.path: u for u in uses()[f"{FACES}Initiative"] if not u.field.inverse}
    assert own[term("dcterms:description").value].wanted
    assert own[term("org:memberOf").value].derived
    assert own[f"{FACES}theme"].most is None


def test_columns_come_from_the_mappings() -> None:
    fed = columns()
    address = fed[(f"{FACES}Initiative", term("locn:address").value)]
    assert {column.name for column in address} >= {"code_postal", "commune"}
    assert fed[(term("locn:Address").value, term("locn:postCode").value)]
    numbers = fed[(f"{FACES}Initiative", term("adms:identifier").value)]
    assert {column.name for column in numbers} >= {"siren", "rna"}


@pytest.mark.parametrize(
    ("accept", "extension", "form"),
    [
        ("text/turtle", "ttl", RdfFormat.TURTLE),
        ("application/n-triples", "nt", RdfFormat.N_TRIPLES),
        ("application/ld+json", "jsonld", RdfFormat.JSON_LD),
        ("application/rdf+xml", "rdf", RdfFormat.RDF_XML),
    ],
)
def test_the_ontology_is_negotiated(
    client: FlaskClient, accept: str, extension: str, form: RdfFormat
) -> None:
    answer = client.get("/ontology", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(accept)
    assert answer.headers["Content-Location"] == f"/ontology.{extension}"
    said = {str(q) for q in pyoxigraph.parse(answer.data, form)}
    turtle = client.get("/ontology.ttl").data
    triples = list(pyoxigraph.parse(turtle, RdfFormat.TURTLE))
    assert said == {str(q) for q in triples}
    assert {q.subject.value for q in triples} >= declared() | {ONTOLOGY}
    assert not [q for q in triples if q.subject.value.startswith(f"{BASE}vocab/")]
    again = client.get(
        "/ontology", headers={"Accept": accept, "If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_what_is_not_served_says_so(client: FlaskClient) -> None:
    assert client.get("/ontology", headers={"Accept": "image/png"}).status_code == 406
    for path in ("/ontology/9.9.9", "/ontology/9.9.9.ttl", "/ontology.exe", "/ontology/Initiative"):
        assert client.get(path, headers=HTML).status_code == 404, path
    told = client.get("/ontology/9.9.9?lang=fr", headers=HTML).text
    assert "Ce registre ne sert pas" in told
    assert "/ontology" in told


def test_the_version_is_served_at_its_iri(client: FlaskClient, web_dir: Path) -> None:
    version = reference(Archive(web_dir).current()).version_iri.removeprefix(BASE)
    assert re.fullmatch(r"ontology/\d+\.\d+\.\d+", version)
    page = client.get(f"/{version}", headers=HTML)
    assert page.status_code == 200
    assert '<h3 id="Initiative">' in page.text
    turtle = client.get(f"/{version}.ttl")
    assert turtle.data == client.get("/ontology.ttl").data
    negotiated = client.get(f"/{version}", headers={"Accept": "text/turtle"})
    assert negotiated.headers["Content-Location"] == f"/{version}.ttl"


def test_terms_lead_to_the_reference(client: FlaskClient) -> None:
    page = client.get("/doc/territory/commune-13055", headers=HTML).text
    assert "/resource?iri=https%3A%2F%2Fw3id.org%2Ffaces%2Fontology%23" not in page
    answer = client.get(
        "/sparql?format=html&query=SELECT%20?c%20{%20?c%20a%20owl:Class%20}".replace(
            "owl:Class", "<http://www.w3.org/2002/07/owl%23Class>"
        ),
        headers=HTML,
    ).text
    assert 'href="/ontology#Initiative"' in answer


def test_the_picture_is_made_of_what_the_shapes_say(web_dir: Path) -> None:
    said = reference(Archive(web_dir).current())
    french, english = (diagram(said, language, "") for language in ("fr", "en"))
    boxes = {box.name: box for box in french.boxes}
    assert {"Initiative", "Network", "Organization", "Accompaniment", "Method"} <= boxes.keys()
    assert boxes["Accompaniment"].label == "accompagnement"
    assert {b.name: b for b in english.boxes}["Accompaniment"].label == "accompaniment"
    lines = {
        use.field.path.removeprefix(FACES)
        for line in french.lines
        if line.sources[0].name == "Accompaniment"
        for use in line.uses
    }
    assert {"accompanied", "accompanier"} <= lines
    for box in french.boxes:
        assert box.left >= 0
        assert box.left + box.width <= french.width
        assert box.top + box.height <= french.height
    places = [(box.left, box.top) for box in french.boxes]
    assert len(places) == len(set(places))
    around = hub(said, "fr")
    assert around is not None
    assert {"accompanied", "accompanier", "approach", "startDate"} <= {
        box.name for box, _ in around.around
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_say_the_same_in_json_ld(path: Path) -> None:
    quads = pyoxigraph.parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=BASE)
    triples = [quad.triple for quad in quads]
    written = json.loads(compact(triples, BASE))
    remote, local = written["@context"]
    assert remote == f"{BASE}ontology/context.jsonld"
    written["@context"] = [dict(context()), local]
    back = pyoxigraph.parse(json.dumps(written), RdfFormat.JSON_LD)
    assert {str(q.triple) for q in back} == {str(t) for t in triples}


def test_every_class_of_records_shows_its_example(client: FlaskClient) -> None:
    assert EXAMPLES
    page = client.get("/ontology", headers=HTML).text
    for path in EXAMPLES:
        example = part(page, path.stem)
        assert "Exemple en Turtle" in example, path.stem
        assert '"@context"' in example, path.stem


def test_the_context_is_served_where_json_ld_names_it(client: FlaskClient) -> None:
    answer = client.get("/ontology/context.jsonld")
    assert answer.headers["Content-Type"] == "application/ld+json"
    assert answer.json["@context"] == context()


def test_at_most_four_store_queries(web_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(name: str) -> Callable[..., object]:
        original = getattr(Graphs, name)

        def call(*args: object, **values: object) -> object:
            calls.append(name)
            return original(*args, **values)

        return call

    uses()  # what is shipped is read once, before
    wording()
    saved_queries(BASE)
    for name in ("select", "construct", "triples", "quads"):
        monkeypatch.setattr(Graphs, name, counted(name))
    app = create_app(Settings(), web_dir)
    assert app.extensions[EXTENSION].archive.current().positions  # read once of each release
    visitor = app.test_client()
    for path in ("/ontology", "/ontology/accompagnement", "/vocab", "/doc/vocab/theme", "/queries"):
        calls.clear()
        assert visitor.get(path, headers=HTML).status_code == 200
        assert len(calls) <= 4, (path, calls)


def test_modelling_accompaniment_in_both_languages(client: FlaskClient) -> None:
    french = client.get("/ontology/accompagnement", headers=HTML).text
    assert "<h1>Modéliser l’accompagnement</h1>" in french
    assert "La réciprocité" in french
    assert "faces:reciprocates" in french
    assert "/ontology/accompagnement?lang=en" in french
    english = client.get("/ontology/accompagnement?lang=en", headers=HTML).text
    assert "<h1>Modelling accompaniment</h1>" in english
    assert "Reciprocity" in english


def test_over_http(server: Server) -> None:
    for path, accept, kind in (
        ("/ontology", "text/html", "text/html"),
        ("/ontology", "text/turtle", "text/turtle"),
        ("/vocab/stage", "text/html", "text/html"),
        ("/vocab/stage/creation", "application/ld+json", "application/ld+json"),
        ("/queries", "text/html", "text/html"),
    ):
        with urlopen(Request(server.url + path, headers={"Accept": accept})) as answer:
            assert answer.headers["Content-Type"].startswith(kind)
            assert answer.read()
