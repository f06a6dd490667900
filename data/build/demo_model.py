"""Records of the demonstration data, how they are written in Turtle, and the places they are in."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

#: A literal, an IRI or a concept, written as Turtle writes it.
Term = str

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcterms": "http://purl.org/dc/terms/",
    "faces": "https://w3id.org/faces/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "org": "http://www.w3.org/ns/org#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
SCHEMES = (
    "accompaniment-approach",
    "accompaniment-format",
    "contact-basis",
    "cooperation-kind",
    "difficulty",
    "ess-ground",
    "geocoding-precision",
    "legal-form",
    "network-formality",
    "network-kind",
    "pooling-kind",
    "record-status",
    "resource-kind",
    "role",
    "stage",
    "theme",
)
PREFIXES |= {scheme: f"https://w3id.org/faces/vocab/{scheme}/" for scheme in SCHEMES}

HEADER = """\
# {title}
# Fictitious: made by data/build/demo.py, not by hand. No organisation named here exists.
# Licence: Licence Ouverte 2.0 (Etalab), https://spdx.org/licenses/etalab-2.0
# Territories are real (INSEE). IRIs are relative to the base of the registry.
"""

CLASSES = {
    "initiative": "faces:Initiative",
    "network": "faces:Network",
    "organization": "org:Organization",
    "membership": "org:Membership",
    "accompaniment": "faces:Accompaniment",
    "pooling": "faces:Pooling",
    "cooperation": "faces:Cooperation",
    "facilitation": "faces:Facilitation",
    "event": "faces:Event",
    "method": "faces:Method",
    "programme": "faces:Programme",
}


@dataclass
class Thing:
    """A record, or a part of one: an IRI, its class, and what is said of it in order."""

    iri: str
    cls: str
    facts: list[tuple[str, Term]] = field(default_factory=list)

    def say(self, predicate: str, *terms: Term) -> None:
        """Add values; empty ones say nothing and are left out."""
        self.facts += [(predicate, term) for term in terms if term]

    def all(self, predicate: str) -> list[Term]:
        """Return the values of a property, in order."""
        return [term for name, term in self.facts if name == predicate]

    def one(self, predicate: str) -> Term:
        """Return the value of a property, or the empty text."""
        return next(iter(self.all(predicate)), "")

    def turtle(self) -> str:
        """Return the description in Turtle, the values of a property together."""
        grouped: dict[str, list[Term]] = {}
        for predicate, term in self.facts:
            grouped.setdefault(predicate, []).append(term)
        lines = [f"{self.iri} a {self.cls}"]
        for predicate, terms in grouped.items():
            lines.append(f"    {predicate} " + " ,\n        ".join(terms))
        return " ;\n".join(lines) + " .\n"


@dataclass
class Record(Thing):
    """A record with an address of its own, and its parts."""

    kind: str = ""
    key: str = ""
    name: str = ""
    parts: list[Thing] = field(default_factory=list)

    def part(self, predicate: str, fragment: str, cls: str) -> Thing:
        """Add a part, linked from the record by ``predicate``."""
        thing = Thing(f"{self.iri[:-1]}#{fragment}>", cls)
        self.say(predicate, thing.iri)
        self.parts.append(thing)
        return thing

    def parts_of(self, predicate: str) -> list[Thing]:
        """Return the parts that ``predicate`` links to."""
        linked = set(self.all(predicate))
        return [part for part in self.parts if part.iri in linked]


@dataclass(frozen=True)
class Place:
    """A commune: its town hall, its centre, its parents."""

    code: str
    name: str
    departement: str
    epci: str
    epci_name: str
    population: int
    hall: tuple[float, float]
    centre: tuple[float, float]

    @property
    def iri(self) -> Term:
        """The territory of the reference data."""
        return territory(f"commune-{self.code}")

    @property
    def at(self) -> str:
        """Where: « à Gap », « au Thor », « aux Mées »."""
        for article, contracted in (("Le ", "au "), ("Les ", "aux ")):
            if self.name.startswith(article):
                return contracted + self.name.removeprefix(article)
        return f"à {self.name}"


@cache
def places() -> dict[str, Place]:
    """Return the communes of ``demo-places.csv`` by INSEE code."""
    path = Path(__file__).with_name("demo-places.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Place(
                code=row["code"],
                name=row["name"].replace("'", "’"),
                departement=row["departement"],
                epci=row["epci"],
                epci_name=row["epci_name"].replace("'", "’"),
                population=int(row["population"]),
                hall=(float(row["hall_lon"]), float(row["hall_lat"])),
                centre=(float(row["centre_lon"]), float(row["centre_lat"])),
            )
            for row in csv.DictReader(file)
        }


def territory(key: str) -> Term:
    """Return the IRI of a territory of the reference data."""
    return f"<id/territory/{key}>"


#: No line may break between a French quotation mark and what it quotes.
_INSIDE = re.compile("(?<=«) | (?=»)")


def text(value: str, language: str = "") -> Term:
    """Return a literal; the empty text says nothing."""
    if not value:
        return ""
    value = _INSIDE.sub("\u00a0", value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"@{language}' if language else f'"{escaped}"'


_DATE_TYPES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}


def date(value: str) -> Term:
    """Return a year, a month or a day as a literal; the empty text says nothing."""
    return f'"{value}"^^{_DATE_TYPES[len(value)]}' if value else ""


def count(value: int) -> Term:
    """Return a number of people as a literal."""
    return f'"{value}"^^xsd:nonNegativeInteger'


def plain(term: Term) -> str:
    """Return what a literal says, without quotes, language and type."""
    return term.split('"')[1] if '"' in term else term


def stages(record: Record) -> list[tuple[str, str]]:
    """Return the dated stages of an initiative, oldest first."""
    return sorted(
        (plain(part.one("faces:attestedOn")), part.one("faces:stage").partition(":")[2])
        for part in record.parts_of("faces:stageStatement")
    )


def slug(name: str) -> str:
    """Return a name as a label of a domain name."""
    ascii_name = unicodedata.normalize("NFKD", name.replace("’", " ").lower())
    kept = ascii_name.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", kept).strip("-")


def turtle(title: str, things: Iterable[Thing]) -> str:
    """Return a file: header, the prefixes that it uses, one block per record with its parts."""
    blocks = list(_blocks(things))
    body = "\n".join(blocks)
    used = sorted(p for p in PREFIXES if re.search(rf"(?<![\w/-]){p}:[A-Za-z]", body))
    declared = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in used)
    return f"{HEADER.format(title=title)}\n{declared}\n{body}"


def _blocks(things: Iterable[Thing]) -> Iterator[str]:
    for thing in things:
        parts = thing.parts if isinstance(thing, Record) else []
        yield "".join(one.turtle() for one in (thing, *parts))
