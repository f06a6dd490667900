"""What the tests of this folder share: a minimal mapping, and short ways to read things."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode

from registry.identifiers import Iris
from registry.importing.mapping import load_mapping
from registry.importing.model import Contribution, Lookup
from registry.importing.rdf import RdfFiles
from registry.importing.table import Table

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://registre.example/"
IRIS = Iris(BASE)

SOURCE = """
[source]
title = { fr = "Liste", en = "List" }
licence = "https://spdx.org/licenses/etalab-2.0"
"""
RECORD = """
[[records]]
kind = "initiative"
class = "faces:Initiative"
key = "id"
"""


def field(column: str, prop: str = "rdfs:label", **keys: str) -> str:
    """Return a ``[[records.fields]]`` table; the other keys are written in TOML."""
    lines = [f'column = "{column}"', f'property = "{prop}"']
    lines += [f"{key} = {value}" for key, value in keys.items()]
    return "\n".join(["[[records.fields]]", *lines, ""])


def documented() -> tuple[str, str]:
    """Return the table and the mapping of the example in docs/mapping.md."""
    text = (ROOT / "docs/mapping.md").read_text(encoding="utf-8")
    table = re.search(r"```csv\n(.*?)```", text, re.DOTALL)
    mapping = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert table
    assert mapping
    return table[1], mapping[1]


class Held:
    """A registry that holds the records given, and those of SIREN numbers."""

    def __init__(self, *iris: str, sirens: Mapping[str, str] | None = None) -> None:
        self._iris = set(iris)
        self._sirens = sirens or {}

    def record(self, scheme: str, notation: str) -> NamedNode | None:
        assert scheme.endswith("identifier-scheme/siren")
        return NamedNode(self._sirens[notation]) if notation in self._sirens else None

    def holds(self, iri: NamedNode) -> bool:
        return iri.value in self._iris


EMPTY = Held()


def table(
    folder: Path,
    content: str | bytes,
    mapping: str,
    *,
    lookup: Lookup = EMPTY,
    name: str = "table.csv",
) -> Table:
    """Return a table of one file with its mapping, both written into the folder."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    mapping_path = folder / "mapping.toml"
    mapping_path.write_text(mapping, encoding="utf-8")
    return Table([path], load_mapping(mapping_path), "liste", IRIS, lookup)


def rdf(*paths: Path) -> RdfFiles:
    return RdfFiles(paths, BASE, IRIS.genid)


def triples(contribution: Contribution) -> list[str]:
    """Return the statements in N-Triples, sorted, without those about the source."""
    source = IRIS.source("liste")
    return sorted(
        f"{s.triple} ." for s in contribution.statements() if s.triple.subject != NamedNode(source)
    )


def objects(contribution: Contribution, prop: str) -> list[str]:
    """Return the values of a property, in file order."""
    return [
        str(s.triple.object) for s in contribution.statements() if prop in str(s.triple.predicate)
    ]


def lines(contribution: Contribution) -> Sequence[tuple[int | None, str]]:
    return [(s.place.line, str(s.triple.object)) for s in contribution.statements()]
