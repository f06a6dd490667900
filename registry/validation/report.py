"""Writes findings down as an ``sh:ValidationReport``, for machines."""

from __future__ import annotations

from collections.abc import Iterable

import rdflib
from rdflib.namespace import RDF, SH

from registry.findings import VIOLATION, Finding


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
