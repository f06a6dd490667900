"""What the registry says about each source, in its own graph: title, licence, dates."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad, Triple

from registry.identifiers import Iris
from registry.namespaces import RDF_TYPE, term
from registry.store import Graphs

_SOURCE = term("faces:Source")
_TITLE = term("dcterms:title")
_ISSUED = term("dcterms:issued")
_MODIFIED = term("dcterms:modified")
_DATE_TIME = term("xsd:dateTime")
#: Written by the registry alone, whatever a contribution says.
_OURS = frozenset({_ISSUED, _MODIFIED})


def description(
    iris: Iris, name: str, stated: Iterable[Triple], published: Graphs | None, moment: str
) -> list[Quad]:
    """Return all that is to be said about a source published at ``moment`` (an ISO date-time).

    What the contribution states replaces what was said before; if it states nothing, that stays.
    The dates are the registry's: first issued, last modified.
    """
    iri, graph = NamedNode(iris.source(name)), NamedNode(iris.metadata_graph)
    before = list(published.quads(iri, graph=graph)) if published else []
    said = [(t.predicate, t.object) for t in stated if t.predicate not in _OURS]
    if not said:
        said = [(q.predicate, q.object) for q in before if q.predicate not in _OURS]
    if not any(predicate == _TITLE for predicate, _ in said):
        said += [(_TITLE, Literal(name, language=lang)) for lang in ("fr", "en")]
    time = Literal(moment, datatype=_DATE_TIME)
    issued = next((q.object for q in before if q.predicate == _ISSUED), time)
    said += [(RDF_TYPE, _SOURCE), (_ISSUED, issued), (_MODIFIED, time)]
    return [Quad(iri, predicate, value, graph) for predicate, value in dict.fromkeys(said)]
