"""Tables that go all the way into a registry: what is refused by a rule, and a second import."""

from __future__ import annotations

from pathlib import Path

import pytest

from importing.samples import ROOT
from importing.test_geojson import MAPPING, SAMPLE
from registry.identifiers import Iris
from registry.importing.mapping import load_mapping
from registry.importing.table import Table
from registry.progress import Progress
from registry.publishing.contribute import Importer, Outcome
from registry.publishing.resolve import Identifiers
from registry.releases.archive import Archive
from registry.releases.writer import Writer
from registry.settings import Settings
from support import contribute

SUSY = ROOT.parent / "shared/data/eu/eu-susy-ssedas-2017.geojson"


def publish(data_dir: Path, file: Path, mapping: Path) -> tuple[Outcome, Table]:
    settings = Settings.load(data_dir, {})
    with Writer(data_dir) as writer:
        lookup = Identifiers(Archive(data_dir).current().graphs)
        rules = load_mapping(mapping)
        made = Table([file], rules, "carte", Iris(settings.base_iri), lookup)
        importer = Importer(writer, settings, Progress())
        return importer.run({"carte": made}, message="test", author="tests"), made


def left_out(made: Table) -> dict[str, int]:
    return {reason: len(places) for reason, places in made.summary().left_out.items()}


def test_a_sample_is_published_once(data_dir: Path, tmp_path: Path) -> None:
    file, mapping = tmp_path / "carte.geojson", tmp_path / "carte.toml"
    file.write_text(SAMPLE.replace('"Loin"', '" Loin"').replace('"Sans"', '""'), encoding="utf-8")
    mapping.write_text('[table]\ninvalid_rows = "skip"\n' + MAPPING, encoding="utf-8")
    first, made = publish(data_dir, file, mapping)
    assert first.manifest is not None
    assert made.summary().published == 5
    assert left_out(made) == {"missing-value": 2, "duplicate-key": 1}
    second, _ = publish(data_dir, file, mapping)
    assert second.manifest is None
    assert (second.added, second.removed) == (0, 0)


def test_the_european_map_is_published_once(data_dir: Path) -> None:
    if not SUSY.exists():
        pytest.skip("the files by others are not beside the checkout")
    contribute(data_dir, "france", FRANCE)
    mapping = ROOT / "data/mappings/susy-ssedas.toml"
    first, made = publish(data_dir, SUSY, mapping)
    assert first.left_out == {"carte": []}
    assert (made.summary().published, left_out(made)) == (1794, {})
    second, _ = publish(data_dir, SUSY, mapping)
    assert (second.manifest, second.added, second.removed) == (None, 0, 0)


FRANCE = """
<id/territory/country-fr> a faces:Territory ; rdfs:label "France"@fr , "France"@en ;
    faces:territoryKind <https://w3id.org/faces/vocab/territory-kind/country> ;
    dcterms:identifier "FR" .
"""
