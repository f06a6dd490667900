"""Runs the shapes on chosen focus nodes of a release or draft; the only user of pySHACL.

pySHACL's own ``validate()`` runs every property shape once per focus node, building its
constraints anew each time. Here each property shape runs once on all focus nodes of a batch,
which SHACL allows (§2.3: a property shape has focus nodes of its own; results do not depend on
their grouping) and which is several times faster. A test holds the two against each other.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from pyshacl.constraints.constraint_component import ConstraintComponent
from pyshacl.graph_abstraction import OxigraphDataGraph
from pyshacl.validator import Validator
from rdflib.namespace import SH

from registry.findings import Finding
from registry.namespaces import PREFIXES, RDF_TYPE, term
from registry.store import Graphs, Term
from registry.texts import Words
from registry.validation.shapes import Shapes, SparqlConstraint

_T = TypeVar("_T")
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_SUBCLASS_OF = term("rdfs:subClassOf")


def _no_description(*_: object, **__: object) -> str:
    return ""


# pySHACL describes every result in prose, those that "sh:or" discards included, which takes a
# quarter of the run; a Finding has the result's parts and the shape's own messages instead.
ConstraintComponent.make_v_result_description = _no_description  # type: ignore[method-assign]


class _Data(OxigraphDataGraph):
    """The graphs as pySHACL reads them."""

    def __bool__(self) -> bool:
        # pySHACL asks "if graph" for every result; the inherited answer counts all triples.
        return True


class Engine:
    """The shapes, ready to run on one set of graphs. Not for several threads."""

    def __init__(self, shapes: Shapes, graphs: Graphs) -> None:
        self._shapes = shapes
        self._graphs = graphs
        self._data = _Data(graphs.raw)
        logger = logging.getLogger("pyshacl")
        logger.addHandler(logging.NullHandler())
        validator = Validator(
            self._data, shacl_graph=shapes.core, options={"logger": logger, "inplace": True}
        )
        self._executor = validator.make_executor()
        self._lookup = validator.shacl_graph.lookup_shape_from_node
        assert validator.shacl_graph.shapes is not None  # noqa: S101 — reading it builds them
        self._kinds: dict[str, frozenset[str]] = {}

    def run(self, focus_nodes: Iterable[str]) -> list[Finding]:
        """Return what the shapes find on these nodes; nodes of no target class are passed over."""
        alike: dict[frozenset[str], dict[str, frozenset[str]]] = defaultdict(dict)
        for focus in focus_nodes:
            classes, properties = self._look_at(focus)
            alike[classes][focus] = properties
        findings: list[Finding] = []
        for classes, members in alike.items():
            # Classes may share shapes (an initiative is an organisation): each runs once.
            for node in _union(self._shapes.of_class, classes):
                findings += self._core(node, members)
            for constraint in _union(self._shapes.sparql, classes):
                findings += self._sparql(constraint, members)
        return findings

    def _look_at(self, focus: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the target classes that the node is of, and the properties that it has."""
        classes: set[str] = set()
        properties: set[str] = set()
        for quad in self._graphs.triples(NamedNode(focus)):
            properties.add(quad.predicate.value)
            if quad.predicate == RDF_TYPE and isinstance(quad.object, NamedNode):
                classes |= self._targets(quad.object.value)
        return frozenset(classes), frozenset(properties)

    def _targets(self, cls: str) -> frozenset[str]:
        """Return the target classes that a class is, or is below (SHACL §2.1.3.2)."""
        if cls not in self._kinds:
            above, todo = {cls}, [cls]
            while todo:
                for quad in self._graphs.triples(NamedNode(todo.pop()), _SUBCLASS_OF):
                    parent = quad.object
                    if isinstance(parent, NamedNode) and parent.value not in above:
                        above.add(parent.value)
                        todo.append(parent.value)
            self._kinds[cls] = frozenset(above & self._shapes.classes)
        return self._kinds[cls]

    def _core(self, node: rdflib.term.Node, members: Mapping[str, frozenset[str]]) -> list[Finding]:
        needed = self._shapes.only_where.get(node)
        focus = [
            rdflib.URIRef(iri)
            for iri, properties in members.items()
            if needed is None or needed in properties
        ]
        if not focus:
            return []
        _, results = self._lookup(node).validate(self._executor, self._data, focus=focus)
        return [self._finding(triples) for _, _, triples in results]

    def _finding(self, triples: Iterable[tuple[Any, Any, Any]]) -> Finding:
        found: dict[Any, list[Any]] = defaultdict(list)
        for _, predicate, value in triples:
            found[predicate].append(value[1] if isinstance(value, tuple) else value)
        path = _only(found, SH.resultPath)
        value = _only(found, SH.value)
        iri = str(path) if isinstance(path, rdflib.URIRef) else ""
        return Finding(
            severity=_local(_only(found, SH.resultSeverity)),
            focus=str(_only(found, SH.focusNode)),
            path=iri,
            value="" if value is None else str(value),
            term="" if value is None else value.n3(),
            constraint=_local(_only(found, SH.sourceConstraintComponent)),
            message=_words(found[SH.resultMessage]),
            field=self._shapes.field_names.get(iri, {}),
        )

    def _sparql(self, constraint: SparqlConstraint, members: Iterable[str]) -> list[Finding]:
        prefixes = {**PREFIXES, **constraint.prefixes}
        rows = self._graphs.rows(constraint.on(members), prefixes=prefixes)
        return [self._sparql_finding(constraint, row) for row in rows]

    def _sparql_finding(self, constraint: SparqlConstraint, row: Mapping[str, Term]) -> Finding:
        path = row.get("path")
        iri = path.value if isinstance(path, NamedNode) else constraint.path
        value = row.get("value")
        return Finding(
            severity=constraint.severity,
            focus=_plain(row.get("this")),
            path=iri,
            value=_plain(value),
            term="" if value is None else str(value),
            constraint="SPARQLConstraintComponent",
            message={lang: _filled(text, row) for lang, text in constraint.message.items()},
            field=self._shapes.field_names.get(iri, {}),
        )


def _union(by_class: Mapping[str, tuple[_T, ...]], classes: Iterable[str]) -> list[_T]:
    """Return what the classes have, each thing once, in a stable order."""
    return list(dict.fromkeys(item for cls in sorted(classes) for item in by_class.get(cls, ())))


def _only(found: Mapping[Any, list[Any]], predicate: rdflib.URIRef) -> Any:
    values = found.get(predicate)
    return values[0] if values else None


def _local(iri: object) -> str:
    return str(iri).rpartition("#")[2]


def _words(literals: Iterable[Any]) -> Words:
    return {getattr(o, "language", None) or "": str(o) for o in literals}


def _plain(value: Term | None) -> str:
    return value.value if isinstance(value, NamedNode | BlankNode | Literal) else ""


def _filled(text: str, row: Mapping[str, Term]) -> str:
    """Return the message with ``{?name}`` and ``{$name}`` replaced (SHACL §5.3.2)."""
    return _PLACEHOLDER.sub(lambda m: _plain(row.get(m[1])) or m[0], text)
