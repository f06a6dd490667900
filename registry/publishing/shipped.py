"""The sources that come with the software: the ontology, and the data that it publishes."""

from __future__ import annotations

from registry import resources
from registry.identifiers import Iris
from registry.importing.model import Contribution
from registry.importing.rdf import RdfFiles
from registry.settings import Settings

#: The source that holds the ontology and the vocabularies: every registry has it.
ONTOLOGY = "ontology"
#: Shipped data: source name → folder below ``data/``.
DATA = {"faces-2012": "faces", "territories": "territories"}


def shipped_sources(settings: Settings, *, with_data: bool) -> dict[str, Contribution]:
    """Return the shipped contributions by source name."""
    iris = Iris(settings.base_iri)
    folders = {ONTOLOGY: "ontology"}
    if with_data:
        folders |= {name: f"data/{folder}" for name, folder in DATA.items()}
    return {
        name: RdfFiles(resources.turtle_files(folder), iris.base, iris.genid)
        for name, folder in folders.items()
    }
