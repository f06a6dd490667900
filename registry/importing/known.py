"""What a mapping may name of ours: the kinds of records, the terms of ontology and vocabularies."""

from __future__ import annotations

import functools
from typing import Final

import pyoxigraph
from pyoxigraph import Literal, NamedNode

from registry import resources
from registry.namespaces import PREFIXES, term

#: Names below this are ours, so that a name that the ontology does not know is a mistake.
OURS: Final = "https://w3id.org/faces/"


@functools.cache
def _shipped() -> tuple[frozenset[str], frozenset[str]]:
    terms, kinds = set(), set()
    segment = term("faces:pathSegment")
    for path in resources.turtle_files("ontology"):
        for quad in pyoxigraph.parse(path=str(path), base_iri=OURS):
            if isinstance(quad.subject, NamedNode):
                terms.add(quad.subject.value)
            if quad.predicate == segment and isinstance(quad.object, Literal):
                kinds.add(quad.object.value)
    return frozenset(terms), frozenset(kinds)


def kinds() -> frozenset[str]:
    """Return the kinds of records: the words in ``/id/{kind}/{key}``."""
    return _shipped()[1]


def is_known(iri: str) -> bool:
    """Return whether the IRI is not ours, or is one of our terms."""
    return not iri.startswith(OURS) or iri in _shipped()[0]


def short_names() -> list[str]:
    """Return our terms as a mapping writes them: ``faces:acronym``, ``vocab:stage/creation``."""
    ontology, vocabularies = PREFIXES["faces"], OURS + "vocab/"
    names = []
    for iri in _shipped()[0]:
        if iri.startswith(ontology):
            names.append("faces:" + iri.removeprefix(ontology))
        elif iri.startswith(vocabularies):
            names.append("vocab:" + iri.removeprefix(vocabularies))
    return names
