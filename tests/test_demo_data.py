"""The demonstration data: made up, marked as such, the same each time, and valid."""

from __future__ import annotations

import csv
import functools
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest

from support import BASE, PREFIXES

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data/demo"
GENERATOR = ROOT / "data/build/demo.py"
FACES = "https://w3id.org/faces/ontology#"
ORG = "http://www.w3.org/ns/org#"
A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
BASIS = f"{FACES}contactBasis"
EMAIL = "https://schema.org/email"
COUNTS = {
    f"{FACES}Initiative": 150,
    f"{FACES}Network": 12,
    f"{FACES}Accompaniment": 90,
    f"{FACES}Method": 8,
    f"{FACES}Pooling": 24,
    f"{FACES}Cooperation": 20,
    f"{FACES}Event": 9,
}


@functools.cache
def statements() -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    for path in sorted(DEMO.glob("*.ttl")):
        store.extend(pyoxigraph.parse(path=path, base_iri=BASE))
    return store


def subjects() -> set[str]:
    found = (quad.subject for quad in statements())
    return {node.value for node in found if isinstance(node, pyoxigraph.NamedNode)}


def records() -> set[str]:
    """Return what has a page of its own: not the parts, not the source."""
    return {iri for iri in subjects() if "#" not in iri and "/id/source/" not in iri}


def values(iri: str, predicate: str) -> list[str]:
    found = statements().quads_for_pattern(
        pyoxigraph.NamedNode(iri), pyoxigraph.NamedNode(predicate), None
    )
    terms = (quad.object for quad in found)
    return [term.value for term in terms if not isinstance(term, pyoxigraph.Triple)]


def objects() -> set[str]:
    found = (quad.object for quad in statements())
    return {node.value for node in found if isinstance(node, pyoxigraph.NamedNode)}


def test_the_generator_writes_the_same_bytes_again(tmp_path: Path) -> None:
    # Whatever the order in which sets are hashed.
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, GENERATOR, tmp_path], check=True, env=environment)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in DEMO.iterdir()}


def test_no_line_breaks_inside_french_quotation_marks() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in DEMO.glob("*.ttl"))
    assert written.count("«\u00a0") == written.count("«") > 100
    assert written.count("\u00a0»") == written.count("»")


def test_there_is_as_much_as_said_and_it_stays_small() -> None:
    counts = Counter(name for iri in records() for name in values(iri, A))
    assert {name: counts[name] for name in COUNTS} == COUNTS
    assert counts[f"{ORG}Membership"] > 100
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < 1_000_000


def test_every_record_says_that_it_is_fictitious() -> None:
    assert len(records()) > 400
    silent = {iri for iri in records() if values(iri, f"{FACES}fictitious") != ["true"]}
    assert not silent
    unmarked = {
        name
        for iri in records()
        for name in values(iri, LABEL)
        if not name.endswith((" (démonstration)", " (demonstration)"))
    }
    assert not unmarked


def test_it_says_nothing_of_real_organisations() -> None:
    described = subjects()
    strangers = {
        iri
        for iri in objects() - described
        if not iri.startswith((f"{BASE}id/territory/", f"{BASE}vocab/", FACES, ORG))
        and not re.match(r"https://[a-z0-9-]+\.example/$", iri)
        and not iri.startswith("http://www.opengis.net/ont/geosparql#")
    }
    assert strangers == {"https://spdx.org/licenses/etalab-2.0"}
    assert all("/demo-" in iri for iri in records())
    assert "http://www.w3.org/ns/adms#identifier" not in {
        quad.predicate.value for quad in statements()
    }


def test_its_mailboxes_can_reach_nobody() -> None:
    addresses = [address for iri in records() for address in values(iri, EMAIL)]
    assert len(addresses) > 50
    assert all(re.fullmatch(r"contact@[a-z0-9-]+\.example", address) for address in addresses)


def test_its_concepts_exist() -> None:
    vocabularies = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "ontology/vocab").glob("*.ttl")
    )
    used = {iri.removeprefix(f"{BASE}vocab/") for iri in objects() if "/vocab/" in iri}
    assert len(used) > 80
    missing = {
        name for name in used if f"\n{name.replace('/', ':')} a skos:Concept" not in vocabularies
    }
    assert not missing


@pytest.mark.parametrize("question", range(1, 26))
def test_the_readme_answers_each_question(question: int) -> None:
    text = (DEMO / "README.md").read_text(encoding="utf-8")
    answer = text.partition(f"\n## {question}. ")[2].partition("\n## ")[0]
    planted, _, complete = answer.partition("In all:")
    keys = {iri.rpartition("/")[2] for iri in records()}
    assert set(re.findall(r"`(demo-[a-z]+-\d+)`", planted + complete)) <= keys
    assert planted.count("\n- `demo-") >= 1
    assert complete.count("\n- ") >= 1


def territory(key: str, name: str, code: str, within: str = "") -> str:
    """Return a territory in few words: the reference data say more."""
    kind = key.partition("-")[0]
    return (
        f'<id/territory/{key}> a faces:Territory ; rdfs:label "{name}"@fr ; {within}'
        f" faces:territoryKind <https://w3id.org/faces/vocab/territory-kind/{kind}> ;"
        f' dcterms:identifier "{code}" ; faces:vintage "2026"^^xsd:gYear .\n'
    )


def territories() -> str:
    """Return the territories that the demonstration data name, apart from the reference data."""
    lines = [PREFIXES, "@prefix geo: <http://www.opengis.net/ont/geosparql#> .\n"]
    lines.append(territory("region-93", "Région", "93"))
    with (GENERATOR.parent / "demo-places.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for kind in ("departement", "epci"):
        lines += [
            territory(f"{kind}-{code}", f"{kind} {code}", code)
            for code in sorted({row[kind] for row in rows})
        ]
    for row in rows:
        key = f"commune-{row['code']}"
        within = f"geo:sfWithin <id/territory/epci-{row['epci']}> ; "
        point = f"geo:hasGeometry <id/territory/{key}#geometry> ; "
        lines.append(territory(key, row["name"], row["code"], within + point))
        lines.append(
            f"<id/territory/{key}#geometry> a geo:Geometry ;"
            f' geo:asWKT "POINT({row["centre_lon"]} {row["centre_lat"]})"^^geo:wktLiteral ;'
            " faces:geocodingPrecision"
            " <https://w3id.org/faces/vocab/geocoding-precision/commune> .\n"
        )
    return "".join(lines)


def test_the_registry_accepts_it_and_asks_only_why_some_contacts_are_published(
    tmp_path: Path,
) -> None:
    def faces(*arguments: object) -> str:
        """Run the command; return what it warns of."""
        return subprocess.run(
            [sys.executable, "-m", "registry", "--data-dir", folder, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "FACES_LANG": "en"},
        ).stderr

    folder, stub = tmp_path / "registry", tmp_path / "territories.ttl"
    stub.write_text(territories(), encoding="utf-8")
    faces("init", "--empty")
    faces("import", stub, "--source", "territories")
    warnings = faces("import", *sorted(DEMO.glob("*.ttl")), "--source", "demo").splitlines()
    unfounded = {iri for iri in records() if values(iri, EMAIL) and not values(iri, BASIS)}
    assert unfounded
    assert {line[1:].partition(">")[0] for line in warnings} == unfounded
    assert all("e-mail address" in line for line in warnings)
    faces("verify")
