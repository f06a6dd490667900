"""The vocabularies of a release: which there are, and each one as a tree of concepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from pyoxigraph import Literal, NamedNode

from registry.namespaces import term
from registry.releases.archive import Release
from registry.store import Term, query_text
from registry.texts import Words

_LABEL, _DEFINITION, _NOTATION, _BROADER = (
    term(f"skos:{name}").value for name in ("prefLabel", "definition", "notation", "broader")
)
_MATCHES: Final = tuple(
    term(f"skos:{kind}Match").value for kind in ("exact", "close", "broad", "narrow", "related")
)


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept with those below it. ``records`` counts the records that use itself."""

    iri: str
    label: Words
    definition: Words
    notation: str
    matches: tuple[tuple[str, str], ...]
    records: int
    narrower: tuple[Concept, ...]

    def below(self) -> Iterator[Concept]:
        """Yield every concept below this one."""
        for concept in self.narrower:
            yield concept
            yield from concept.below()


#: The trees that were asked for, by release.
_KEPT: Final[WeakKeyDictionary[Release, dict[str, tuple[Concept, ...]]]] = WeakKeyDictionary()


def vocabularies(release: Release) -> dict[str, int]:
    """Return the IRI of each vocabulary with the number of its concepts."""
    rows = release.graphs.select(query_text("vocabularies"))
    return {_text(scheme): int(_text(number)) for scheme, number in rows}


def labels(release: Release, scheme: str) -> dict[str, Words]:
    """Return the concepts of a vocabulary and their labels, by IRI."""
    found: dict[str, dict[str, str]] = {}
    rows = release.graphs.select(query_text("vocabulary-labels"), scheme=NamedNode(scheme))
    for _, concept, label in sorted(rows, key=lambda row: _text(row[1])):
        if isinstance(label, Literal):
            found.setdefault(_text(concept), {})[label.language or ""] = label.value
    return dict(found)


def tree(release: Release, scheme: str) -> tuple[Concept, ...]:
    """Return the top concepts of a vocabulary, with all that is below them, in their order.

    It is kept as long as the release is open: counting the uses of a vocabulary takes 0.6 s where
    200,000 records use it twice each.
    """
    kept = _KEPT.setdefault(release, {})
    if scheme not in kept:
        kept[scheme] = _read(release, scheme)
    return kept[scheme]


def _read(release: Release, scheme: str) -> tuple[Concept, ...]:
    said: dict[str, dict[str, list[Term]]] = {}
    records: dict[str, int] = {}
    rows = release.graphs.select(query_text("vocabulary-tree"), scheme=NamedNode(scheme))
    for _, concept, path, value, number in rows:
        if value is not None:
            said.setdefault(_text(concept), {}).setdefault(_text(path), []).append(value)
        if number is not None:
            records[_text(concept)] = int(_text(number))
    below: dict[str, list[str]] = {}
    for iri, values in said.items():
        broader = [b.value for b in values.get(_BROADER, ()) if isinstance(b, NamedNode)]
        for parent in [b for b in broader if b in said] or [""]:
            below.setdefault(parent, []).append(iri)
    return _Tree(said, records, below, release.positions).grown("", frozenset())


_Said = Mapping[str, Mapping[str, list[Term]]]


@dataclass(frozen=True, slots=True)
class _Tree:
    said: _Said
    records: Mapping[str, int]
    below: Mapping[str, list[str]]
    positions: Mapping[str, int]

    def grown(self, parent: str, above: frozenset[str]) -> tuple[Concept, ...]:
        """Return what is below a concept; a circle, which SKOS forbids, ends where it closes."""
        here = [iri for iri in self.below.get(parent, ()) if iri not in above]
        found = (self._concept(iri, above | {iri}) for iri in here)
        return tuple(sorted(found, key=lambda c: (self.positions.get(c.iri, 0), c.notation, c.iri)))

    def _concept(self, iri: str, above: frozenset[str]) -> Concept:
        said = self.said[iri]
        return Concept(
            iri=iri,
            label=_words(said, _LABEL),
            definition=_words(said, _DEFINITION),
            notation=next((_text(v) for v in said.get(_NOTATION, ())), ""),
            matches=tuple((path, _text(v)) for path in _MATCHES for v in said.get(path, ())),
            records=self.records.get(iri, 0),
            narrower=self.grown(iri, above),
        )


def _words(said: Mapping[str, list[Term]], path: str) -> dict[str, str]:
    return {v.language or "": v.value for v in said.get(path, ()) if isinstance(v, Literal)}


def _text(node: Term | None) -> str:
    return str(getattr(node, "value", "") or "")
