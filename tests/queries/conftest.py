"""A registry with the demonstration data, and the few territories that they name.

The territories are those of ``data/build/demo-places.csv``: the reference data are many, and the
answers depend on these alone.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry import resources
from registry.identifiers import Iris
from registry.importing.rdf import RdfFiles
from registry.progress import Progress
from registry.publishing.contribute import Importer
from registry.publishing.shipped import shipped_sources
from registry.releases.writer import Writer
from registry.settings import Settings
from support import TurtleText

PLACES = Path(__file__).parents[2] / "data/build/demo-places.csv"


def territory(key: str, label: str, *within: str) -> str:
    kind, _, code = key.partition("-")
    containers = "".join(f" geo:sfWithin <id/territory/{parent}> ;" for parent in within)
    return (
        f'<id/territory/{key}> a faces:Territory ; rdfs:label "{label}"@fr ;{containers}'
        f" faces:territoryKind <https://w3id.org/faces/vocab/territory-kind/{kind}> ;"
        f' dcterms:identifier "{code}" ; faces:vintage "2026"^^xsd:gYear .\n'
    )


def territories() -> Iterator[str]:
    """Yield region 93, its départements, and the EPCI and communes where the demonstration is."""
    yield "@prefix geo: <http://www.opengis.net/ont/geosparql#> .\n"
    yield territory("region-93", "Provence-Alpes-Côte d’Azur")
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for kind in ("departement", "epci"):
        for code in sorted({row[kind] for row in rows}):
            yield territory(f"{kind}-{code}", f"{kind} {code}", "region-93")
    for row in rows:
        containers = (f"epci-{row['epci']}", f"departement-{row['departement']}")
        yield territory(f"commune-{row['code']}", row["name"], *containers)


@pytest.fixture(scope="session")
def demo_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with what is shipped and the demonstration data."""
    folder = tmp_path_factory.mktemp("demo") / "registry"
    settings = Settings()
    make(folder, settings)
    return folder


def make(folder: Path, settings: Settings) -> None:
    iris = Iris(settings.base_iri)
    sources = shipped_sources(settings, with_data=True)
    sources["territories"] = TurtleText("".join(territories()))
    sources["demo"] = RdfFiles(resources.turtle_files("data/demo"), iris.base, iris.genid)
    with Writer(folder) as writer:
        Importer(writer, settings, Progress()).run(sources, message="", author="tests")
