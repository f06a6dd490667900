"""The two real files that the shipped mappings are for, whole: what is published, what is not."""

from __future__ import annotations

from collections import Counter

import pytest
from pyoxigraph import Literal, NamedNode

from importing.samples import BASE, IRIS, ROOT, Held
from registry.importing.mapping import load_mapping
from registry.importing.model import Statement
from registry.importing.table import Table
from registry.namespaces import shorten

Real = tuple[Table, list[Statement]]

SHARED = ROOT.parent / "shared/data"
#: Longer lines are cut: they are told apart by less.
LONG = 80
VOCABULARIES = "https://w3id.org/faces/vocab/"


class AllButOneCode(Held):
    """A registry with nomenclatures in which one code of the file is missing."""

    def holds(self, iri: NamedNode) -> bool:
        return not iri.value.endswith("/naf/58.29B")


def read(path: str, mapping: str) -> Real:
    file = SHARED / path
    if not file.exists():
        pytest.skip("the files by others are not beside the checkout")
    rules = load_mapping(ROOT / f"data/mappings/{mapping}.toml")
    result = Table([file], rules, mapping, IRIS, AllButOneCode())
    return result, list(result.statements())


@pytest.fixture(scope="module")
def units() -> Real:
    return read("fr/fr-ess-numerique.csv", "ess-numerique")


@pytest.fixture(scope="module")
def initiatives() -> Real:
    return read("eu/eu-susy-ssedas-2017.geojson", "susy-ssedas")


def lost(result: Table) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Return how many rows were left out for each reason, and how many values."""
    summary = result.summary()
    rows = {reason: len(places) for reason, places in summary.left_out.items()}
    assert summary.published + sum(rows.values()) == summary.rows
    return rows, {key: values.total() for key, values in summary.values.items()}


def described(statements: list[Statement], record: str) -> set[str]:
    """Return what is said of a record and its parts: ``#part property value``."""
    said = set()
    for s in statements:
        subject = str(s.triple.subject)[1:-1]
        if subject == record or subject.startswith(record + "#"):
            prop, value = shorten(s.triple.predicate.value), s.triple.object
            text = shorten(value.value) if isinstance(value, NamedNode) else str(value)
            for long, short in ((record, ""), (f"{BASE}id/", "id:"), (VOCABULARIES, "vocab:")):
                text = text.replace(long, short)
            line = f"{subject.removeprefix(record)} {prop} {text}".strip()
            said.add(line if len(line) <= LONG else f"{line[:LONG]}…")
    return said


def properties(statements: list[Statement]) -> Counter[str]:
    return Counter(shorten(s.triple.predicate.value) for s in statements)


def test_legal_units_lose_nothing_unseen(units: Real) -> None:
    result, statements = units
    assert (result.summary().rows, result.summary().published) == (3667, 3079)
    rows, values = lost(result)
    assert rows == {"closed-unit": 539, "guessed-siren": 38, "not-called-ess": 11}
    assert values == {
        ("date_creation", "ignored"): 24,
        ("sigle", "ignored"): 16,
        ("naf", "not-in-registry"): 5,
    }
    assert result.summary().unmapped == []
    assert {r: len(c) for r, c in result.summary().left_aside.items()} == {
        "statistics": 6,
        "making-of": 6,
        "name-without-number": 1,
    }
    assert {p.reason for p in result.problems()} == {"not-in-registry"}
    said = properties(statements)
    assert said["rov:orgType"] == 3079
    assert said["rov:orgActivity"] == 3079 - 5
    assert said["faces:foundingDate"] == 3079 - 24
    assert said["dcterms:spatial"] == said["schema:email"] == 0


def test_each_claimant_makes_its_own_claim(units: Real) -> None:
    _, statements = units
    claims = Counter(
        str(s.triple.object).rpartition("/")[2].rstrip(">")
        for s in statements
        if s.triple.predicate.value.endswith("#claimant")
    )
    assert claims == {"insee": 2943, "ess-france": 2006, "dg-tresor": 68}
    grounds = Counter(
        str(s.triple.object).rpartition("/")[2].rstrip(">")
        for s in statements
        if s.triple.predicate.value.endswith("#ground")
    )
    assert grounds.total() == claims.total()
    assert grounds == {
        "association": 3960,
        "unstated": 655,
        "cooperative": 327,
        "esus": 68,
        "foundation": 7,
    }
    made = {str(s.triple.subject) for s in statements if "organization/" in str(s.triple.subject)}
    assert made == {f"<{BASE}id/organization/{key}>" for key in claims}


def test_numbers_of_legal_units_keep_their_form(units: Real) -> None:
    _, statements = units
    notations = [
        str(s.triple.object)[1:-1]
        for s in statements
        if s.triple.predicate.value.endswith("core#notation")
    ]
    assert {len(n) for n in notations} == {9, 10, 14}
    shared = [n for n, count in Counter(notations).items() if count > 1]
    assert shared == ["W751244387"]


def test_places_of_legal_units_are_lines_and_columns(units: Real) -> None:
    _, statements = units
    assert statements[-1].place.line == 3668
    text = (SHARED / "fr/fr-ess-numerique.csv").read_text(encoding="utf-8").splitlines()
    labels = [s for s in statements if "label" in s.triple.predicate.value and s.place.line]
    for statement in labels[::97]:
        line = text[(statement.place.line or 0) - 1].replace('""', '"')
        assert str(statement.triple.object).removesuffix("@fr")[1:-1] in line.replace('"', '\\"')


def test_european_initiatives_lose_nothing_unseen(initiatives: Real) -> None:
    result, statements = initiatives
    assert (result.summary().rows, result.summary().published) == (1794, 1794)
    rows, values = lost(result)
    assert rows == {}
    assert values == {
        ("type_of_initiative", "ignored"): 1029,
        ("contact:website", "not-a-url"): 10,
        ("website", "not-a-url"): 8,
        ("geometry.longitude", "outside-area"): 5,
        ("geometry.longitude", "swapped-coordinates"): 4,
    }
    assert result.summary().unmapped == []
    assert sum(map(len, result.summary().left_aside.values())) == 159
    said = properties(statements)
    assert said["geo:asWKT"] == said["faces:geocodingPrecision"] == 1794 - 9
    # 76 of the 1,794 name no country; the spellings of the others come down to 27 countries.
    assert said["dcterms:spatial"] == 1794 - 76
    places = {str(s.triple.object) for s in statements if "spatial" in s.triple.predicate.value}
    fixed = {str(s.triple.subject) for s in statements if "/territory/" in str(s.triple.subject)}
    assert len(places) == 27
    assert places - fixed == {f"<{BASE}id/territory/country-fr>"}
    assert said["schema:email"] == said["foaf:mbox"] == 0


def test_one_european_initiative_in_full(initiatives: Real) -> None:
    _, statements = initiatives
    record = IRIS.mint("initiative", "susy-ssedas", "e98fb9126657fd09e8c7e43217067ba0")
    languages = [
        value.language
        for s in statements
        if s.triple.predicate.value.endswith("terms/description")
        and str(s.triple.subject) == f"<{record}>"
        and isinstance(value := s.triple.object, Literal)
    ]
    assert sorted(filter(None, languages)) == ["bg", "und"]
    said = {line for line in described(statements, record) if "description" not in line}
    assert said == {
        '#address locn:postName "София"',
        '#address locn:thoroughfare "Крум Попов 56"',
        "#address rdf:type locn:Address",
        '#geometry faces:geocodingMethod "Point de la carte d’origine, qui ne dit pas com…',
        '#geometry faces:geocodingMethod "Point of the original map, which does not say h…',
        "#geometry faces:geocodingPrecision vocab:geocoding-precision/commune",
        '#geometry geo:asWKT "POINT(23.3264575 42.6812103)"^^<http://www.opengis.net/ont/…',
        "#geometry rdf:type geo:Geometry",
        'dcterms:modified "2017-01-24"^^<http://www.w3.org/2001/XMLSchema#date>',
        "dcterms:spatial id:territory/country-bg",
        "faces:theme vocab:theme/food",
        "faces:theme vocab:theme/reuse",
        "foaf:homepage https://farmhopping.com",
        "geo:hasGeometry #geometry",
        "locn:address #address",
        "prov:hadPrimarySource https://data.transformap.co/place/e98fb9126657fd09e8c7e432…",
        "rdf:type faces:Initiative",
        'rdfs:label "Farmhopping"@fr',
    }


def test_one_legal_unit_in_full(units: Real) -> None:
    _, statements = units
    record = IRIS.mint("initiative", "ess-numerique", "334487337")
    assert described(statements, record) == {
        '#ess-esus faces:attestedOn "2026"^^<http://www.w3.org/2001/XMLSchema#gYear>',
        "#ess-esus faces:claimant id:organization/dg-tresor",
        "#ess-esus faces:ground vocab:ess-ground/esus",
        "#ess-esus prov:hadPrimarySource https://www.tresor.economie.gouv.fr/banque-assur…",
        "#ess-esus rdf:type faces:EssClaim",
        '#ess-france faces:attestedOn "2023-11-20"^^<http://www.w3.org/2001/XMLSchema#dat…',
        "#ess-france faces:claimant id:organization/ess-france",
        "#ess-france faces:ground vocab:ess-ground/association",
        "#ess-france prov:hadPrimarySource https://www.data.gouv.fr/fr/datasets/liste-des…",
        "#ess-france rdf:type faces:EssClaim",
        '#ess-sirene faces:attestedOn "2026"^^<http://www.w3.org/2001/XMLSchema#gYear>',
        "#ess-sirene faces:claimant id:organization/insee",
        "#ess-sirene faces:ground vocab:ess-ground/association",
        "#ess-sirene prov:hadPrimarySource https://www.data.gouv.fr/fr/datasets/base-sire…",
        "#ess-sirene rdf:type faces:EssClaim",
        "#rna dcterms:type vocab:identifier-scheme/rna",
        "#rna rdf:type adms:Identifier",
        '#rna skos:notation "W332001901"',
        "#siren dcterms:type vocab:identifier-scheme/siren",
        "#siren rdf:type adms:Identifier",
        '#siren skos:notation "334487337"',
        "#siret dcterms:type vocab:identifier-scheme/siret",
        "#siret rdf:type adms:Identifier",
        '#siret skos:notation "33448733700035"',
        "adms:identifier #rna",
        "adms:identifier #siren",
        "adms:identifier #siret",
        'faces:attestedOn "2026"^^<http://www.w3.org/2001/XMLSchema#gYear>',
        "faces:essClaim #ess-esus",
        "faces:essClaim #ess-france",
        "faces:essClaim #ess-sirene",
        'faces:foundingDate "1985-12-02"^^<http://www.w3.org/2001/XMLSchema#date>',
        "faces:legalForm vocab:legal-form/association",
        "rdf:type faces:Initiative",
        'rdfs:label "GESTFORM"@fr',
        "rov:orgActivity vocab:naf/63.11Z",
        "rov:orgType vocab:legal-category/9220",
    }


def test_the_manual_shows_what_was_left_out(units: Real, initiatives: Real) -> None:
    manual = (ROOT / "docs/mapping.md").read_text(encoding="utf-8")
    for result in (units[0], initiatives[0]):
        for line in result.summary().lines()[1:]:
            if "naf" not in line.to("en"):
                assert line.to("en")[:100] in manual
