"""Terms of the ontology the way the reference shows them: names, addresses, how many, of what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from registry.reference import ONTOLOGY, Entry, Reference, Use, prefixed
from registry.texts import Text, best
from registry.web.links import Linker
from registry.web.views import Shown

#: What people write in a cell or a field for a datatype.
_DATATYPES: Final = {
    "xsd:string": Text("text"),
    "xsd:token": Text("text"),
    "rdf:langString": Text("text in a stated language"),
    "xsd:date": Text("day"),
    "xsd:gYearMonth": Text("month"),
    "xsd:gYear": Text("year"),
    "xsd:dateTime": Text("day and time"),
    "xsd:boolean": Text("yes or no"),
    "xsd:integer": Text("whole number"),
    "xsd:nonNegativeInteger": Text("whole number"),
    "xsd:decimal": Text("number"),
    "geo:wktLiteral": Text("point in WKT"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """Shows terms; knows which of them the reference describes."""

    said: Reference
    linker: Linker

    def shown(self, iri: str) -> Shown:
        """Return a term with its label, its prefixed name and where it leads."""
        short = prefixed(iri)
        known = next((e for e in self.said.classes if e.iri == iri), None)
        if known:
            return Shown(self.label(known), f"#{known.name}", kind=short)
        if short in _DATATYPES:
            return Shown(_DATATYPES[short].to(self.linker.language), kind=short)
        href, external = self.linker.href(iri)
        local = href.removeprefix("/ontology") if href.startswith("/ontology#") else href
        label = self.linker.label(iri)
        if label == iri:
            return Shown(iri.partition("://")[2] or iri, local, external)
        return Shown(label, local, external, kind="" if label == short else short)

    def label(self, entry: Entry) -> str:
        """Return what people call a term that is described."""
        words = entry.words("rdfs:label")
        return best(words, self.linker.language) or self.linker.label(entry.iri)

    def values(self, use: Use) -> list[Shown]:
        """Return what the values of a property are on the records of a class."""
        shown = [self.shown(iri) for iri in (*use.schemes, *use.values)]
        return list({each.text: each for each in shown}.values())

    def how_many(self, use: Use) -> str:
        """Say how many values a record has."""
        text = _count(use.least, use.most)
        return text.to(self.linker.language)

    def feeding(self, use: Use) -> dict[str, list[str]]:
        """Return the columns that feed a property, by mapping."""
        found: dict[str, list[str]] = {}
        for column in use.columns:
            found.setdefault(column.mapping, []).append(column.name)
        return found

    def is_own(self, iri: str) -> bool:
        """Whether a term is one of this ontology."""
        return iri.startswith(f"{ONTOLOGY}#")


def _count(least: int, most: int | None) -> Text:
    if most == 1:
        return Text("exactly one") if least else Text("at most one")
    if most is None:
        return Text("at least {n}", n=least) if least else Text("any number")
    return Text("from {least} to {most}", least=least, most=most)
