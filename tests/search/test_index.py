"""The index after edits is the index that is made anew, filters included."""

from __future__ import annotations

import gc
import sqlite3
import weakref
from pathlib import Path

import pytest

from registry.namespaces import PREFIXES
from registry.progress import Progress
from registry.publishing.verify import verify
from registry.releases.archive import INDEX, Archive
from registry.search.index import BEST, NAME, NEWEST, Index, Wanted
from registry.settings import Settings
from support import contribute, initiative, shipped
from web.relationships import garden

SPATIAL = PREFIXES["dcterms"] + "spatial"
THEME = PREFIXES["faces"] + "theme"
TERRITORY = "https://w3id.org/faces/id/territory/"
VOCAB = "https://w3id.org/faces/vocab/"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The index of what every registry has: territories and concepts."""
    data_dir = tmp_path_factory.mktemp("places")
    shipped(data_dir, Settings())
    return Archive(data_dir).current().index


def test_a_release_that_nobody_holds_is_closed_at_once(tmp_path: Path) -> None:
    """It has files open, and filters of some tens of megabytes in memory."""
    shipped(tmp_path, Settings())
    for key in "ab":
        contribute(tmp_path, key, _garden(key, "culture"))
    archive = Archive(tmp_path)
    release = archive.release(1)
    release.preload()
    release.index.find(Wanted("mars"), None, "fr", offset=0, limit=5)
    release.index.facets.of_kinds(THEME, ("initiative",))
    left = [weakref.ref(each) for each in (release, release.index, release.index.facets)]
    page: list[object] = [release.index]  # held in a circle, as the pages made of it are
    page.append(page)
    gc.disable()
    try:
        del release, page
        archive.release(2)
        archive.release(3)
        assert [each() for each in left] == [None, None, None]
    finally:
        gc.enable()


def test_what_is_remembered_of_an_index_does_not_keep_it(tmp_path: Path) -> None:
    shipped(tmp_path, Settings())
    index = Index(Archive(tmp_path).current().folder / INDEX)
    index.find(Wanted("mars"), None, "fr", offset=0, limit=5)
    left = [weakref.ref(index), weakref.ref(index.facets)]
    gc.disable()
    try:
        del index
        assert [each() for each in left] == [None, None]
    finally:
        gc.enable()


def test_places_in_a_vocabulary_are_those_of_concepts_alone(tmp_path: Path) -> None:
    shipped(tmp_path, Settings())
    before = Archive(tmp_path).current().positions
    stages = [f"{VOCAB}stage/{key}" for key in ("emergence", "creation", "development")]
    assert [before[stage] for stage in stages] == [1, 2, 3]
    position = "<https://schema.org/position>"
    more = f'; {position} "first" , 1.5 , {"9" * 5000} ; faces:theme <{VOCAB}theme/food>'
    contribute(tmp_path, "jardin", initiative("odd", "Jardin", more))
    assert Archive(tmp_path).current().positions == before


def _garden(key: str, theme: str, commune: str = "13055") -> str:
    text = initiative(key, f"Jardin {key}", f"; faces:theme <{VOCAB}theme/{theme}>")
    return text.replace("commune-13055", f"commune-{commune}")


def _found(index: Index, path: str, value: str) -> set[str]:
    wanted = Wanted(choices={path: (value,)})
    found = index.find(wanted, ["initiative"], "fr", offset=0, limit=50)
    assert found.total == len(found.matches)
    return {match.hit.iri.rpartition("/")[2] for match in found.matches}


def test_filters_follow_edits_and_agree_with_an_index_made_anew(tmp_path: Path) -> None:
    shipped(tmp_path, Settings())
    gardens = (
        _garden("a", "environment") + _garden("b", "culture") + _garden("c", "culture", "06088")
    )
    contribute(tmp_path, "jardins", gardens)
    first = Archive(tmp_path).current().index
    assert _found(first, THEME, f"{VOCAB}theme/culture") == {"b", "c"}
    assert _found(first, SPATIAL, f"{TERRITORY}departement-13") == {"a", "b"}
    assert _found(first, SPATIAL, f"{TERRITORY}region-93") == {"a", "b", "c"}

    contribute(tmp_path, "jardins", _garden("a", "culture", "06088") + _garden("d", "culture"))
    second = Archive(tmp_path).current().index
    assert _found(second, THEME, f"{VOCAB}theme/culture") == {"a", "d"}
    assert _found(second, THEME, f"{VOCAB}theme/environment") == set()
    assert _found(second, SPATIAL, f"{TERRITORY}departement-13") == {"d"}
    assert _found(first, THEME, f"{VOCAB}theme/culture") == {"b", "c"}  # a release never changes
    assert verify(Archive(tmp_path), Settings(), Progress()).clean


def test_points_follow_edits_and_those_that_were_tampered_with_are_noticed(tmp_path: Path) -> None:
    def mill(point: str) -> str:
        part = "id/initiative/mill#geometry"
        return (
            initiative("mill", "Moulin", f"; geo:hasGeometry <{part}>")
            + f'<{part}> a geo:Geometry ; geo:asWKT "POINT({point})"^^geo:wktLiteral ;'
            f" faces:geocodingPrecision <{VOCAB}geocoding-precision/exact> ;"
            ' faces:geocodingMethod "sur place"@fr .\n'
        )

    def points() -> list[tuple[float, float]]:
        with sqlite3.connect(Archive(tmp_path).current().folder / "index.sqlite") as database:
            of_mill = "SELECT id FROM resource WHERE iri LIKE '%/initiative/mill'"
            return database.execute(
                f"SELECT longitude, latitude FROM point WHERE id IN ({of_mill})"  # noqa: S608
            ).fetchall()

    shipped(tmp_path, Settings())
    for point, number in (("5.4 43.3", (5.4, 43.3)), ("5.36 43.27", (5.36, 43.27))):
        contribute(tmp_path, "moulins", mill(point))
        assert points() == [number]
    assert verify(Archive(tmp_path), Settings(), Progress()).clean
    with sqlite3.connect(Archive(tmp_path).current().folder / "index.sqlite") as database:
        database.execute("UPDATE point SET latitude = 0 WHERE longitude = 5.36")
    faults = verify(Archive(tmp_path), Settings(), Progress()).faults
    assert any("index" in str(fault.what) for fault in faults)


def test_a_filter_that_was_tampered_with_is_noticed(tmp_path: Path) -> None:
    shipped(tmp_path, Settings())
    with sqlite3.connect(Archive(tmp_path).current().folder / "index.sqlite") as database:
        database.execute("DELETE FROM facet WHERE id = (SELECT MAX(id) FROM facet)")
    faults = verify(Archive(tmp_path), Settings(), Progress()).faults
    assert any("index" in str(fault.what) for fault in faults)


def test_a_word_like_one_that_is_there(tmp_path: Path) -> None:
    shipped(tmp_path, Settings())
    index = Archive(tmp_path).current().index
    assert index.nearest("mesclum") == "mesclun"
    assert index.nearest("Résseau") == "reseau"
    assert index.nearest("xqzwv") is None
    assert index.nearest("’") is None


@pytest.mark.parametrize(
    ("words", "order"), [("", NAME), ("", NEWEST), ("saint", NAME), ("saint", NEWEST), ("la", BEST)]
)
def test_pages_far_from_the_first_go_on_where_those_before_them_ended(
    places: Index, monkeypatch: pytest.MonkeyPatch, words: str, order: str
) -> None:
    def page(offset: int, limit: int) -> list[str]:
        wanted, kinds = Wanted(words, order=order), ["territory", "concept"]
        found = places.find(wanted, kinds, "fr", offset=offset, limit=limit)
        return [match.hit.iri for match in found.matches]

    monkeypatch.setattr("registry.search.index._FEW", 20)
    whole = page(0, 5000)
    parts = [page(offset, 15) for offset in range(0, len(whole), 15)]
    assert len(whole) > 60
    assert [iri for part in parts for iri in part] == whole


def test_unbroken_spaces_part_words_as_others_do(data_dir: Path) -> None:
    contribute(data_dir, "quoted", initiative("q", "Adhésion de «\u00a0Jardin vif\u00a0»"))
    index = Archive(data_dir).current().index
    for words in ("adhésion de « jardin vif »", "«\u00a0jardin\u00a0vif\u00a0»", "jardin"):
        assert index.search(words, "fr", limit=5).total == 1
        assert index.suggest(words, ["initiative"], "fr", limit=5)


def test_initiatives_come_first_and_relationships_after_those_whom_they_relate(
    tmp_path: Path,
) -> None:
    shipped(tmp_path, Settings())
    contribute(tmp_path, "jardins", garden() + initiative("z", "Zinnias, notre premier jardin"))
    index = Archive(tmp_path).current().index

    def kinds(words: str, order: str, offset: int) -> list[str]:
        wanted = Wanted(words, order=order)
        found = index.find(wanted, None, "fr", offset=offset, limit=4)
        return [match.hit.kind for match in found.matches]

    assert kinds("premier", BEST, 0) == ["initiative", "accompaniment"]
    assert kinds("premier", NAME, 1) == ["accompaniment"]
    assert kinds("", NAME, 5) == ["initiative", "initiative", "network", "network"]
