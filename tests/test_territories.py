"""The shipped territories and nomenclatures are what their sources say, and load as one release."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
from collections import Counter, defaultdict
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode

from registry import resources
from registry.cli.app import cli
from registry.errors import UsageError
from registry.identifiers import Iris
from registry.publishing.territories import Territories, available
from registry.releases.archive import Archive

BASE = "https://w3id.org/faces/"
FOLDER = resources.folder("data/territories")
WITHIN = "http://www.opengis.net/ont/geosparql#sfWithin"
KIND = "https://w3id.org/faces/ontology#territoryKind"
FACES = "https://w3id.org/faces/ontology#"


def rows(name: str) -> list[dict[str, str]]:
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def said(*regions: str) -> dict[str, dict[str, list[str]]]:
    """What the territories of regions say: key → property → values."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for statement in Territories(Iris(BASE), regions).statements():
        subject, predicate, value = statement.triple
        assert isinstance(subject, NamedNode)
        assert isinstance(value, NamedNode | Literal)
        key = subject.value.removeprefix(BASE + "id/territory/")
        found[key][predicate.value].append(value.value.removeprefix(BASE + "id/territory/"))
    return found


@pytest.fixture(scope="module")
def paca() -> dict[str, dict[str, list[str]]]:
    return said("93")


def test_the_tables_are_those_that_the_readme_names() -> None:
    named = dict(
        re.findall(r"`(\w+\.csv\.gz)` \| \d+ \| `(\w{64})`", (FOLDER / "README.md").read_text())
    )
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in FOLDER.glob("*.csv.gz")}
    assert named == found


def test_the_counts_of_the_official_code() -> None:
    communes = rows("communes")
    assert len(communes) == 37_590 - 584
    assert Counter(row["kind"] for row in communes)["commune"] == 34_969
    assert len({row["code"] for row in communes}) == len(communes)
    assert len(rows("epci")) == 1255


def test_the_counts_of_the_region(paca: dict[str, dict[str, list[str]]]) -> None:
    kinds = Counter(s[KIND][0].rpartition("/")[2] for s in paca.values() if KIND in s)
    assert kinds == {
        "commune": 946 + 16,
        "municipal-arrondissement": 16,
        "epci": 52,
        "departement": 6,
        "region": 1,
        "country": 1,
    }
    straddling = [s for k, s in paca.items() if k.startswith("epci-") and not s[WITHIN]]
    assert len(straddling) == 6
    assert all(s[FACES + "overlaps"] for s in straddling)


def test_each_commune_lies_in_one_departement(paca: dict[str, dict[str, list[str]]]) -> None:
    for key, stated in paca.items():
        if not key.startswith("commune-") or "#" in key:
            continue
        above = [place.partition("-")[0] for place in stated[WITHIN]]
        merged = stated["http://purl.org/dc/terms/isReplacedBy"]
        expected = ["commune"] if merged else ["departement", "epci"]
        assert sorted(above) == expected, key


def test_homonyms_and_points(paca: dict[str, dict[str, list[str]]]) -> None:
    assert paca["commune-13055"][FACES + "postalCode"][0] == "13001"
    wkt = paca["commune-13055#geometry"]["http://www.opengis.net/ont/geosparql#asWKT"][0]
    longitude, latitude = map(float, wkt[6:-1].split())
    assert 5.2 < longitude < 5.6
    assert 43.1 < latitude < 43.5
    assert paca["arrondissement-13201"][WITHIN] == ["commune-13055"]
    assert paca["commune-04003"]["http://purl.org/dc/terms/isReplacedBy"] == ["commune-04081"]


def test_two_regions_say_where_a_straddling_authority_lies() -> None:
    epci = next(row for row in rows("epci") if row["regions"].split() == ["84", "93"])
    both = said("84", "93")[f"epci-{epci['code']}"]
    assert {"region-84", "region-93"} <= set(both[FACES + "overlaps"])
    assert not both[WITHIN]


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        Territories(Iris(BASE), ["99"])
    assert "99" in str(caught.value)
    assert "93" in str(caught.value.expected)


def test_another_region_by_command(tmp_path: Path) -> None:
    def faces(*arguments: str) -> str:
        result = CliRunner().invoke(cli, ["--data-dir", str(tmp_path / "r"), *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    assert len(faces("territories").splitlines()) == len(available()) + 2
    faces("init", "--empty")
    faces("territories", "--region", "94")
    graphs = Archive(tmp_path / "r").current().graphs
    kind = NamedNode("https://w3id.org/faces/vocab/territory-kind/commune")
    communes = sum(1 for _ in graphs.triples(predicate=NamedNode(KIND), value=kind))
    assert communes == sum(
        row["region"] == "94" and row["kind"] != "arrondissement" for row in rows("communes")
    )
    assert "sound" in faces("verify") or "valable" in faces("verify")


def test_codes_of_the_matches_and_mappings_exist() -> None:
    known = set()
    for path in resources.folder("data/nomenclatures").glob("*.ttl"):
        known |= {str(q.subject) for q in pyoxigraph.parse(path=str(path), base_iri=BASE)}
    assert len(known) == 1113 + 260 + 2 + 1
    matched = {
        str(quad.object)
        for path in resources.turtle_files("ontology")
        for quad in pyoxigraph.parse(path=str(path), base_iri=BASE)
        if "/vocab/legal-category/" in str(quad.object) or "/vocab/naf/" in str(quad.object)
    }
    assert matched
    assert matched <= known
