"""The shipped territories and nomenclatures are what their sources say, and load as one release."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode

from registry import resources
from registry.errors import UsageError
from registry.identifiers import Iris
from registry.publishing.territories import Territories, available
from registry.releases.archive import Archive

BASE = "https://w3id.org/faces/"
FOLDER = resources.folder("data/territories")
WITHIN = "http://www.opengis.net/ont/geosparql#sfWithin"
KIND = "https://w3id.org/faces/ontology#territoryKind"
FACES = "https://w3id.org/faces/ontology#"
OVERLAPS = FACES + "overlaps"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
REPLACED_BY = "http://purl.org/dc/terms/isReplacedBy"
STATUS = "http://www.w3.org/ns/adms#status"

#: Key of a territory → property → values.
Said = dict[str, dict[str, list[str]]]


def rows(name: str) -> list[dict[str, str]]:
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def said(*regions: str) -> Said:
    found: Said = defaultdict(lambda: defaultdict(list))
    for statement in Territories(Iris(BASE), regions).statements():
        subject, predicate, value = statement.triple
        assert isinstance(subject, NamedNode)
        assert isinstance(value, NamedNode | Literal)
        key = subject.value.removeprefix(BASE + "id/territory/")
        found[key][predicate.value].append(value.value.removeprefix(BASE + "id/territory/"))
    return found


@pytest.fixture(scope="module")
def paca() -> Said:
    return said("93")


def test_the_tables_are_those_that_the_readme_names() -> None:
    named = dict(
        re.findall(r"`(\w+\.csv\.gz)` \| \d+ \| `(\w{64})`", (FOLDER / "README.md").read_text())
    )
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in FOLDER.glob("*.csv.gz")}
    assert named == found


def test_the_counts_of_the_official_code() -> None:
    """The source has 37,590 entries, of which 584 share their code with another."""
    communes = rows("communes")
    kinds = Counter(row["kind"] for row in communes)
    assert kinds == {"commune": 34_969, "arrondissement": 45, "merged": 1992, "unnamed": 2248}
    assert sum(kinds.values()) - kinds["unnamed"] == 37_590 - 584
    assert len({row["code"] for row in communes}) == len(communes)
    assert (len(rows("epci")), len(rows("departements")), len(rows("regions"))) == (1255, 109, 26)


def test_every_reference_between_the_tables_leads_somewhere() -> None:
    departements = {row["code"]: row["region"] for row in rows("departements")}
    assert set(departements.values()) == {row["code"] for row in rows("regions")}
    epci = {row["code"]: row for row in rows("epci")}
    communes = rows("communes")
    current = {row["code"] for row in communes if row["kind"] == "commune"}
    members: dict[str, set[str]] = defaultdict(set)
    for row in communes:
        assert departements[row["departement"]] == row["region"]
        assert bool(row["part_of"]) == (row["kind"] != "commune")
        assert not row["part_of"] or row["part_of"] in current
        if row["epci"]:
            members[row["epci"]].add(row["departement"])
    assert {code: row["departements"].split() for code, row in epci.items()} == {
        code: sorted(places) for code, places in members.items()
    }


def test_points_lie_in_france() -> None:
    for row in rows("communes"):
        if row["point"] and not row["departement"].startswith("97"):
            assert -5.2 < float(row["longitude"]) < 9.6, row
            assert 41.3 < float(row["latitude"]) < 51.1, row
    found = Counter(row["point"] for row in rows("communes"))
    assert (found["hall"], found["centre"]) == (32_920, 1992)


def test_the_counts_of_the_region(paca: Said) -> None:
    kinds = Counter(s[KIND][0].rpartition("/")[2] for s in paca.values() if KIND in s)
    assert kinds == {
        "commune": 946 + 16 + 54,
        "municipal-arrondissement": 16,
        "epci": 52,
        # Those beyond the border, where straddling authorities have communes, included.
        "departement": 6 + 2,
        "region": 1 + 2,
        "country": 1,
    }
    departements = [k for k, s in paca.items() if s[WITHIN] == ["region-93"] and "dep" in k]
    codes = ("04", "05", "06", "13", "83", "84")
    assert departements == [f"departement-{code}" for code in codes]
    listed = next(region for region in available() if region.code == "93")
    assert (listed.departements, listed.epci, listed.communes) == (6, 52, 946)


def test_authorities_lie_within_a_region_or_overlap_several(paca: Said) -> None:
    authorities = {k: s for k, s in paca.items() if k.startswith("epci-")}
    straddling = {k: s for k, s in authorities.items() if not s[WITHIN]}
    assert len(straddling) == 6
    for key, stated in authorities.items():
        overlapped = [place.partition("-")[0] for place in stated[OVERLAPS]]
        assert "departement" in overlapped
        assert ("region" in overlapped) == (key in straddling)
        assert stated[WITHIN] == ([] if key in straddling else ["region-93"])
    assert paca["epci-200035723"][OVERLAPS] == [
        *("region-84", "region-93"),
        *("departement-26", "departement-84"),
    ]
    assert int(paca["epci-200054807"][FACES + "population"][0]) > 1_900_000


def test_each_commune_lies_in_one_departement_and_one_authority(paca: Said) -> None:
    for key, stated in paca.items():
        if key.startswith("commune-") and "#" not in key and not stated[REPLACED_BY]:
            above = [place.partition("-")[0] for place in stated[WITHIN]]
            assert above == ["departement", "epci"], key


def test_a_merged_commune_points_to_its_successor(paca: Said) -> None:
    merged = paca["commune-04003"]
    assert merged[LABEL] == ["Albiosc"]
    assert merged[REPLACED_BY] == merged[WITHIN] == ["commune-04081"]
    assert merged[STATUS] == ["https://w3id.org/faces/vocab/record-status/superseded"]
    unnamed = paca["commune-04071"]
    assert unnamed[LABEL] == ["Ancienne commune 04071"]
    assert (unnamed[REPLACED_BY], unnamed[WITHIN]) == (["commune-04070"], [])
    # Ribiers gave its code to the commune that it became the seat of.
    assert paca["commune-05118"][LABEL] == ["Val Buëch-Méouge"]
    assert paca["commune-05118"]["http://www.w3.org/2004/02/skos/core#altLabel"] == ["Ribiers"]
    assert not paca["commune-05118"][REPLACED_BY]


def test_names_are_shared_and_codes_are_not(paca: Said) -> None:
    communes = [s for k, s in paca.items() if k.startswith("commune-") and s[LABEL]]
    names = Counter(s[LABEL][0] for s in communes)
    assert sum(count > 1 for count in names.values()) == 10
    current = [s for s in communes if not s[REPLACED_BY]]
    postal = Counter(code for s in current for code in s[FACES + "postalCode"])
    assert sum(count > 1 for count in postal.values()) == 138


def test_a_commune_says_what_is_asked_of_it(paca: Said) -> None:
    marseille = paca["commune-13055"]
    assert marseille["http://purl.org/dc/terms/identifier"] == ["13055"]
    assert marseille["http://rdf.insee.fr/def/geo#codeINSEE"] == ["13055"]
    assert marseille[FACES + "vintage"] == ["2026"]
    assert marseille[FACES + "population"] == ["886040"]
    assert marseille[FACES + "postalCode"] == [f"130{number:02}" for number in range(1, 17)]
    assert marseille["http://www.opengis.net/ont/geosparql#hasGeometry"] == [
        "commune-13055#geometry"
    ]
    point = paca["commune-13055#geometry"]
    wkt = point["http://www.opengis.net/ont/geosparql#asWKT"]
    assert wkt == ["POINT(5.36943 43.29760)"]
    assert point[FACES + "geocodingMethod"] == ["mairie", "town hall"]
    assert paca["arrondissement-13201"][WITHIN] == ["commune-13055"]
    assert paca["country-fr"][LABEL] == ["France", "France"]


def test_two_regions_are_stated_once() -> None:
    statements = Counter(s.triple for s in Territories(Iris(BASE), ["84", "93"]).statements())
    assert max(statements.values()) == 1


def test_an_unknown_region_is_named_and_the_nearest_proposed() -> None:
    with pytest.raises(UsageError) as caught:
        Territories(Iris(BASE), ["93", "bretagn"])
    assert "bretagn" in str(caught.value.what)
    assert "93" in str(caught.value.expected)
    assert str(caught.value.remedy) == "Did you mean 53 (Bretagne)?"


@pytest.fixture
def faces(tmp_path: Path) -> Callable[..., str]:
    """Run the command on a registry of the test's own."""

    def run(*arguments: str, status: int = 0) -> str:
        command = [sys.executable, "-m", "registry", "--data-dir", tmp_path / "r", *arguments]
        environment = {**os.environ, "FACES_LANG": "en"}
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment
        )
        assert result.returncode == status, result.stderr
        return result.stdout + result.stderr

    return run


def test_regions_replace_one_another_by_command(faces: Callable[..., str], tmp_path: Path) -> None:
    listed = faces("territories").splitlines()
    assert len(listed) == 26 + 2
    corsica = next(line for line in listed if "Corse" in line)
    assert corsica.split() == ["94", "Corse", "2", "19", "360"]

    faces("init", "--empty")
    faces("territories", "--region", "94", "--region", "977")
    graphs = Archive(tmp_path / "r").current().graphs
    kind = NamedNode("https://w3id.org/faces/vocab/territory-kind/commune")
    communes = sum(1 for _ in graphs.triples(predicate=NamedNode(KIND), value=kind))
    assert communes == sum(row["region"] in {"94", "977"} for row in rows("communes"))
    assert "sound" in faces("verify")

    assert "Nothing differs" in faces("territories", "--region", "977", "--region", "94")
    assert "Release 3 is live" in faces("territories", "--region", "977")
    region = NamedNode(BASE + "id/territory/region-94")
    assert not list(Archive(tmp_path / "r").current().graphs.triples(region))


def test_what_is_pointed_to_stays(faces: Callable[..., str]) -> None:
    faces("init")
    assert "Nothing was changed" in faces("territories", "--region", "977", status=1)
    assert "not both" in faces("territories", "--region", "93", "--all", status=2)


def test_codes_of_the_matches_and_mappings_exist() -> None:
    known = set()
    for path in resources.folder("data/nomenclatures").glob("*.ttl"):
        known |= {str(q.subject) for q in pyoxigraph.parse(path=str(path), base_iri=BASE)}
    assert len(known) == 1113 + 306 + 2 + 1
    matched = {
        str(quad.object)
        for path in resources.turtle_files("ontology")
        for quad in pyoxigraph.parse(path=str(path), base_iri=BASE)
        if "/vocab/legal-category/" in str(quad.object) or "/vocab/naf/" in str(quad.object)
    }
    assert matched
    assert matched <= known


def test_legal_categories_have_three_levels() -> None:
    path = resources.folder("data/nomenclatures") / "legal-category.ttl"
    quads = list(pyoxigraph.parse(path=str(path), base_iri=BASE))
    broader = {
        quad.subject.value.rpartition("/")[2]: quad.object.value.rpartition("/")[2]
        for quad in quads
        if quad.predicate.value.endswith("#broader")
    }
    assert (broader["9220"], broader["92"]) == ("92", "9")
    tops = {q.subject.value[-1] for q in quads if q.predicate.value.endswith("#topConceptOf")}
    assert tops == set("123456789")
    assert len(broader) == 260 + 37
