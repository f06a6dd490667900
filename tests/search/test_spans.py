"""Relationships in time: in which years they hold, by what their records say."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.namespaces import PREFIXES
from registry.releases.archive import Archive
from registry.settings import Settings
from support import contribute, initiative, shipped

MEMBER_OF = PREFIXES["org"] + "memberOf"
RESSPA = "https://w3id.org/faces/id/network/resspa"
SAID = {
    "none": "",
    "begun": '; faces:startDate "2010-05"^^xsd:gYearMonth',
    "ended": '; faces:startDate "2010"^^xsd:gYear ; faces:endDate "2012-03-01"^^xsd:date',
    "attested": '; faces:attestedOn "2011-02-03"^^xsd:date',
    "both": '; faces:startDate "2009"^^xsd:gYear ; faces:attestedOn "2013"^^xsd:gYear',
    "over": '; faces:startDate "2010"^^xsd:gYear ; adms:status <vocab/record-status/ended>',
    "over-in": '; faces:startDate "2010"^^xsd:gYear ; faces:endDate "2011"^^xsd:gYear'
    " ; adms:status <vocab/record-status/ended>",
    "gone": '; faces:startDate "2010"^^xsd:gYear ; adms:status <vocab/record-status/withdrawn>',
}
HELD = {
    2008: set[str](),
    2009: {"both"},
    2010: {"both", "begun", "ended", "over-in"},
    2011: {"both", "begun", "ended", "over-in", "attested"},
    2012: {"both", "begun", "ended", "attested"},
    2013: {"both", "begun", "attested"},
}


def members(said: dict[str, str]) -> str:
    return "".join(
        initiative(key) + f'<id/membership/{key}> a org:Membership ; rdfs:label "Adhésion"@fr ;'
        f" org:member <id/initiative/{key}> ; org:organization <id/network/resspa> {more} .\n"
        for key, more in said.items()
    )


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spans") / "registry"
    shipped(folder, Settings())
    contribute(folder, "adherents", members(SAID))
    return folder


def _held(data_dir: Path, year: int) -> set[str]:
    index = Archive(data_dir).current().index
    holding = index.spans.holding(MEMBER_OF, year)
    related = index.spans.related(MEMBER_OF, year).get(RESSPA, holding - holding)
    assert related <= holding
    hits = index.of(related, "fr", offset=0, limit=50)
    return {hit.iri.rpartition("/")[2] for hit in hits.values()}


@pytest.mark.parametrize(("year", "expected"), HELD.items())
def test_a_relationship_holds_from_its_beginning_to_its_end(
    data_dir: Path, year: int, expected: set[str]
) -> None:
    assert _held(data_dir, year) == expected


def test_what_nobody_says_since_when_is_counted_apart(data_dir: Path) -> None:
    index = Archive(data_dir).current().index
    undated = index.of(index.spans.undated(MEMBER_OF), "fr", offset=0, limit=50)
    assert {hit.iri.rpartition("/")[2] for hit in undated.values()} == {"none"}
    assert index.spans.years(MEMBER_OF, 2012) == range(2009, 2013)
    assert index.spans.years(MEMBER_OF, 2200) == range(2101, 2201)
    assert not index.spans.years("urn:nothing", 2012)


def test_an_edit_changes_the_years(data_dir: Path) -> None:
    changed = SAID | {"begun": '; faces:startDate "2013"^^xsd:gYear'}
    del changed["ended"]
    contribute(data_dir, "adherents", members(changed))
    assert _held(data_dir, 2011) == {"both", "over-in", "attested"}
    assert "begun" in _held(data_dir, 2013)
