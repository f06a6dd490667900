"""The sources that come with the software: the ontology, and the data that it publishes."""

from __future__ import annotations

from registry import resources
from registry.identifiers import Iris
from registry.importing.model import Contribution
from registry.importing.rdf import RdfFiles
from registry.publishing.territories import Territories
from registry.settings import Settings

#: The source that holds the ontology and the vocabularies: every registry has it.
ONTOLOGY = "ontology"
TERRITORIES = "territories"
#: The region whose territories a new registry has; “faces territories” loads others.
REGION = "93"
#: Shipped data: source name → folder below ``data/``.
DATA = {"faces-2012": "faces", "nomenclatures": "nomenclatures"}
DEMO = "demo"


def shipped_sources(
    settings: Settings, *, with_data: bool, with_demo: bool = False
) -> dict[str, Contribution]:
    """Return the shipped contributions by source name."""
    iris = Iris(settings.base_iri)
    folders = {ONTOLOGY: "ontology"}
    if with_data:
        folders |= {name: f"data/{folder}" for name, folder in DATA.items()}
    if with_demo:
        folders[DEMO] = f"data/{DEMO}"
    sources: dict[str, Contribution] = {
        name: RdfFiles(resources.turtle_files(folder), iris.base, iris.genid)
        for name, folder in folders.items()
    }
    if with_data:
        sources[TERRITORIES] = Territories(iris, [REGION])
    return sources
