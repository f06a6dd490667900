"""What validation finds, as plain values: for people, and as an ``sh:ValidationReport``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import rdflib
from rdflib.namespace import RDF, SH

from registry.importing.model import Place
from registry.schema import Words, best

VIOLATION = "Violation"
WARNING = "Warning"
INFO = "Info"
_RANKS = {VIOLATION: 0, WARNING: 1, INFO: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: what is wrong with which value of which property of which node.

    ``value`` is the offending value as text, ``term`` the same in N-Triples form (empty: none),
    ``path`` the property's IRI (empty: the node as a whole), ``constraint`` the local name of the
    SHACL constraint component, ``field`` what people call the property, ``place`` where it stands
    in the file that was read, if it came from one.
    """

    severity: str
    focus: str
    path: str
    value: str
    term: str
    constraint: str
    message: Words
    field: Words
    place: Place | None = None

    def at(self, place: Place | None) -> Finding:
        """Return the finding with its place in a file."""
        return replace(self, place=place)

    def text(self, language: str) -> str:
        """Return the message for people."""
        return best(self.message, language, self.constraint)

    @property
    def order(self) -> tuple[object, ...]:
        """Worst first, then as they stand in the file, then by node."""
        line = (self.place.line or 0) if self.place else 0
        return (_RANKS.get(self.severity, 3), line, self.focus, self.path, self.value)


@dataclass(slots=True)
class Report:
    """All findings of a run over ``focus_nodes`` nodes."""

    findings: list[Finding] = field(default_factory=list)
    focus_nodes: int = 0

    def of(self, *severities: str) -> list[Finding]:
        """Return the findings of these severities, in reading order."""
        return sorted((f for f in self.findings if f.severity in severities), key=_order)

    @property
    def conforms(self) -> bool:
        """Whether nothing stands in the way of publication."""
        return not any(f.severity == VIOLATION for f in self.findings)

    def counts(self) -> Counter[str]:
        """Return the number of findings of each severity."""
        return Counter(f.severity for f in self.findings)


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.order


def as_rdf(findings: Iterable[Finding]) -> str:
    """Return the findings as an ``sh:ValidationReport`` in Turtle (SHACL §3.6)."""
    listed = list(findings)
    graph = rdflib.Graph()
    graph.bind("sh", SH)
    report = rdflib.BNode()
    graph.add((report, RDF.type, SH.ValidationReport))
    conforms = not any(f.severity == VIOLATION for f in listed)
    graph.add((report, SH.conforms, rdflib.Literal(conforms)))
    for finding in listed:
        result = rdflib.BNode()
        graph.add((report, SH.result, result))
        graph.add((result, RDF.type, SH.ValidationResult))
        graph.add((result, SH.focusNode, rdflib.URIRef(finding.focus)))
        graph.add((result, SH.resultSeverity, SH[finding.severity]))
        graph.add((result, SH.sourceConstraintComponent, SH[finding.constraint]))
        if finding.path:
            graph.add((result, SH.resultPath, rdflib.URIRef(finding.path)))
        if finding.value:
            graph.add((result, SH.value, rdflib.Literal(finding.value)))
        for language, text in finding.message.items():
            graph.add((result, SH.resultMessage, rdflib.Literal(text, lang=language or None)))
    return graph.serialize(format="turtle")
