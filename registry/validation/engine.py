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
from collections.abc import Generator, Iterable, Mapping
from typing import Any, TypeVar

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Store
from pyshacl.constraints.constraint_component import ConstraintComponent
from pyshacl.graph_abstraction import OxigraphDataGraph, to_rdf
from pyshacl.validator import Validator
from rdflib.namespace import RDF, SH

from registry.findings import Finding
from registry.namespaces import PREFIXES, RDF_TYPE, term
from registry.store import Graphs, Term
from registry.texts import Words
from registry.validation.shapes import Shapes, SparqlConstraint

_T = TypeVar("_T")
#: What a node says: property → values.
Said = Mapping[str, list[Term]]
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_SUBCLASS_OF = term("rdfs:subClassOf")
#: The classes of so many values are remembered: concepts and territories are named again and again.
_CLASSES_KEPT = 50_000
#: Dates, concepts and territories come again and again, names and numbers do not.
_RIGHT_KEPT = 20_000


def _no_description(*_: object, **__: object) -> str:
    return ""


# pySHACL describes every result in prose, those that "sh:or" discards included, which takes a
# quarter of the run; a Finding has the result's parts and the shape's own messages instead.
ConstraintComponent.make_v_result_description = _no_description  # type: ignore[method-assign]


class _Data(OxigraphDataGraph):
    """The graphs as pySHACL reads them: what the nodes of a batch say is read once for all shapes.

    The graphs do not change meanwhile, so neither does what is remembered.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        #: Focus node → property → its values.
        self._said: Mapping[str, Said] = {}
        self._terms: dict[tuple[str, str], list[Any]] = {}
        self._classes: dict[str, list[Any]] = {}

    def __bool__(self) -> bool:
        # pySHACL asks "if graph" for every result; the inherited answer counts all triples.
        return True

    def objects(  # type: ignore[override]
        self,
        subject: Any,
        predicate: Any,
        unique: bool = False,  # noqa: FBT001, FBT002 — pySHACL's signature
    ) -> Generator[Any, None, None]:
        """Yield the values of a property of a node."""
        said = self._said.get(str(subject))
        if said is not None:
            yield from self._values(str(subject), str(predicate), said)
        elif predicate == RDF.type and isinstance(subject, rdflib.URIRef):
            yield from self._classes_of(subject)
        else:
            yield from super().objects(subject, predicate, unique)

    def take(self, batch: Mapping[str, Said]) -> None:
        """Take the statements of the nodes that are asked about next."""
        self._said = batch
        self._terms.clear()

    def _values(self, subject: str, predicate: str, said: Said) -> list[Any]:
        """Return the values as rdflib's terms, which take longer to make than to find."""
        values = self._terms.get((subject, predicate))
        if values is None:
            values = [to_rdf(value) for value in said.get(predicate, ())]  # type: ignore[arg-type]
            self._terms[subject, predicate] = values
        return values

    def _classes_of(self, value: rdflib.URIRef) -> list[Any]:
        classes = self._classes.get(str(value))
        if classes is None:
            if len(self._classes) >= _CLASSES_KEPT:
                self._classes.clear()
            classes = self._classes[str(value)] = list(super().objects(value, RDF.type))
        return classes


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
        #: Shape → values that it has found right.
        self._right: dict[rdflib.term.Node, set[Term]] = defaultdict(set)

    def run(self, focus_nodes: Iterable[str]) -> list[Finding]:
        """Return what the shapes find on these nodes; nodes of no target class are passed over."""
        alike: dict[frozenset[str], dict[str, Said]] = defaultdict(dict)
        for focus in focus_nodes:
            classes, said = self._look_at(focus)
            alike[classes][focus] = said
        self._data.take({f: said for members in alike.values() for f, said in members.items()})
        findings: list[Finding] = []
        for classes, members in alike.items():
            # Classes may share shapes (an initiative is an organisation): each runs once.
            for node in _union(self._shapes.of_class, classes):
                findings += self._core(node, members)
            for constraint in _union(self._shapes.sparql, classes):
                findings += self._sparql(constraint, members)
        return findings

    def _look_at(self, focus: str) -> tuple[frozenset[str], Said]:
        """Return the target classes that the node is of, and the values of its properties."""
        classes: set[str] = set()
        said: dict[str, list[Term]] = defaultdict(list)
        for quad in self._graphs.triples(NamedNode(focus)):
            said[quad.predicate.value].append(quad.object)
        for value in said.get(RDF_TYPE.value, ()):
            if isinstance(value, NamedNode):
                classes |= self._targets(value.value)
        return frozenset(classes), said

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

    def _core(self, node: rdflib.term.Node, members: Mapping[str, Said]) -> list[Finding]:
        path = self._shapes.only_where.get(node)
        most = self._shapes.by_value.get(node)
        right = self._right[node]
        if path is not None:
            members = {iri: said for iri, said in members.items() if path in said}
        if path is not None and most is not None:
            members = {
                iri: said
                for iri, said in members.items()
                if len(said[path]) > most or not right.issuperset(said[path])
            }
        if not members:
            return []
        focus = [rdflib.URIRef(iri) for iri in members]
        _, results = self._lookup(node).validate(self._executor, self._data, focus=focus)
        findings = [self._finding(triples) for _, _, triples in results]
        if path is not None and most is not None and len(right) < _RIGHT_KEPT:
            wrong = {finding.focus for finding in findings}
            right.update(v for iri, said in members.items() if iri not in wrong for v in said[path])
        return findings

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
