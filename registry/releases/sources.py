"""The sources of a release: named graphs, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from registry.store import Graphs, Term, query_text


@dataclass(frozen=True, slots=True)
class Source:
    """A source of statements: a named graph and what is known of it."""

    iri: str
    titles: Mapping[str, str]
    licence: str
    modified: str


def read(graphs: Graphs) -> dict[str, Source]:
    """Return what is known of every source, by the IRI of its graph."""
    titles: dict[str, dict[str, str]] = {}
    rest: dict[str, tuple[str, str]] = {}
    for source, title, licence, modified in graphs.select(query_text("sources")):
        iri = _text(source)
        if isinstance(title, Literal):
            titles.setdefault(iri, {})[title.language or ""] = title.value
        rest[iri] = (_text(licence), _text(modified))
    return {iri: Source(iri, titles.get(iri, {}), *known) for iri, known in rest.items()}


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
