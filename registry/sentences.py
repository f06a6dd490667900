"""The sentences in which pages say relationships: their templates, as the shapes declare them.

A template is ``adhère à {organization}[ {period}]``: a name in braces stands for the values of the
relationship's property of that name, what is in brackets is left out where a value is missing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal

from registry.namespaces import term
from registry.schema import shipped_quads
from registry.store import Graphs, in_memory
from registry.texts import Words

#: What tells the kind of a relationship, whether it goes on, and since when.
_ALWAYS: Final = frozenset(
    term(name).value
    for name in (
        *("rdf:type", "adms:status"),
        *("faces:startDate", "faces:endDate", "faces:attestedOn"),
    )
)
_OPTIONAL: Final = re.compile(r"\[([^\]]*)\]")
_SLOT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a sentence that values fill."""

    name: str


#: The text and the places of a sentence, in order.
Pieces = tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """All that ontology and shapes say about sentences.

    ``templates`` maps a class of relationships and the property by which one points to an actor;
    ``told`` are the properties of relationships that sentences need; ``phrases`` maps a concept to
    its form in a sentence; ``agreements`` a class to the ending of participles; ``shortcuts`` a
    derived property to the classes that it is derived from.
    """

    templates: Mapping[tuple[str, str], Words]
    told: frozenset[str]
    phrases: Mapping[str, Words]
    agreements: Mapping[str, Words]
    shortcuts: Mapping[str, frozenset[str]]

    @property
    def roles(self) -> frozenset[str]:
        """The properties by which relationships point to actors."""
        return frozenset(path for _, path in self.templates)


@functools.cache
def wording() -> Wording:
    """Read the shipped ontology and shapes (once per process)."""
    graphs = in_memory(shipped_quads("ontology", "shapes"))
    templates: dict[tuple[str, str], dict[str, str]] = {}
    for cls, path, text in graphs.select(
        "SELECT ?class ?path ?text WHERE { ?shape sh:targetClass ?class ; sh:property ?property ."
        " ?property sh:path ?path ; faces:sentence ?text }"
    ):
        if isinstance(text, Literal):
            key = (_text(cls), _text(path))
            templates.setdefault(key, {})[text.language or ""] = text.value
    shortcuts: dict[str, set[str]] = {}
    for path, cls in graphs.select("SELECT ?path ?class WHERE { ?path faces:shortcutOf ?class }"):
        shortcuts.setdefault(_text(path), set()).add(_text(cls))
    return Wording(
        templates,
        _told(graphs, templates),
        _words(graphs, "faces:inSentence"),
        _words(graphs, "faces:agreement"),
        {path: frozenset(classes) for path, classes in shortcuts.items()},
    )


def _told(graphs: Graphs, templates: Mapping[tuple[str, str], Words]) -> frozenset[str]:
    slots = {
        slot for words in templates.values() for text in words.values() for slot in _names(text)
    }
    rows = graphs.select(
        "SELECT DISTINCT ?path WHERE { ?shape sh:targetClass ?class ; sh:property ?property ."
        " ?shape sh:property/faces:sentence ?any . ?property sh:path ?path FILTER(isIRI(?path)) }"
    )
    paths = {_text(path) for (path,) in rows}
    return _ALWAYS | {path for path in paths if local_name(path) in slots}


def local_name(iri: str) -> str:
    """Return the end of an IRI, by which a sentence names a property."""
    return iri.rpartition("#")[2].rpartition("/")[2]


@functools.lru_cache(maxsize=1024)
def pieces(template: str, known: frozenset[str]) -> Pieces | None:
    """Return what is left of a template; None where a value outside of brackets is not known."""

    def kept(found: re.Match[str]) -> str:
        return found[1] if _names(found[1]) <= known else ""

    text = _OPTIONAL.sub(kept, template)
    if not _names(text) <= known:
        return None
    split = _SLOT.split(text)
    return tuple(Slot(part) if i % 2 else part for i, part in enumerate(split) if part)


def _names(text: str) -> set[str]:
    return set(_SLOT.findall(text))


def _words(graphs: Graphs, predicate: str) -> dict[str, Words]:
    found: dict[str, dict[str, str]] = {}
    for subject, text in graphs.select(f"SELECT ?s ?o WHERE {{ ?s {predicate} ?o }}"):
        if isinstance(text, Literal):
            found.setdefault(_text(subject), {})[text.language or ""] = text.value
    return dict(found)


def _text(term: object) -> str:
    return str(getattr(term, "value", "") or "")
