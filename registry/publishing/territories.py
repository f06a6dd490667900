"""The reference territories: regions chosen from the shipped tables, as a contribution.

``geo:sfWithin`` is stated where it is true: an intermunicipal authority (EPCI) that straddles the
border of a region lies within none, and says with ``faces:overlaps`` where its communes are. The
regions and départements on the other side are described too, without what they contain.
"""

from __future__ import annotations

import csv
import difflib
import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from registry import resources
from registry.errors import UsageError
from registry.findings import Place, Problem
from registry.identifiers import Iris
from registry.importing.model import Statement
from registry.namespaces import RDF_TYPE, RDFS_LABEL, term
from registry.texts import Text

_VOCABULARIES: Final = "https://w3id.org/faces/vocab/"
_SUPERSEDED: Final = NamedNode(_VOCABULARIES + "record-status/superseded")
_PRECISION: Final = NamedNode(_VOCABULARIES + "geocoding-precision/commune")
_INSEE_CODE: Final = NamedNode("http://rdf.insee.fr/def/geo#codeINSEE")
_VINTAGE: Final = Literal("2026", datatype=term("xsd:gYear"))
_METHODS: Final = {
    "hall": (Literal("mairie", language="fr"), Literal("town hall", language="en")),
    "centre": (
        Literal("centre du contour de la commune", language="fr"),
        Literal("centre of the outline of the commune", language="en"),
    ),
}
_COUNTRY: Final = "country-fr"
#: What the tables call a commune → its kind and the beginning of its key.
_COMMUNE: Final = ("commune", "commune")
_COMMUNES: Final = {
    "commune": _COMMUNE,
    "merged": _COMMUNE,
    "unnamed": _COMMUNE,
    "arrondissement": ("municipal-arrondissement", "arrondissement"),
}

Row = Mapping[str, str]


class Region(NamedTuple):
    """A region, and how much of each kind it has; an EPCI counts where it has communes."""

    code: str
    name: str
    departements: int
    epci: int
    communes: int


class Territories:
    """The territories of the regions with these codes, and the country."""

    skips_invalid_rows = False

    def __init__(self, iris: Iris, regions: Sequence[str]) -> None:
        names = {row["code"]: row["name"] for _, row in _rows("regions")}
        for code in regions:
            if code not in names:
                raise _unknown(code, names)
        self._iris = iris
        self._chosen = frozenset(regions)
        self._epci = [e for _, e in _rows("epci") if self._chosen & {*e["regions"].split()}]
        self._regions = self._chosen.union(*(e["regions"].split() for e in self._epci))
        overlapped = {code for e in self._epci for code in e["departements"].split()}
        self._departements = overlapped | {
            d["code"] for _, d in _rows("departements") if d["region"] in self._chosen
        }

    def statements(
        self,
        leave_out: frozenset[int] = frozenset(),  # noqa: ARG002 — no row is left out
    ) -> Iterator[Statement]:
        """Yield the description of the source, then that of each territory."""
        about = _folder() / "about.ttl"
        place = Place(str(about))
        for quad in pyoxigraph.parse(
            path=str(about), format=RdfFormat.TURTLE, base_iri=self._iris.base
        ):
            yield Statement(quad.triple, place)
        tables: dict[str, Callable[[Row], Iterator[Triple]]] = {
            "regions": self._region,
            "departements": self._departement,
            "epci": self._authority,
            "communes": self._commune,
        }
        for name, described in tables.items():
            for line, row in _rows(name):
                place = Place(str(_path(name)), line)
                for triple in described(row):
                    yield Statement(triple, place)
        yield from (Statement(triple, place) for triple in self._country())

    def problems(self) -> list[Problem]:
        """Return nothing: the tables are shipped, and tested."""
        return []

    def _iri(self, key: str) -> NamedNode:
        return NamedNode(self._iris.record("territory", key))

    def _named(self, key: str, kind: str, name: str, code: str) -> Iterator[Triple]:
        territory = self._iri(key)
        yield Triple(territory, RDF_TYPE, term("faces:Territory"))
        yield Triple(territory, RDFS_LABEL, Literal(name, language="fr"))
        kind_iri = NamedNode(f"{_VOCABULARIES}territory-kind/{kind}")
        yield Triple(territory, term("faces:territoryKind"), kind_iri)
        yield Triple(territory, term("dcterms:identifier"), Literal(code))

    def _official(self, key: str, kind: str, row: Row) -> Iterator[Triple]:
        territory, code = self._iri(key), row["code"]
        yield from self._named(key, kind, row["name"] or f"Ancienne commune {code}", code)
        yield Triple(territory, _INSEE_CODE, Literal(code, datatype=term("xsd:token")))
        yield Triple(territory, term("faces:vintage"), _VINTAGE)
        if population := row.get("population"):
            number = Literal(population, datatype=term("xsd:nonNegativeInteger"))
            yield Triple(territory, term("faces:population"), number)

    def _country(self) -> Iterator[Triple]:
        yield from self._named(_COUNTRY, "country", "France", "FR")
        yield Triple(self._iri(_COUNTRY), RDFS_LABEL, Literal("France", language="en"))

    def _region(self, row: Row) -> Iterator[Triple]:
        if row["code"] in self._regions:
            key = f"region-{row['code']}"
            yield from self._official(key, "region", row)
            yield self._within(key, _COUNTRY)

    def _departement(self, row: Row) -> Iterator[Triple]:
        if row["code"] in self._departements:
            key = f"departement-{row['code']}"
            yield from self._official(key, "departement", row)
            yield self._within(key, f"region-{row['region']}")

    def _authority(self, row: Row) -> Iterator[Triple]:
        """Describe an EPCI that has a commune in a chosen region."""
        regions = row["regions"].split()
        if self._chosen.isdisjoint(regions):
            return
        key = f"epci-{row['code']}"
        yield from self._official(key, "epci", row)
        if len(regions) == 1:
            yield self._within(key, f"region-{regions[0]}")
        else:
            yield from (self._overlaps(key, f"region-{code}") for code in regions)
        for code in row["departements"].split():
            yield self._overlaps(key, f"departement-{code}")

    def _commune(self, row: Row) -> Iterator[Triple]:
        if row["region"] not in self._chosen:
            return
        kind, prefix = _COMMUNES[row["kind"]]
        key, whole = f"{prefix}-{row['code']}", f"commune-{row['part_of']}"
        territory = self._iri(key)
        yield from self._official(key, kind, row)
        if row["other_name"]:
            other = Literal(row["other_name"], language="fr")
            yield Triple(territory, term("skos:altLabel"), other)
        if not row["part_of"]:
            yield self._within(key, f"departement-{row['departement']}")
        elif row["kind"] != "unnamed":  # of which the successor may have received a part only
            yield self._within(key, whole)
        if row["epci"]:
            yield self._within(key, f"epci-{row['epci']}")
        if row["kind"] in {"merged", "unnamed"}:
            yield Triple(territory, term("dcterms:isReplacedBy"), self._iri(whole))
            yield Triple(territory, term("adms:status"), _SUPERSEDED)
        for code in row["postal_codes"].split():
            yield Triple(territory, term("faces:postalCode"), Literal(code))
        if row["point"]:
            yield from self._point(territory, row)

    def _point(self, territory: NamedNode, row: Row) -> Iterator[Triple]:
        geometry = NamedNode(territory.value + "#geometry")
        wkt = f"POINT({row['longitude']} {row['latitude']})"
        yield Triple(territory, term("geo:hasGeometry"), geometry)
        yield Triple(geometry, RDF_TYPE, term("geo:Geometry"))
        yield Triple(geometry, term("geo:asWKT"), Literal(wkt, datatype=term("geo:wktLiteral")))
        yield Triple(geometry, term("faces:geocodingPrecision"), _PRECISION)
        for method in _METHODS[row["point"]]:
            yield Triple(geometry, term("faces:geocodingMethod"), method)

    def _within(self, key: str, other: str) -> Triple:
        return Triple(self._iri(key), term("geo:sfWithin"), self._iri(other))

    def _overlaps(self, key: str, other: str) -> Triple:
        return Triple(self._iri(key), term("faces:overlaps"), self._iri(other))


def available() -> list[Region]:
    """Return every region, by code."""
    departements = Counter(row["region"] for _, row in _rows("departements"))
    epci = Counter(code for _, row in _rows("epci") for code in row["regions"].split())
    communes = Counter(row["region"] for _, row in _rows("communes") if row["kind"] == "commune")
    return [
        Region(code, row["name"], departements[code], epci[code], communes[code])
        for _, row in _rows("regions")
        for code in (row["code"],)
    ]


def _folder() -> Path:
    return resources.folder("data/territories")


def _path(name: str) -> Path:
    return _folder() / f"{name}.csv.gz"


def _rows(name: str) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a table with their lines."""
    with gzip.open(_path(name), "rt", encoding="utf-8", newline="") as file:
        yield from enumerate(csv.DictReader(file), start=2)


def _unknown(code: str, names: Mapping[str, str]) -> UsageError:
    spelt = {text.casefold(): number for number, name in names.items() for text in (number, name)}
    near = [spelt[text] for text in difflib.get_close_matches(code.casefold(), spelt, 1)]
    listed = Text("“faces territories” lists the regions.")
    meant = [Text("Did you mean {code} ({name})?", code=c, name=names[c]) for c in near]
    return UsageError(
        Text("“{code}” is the code of no region.", code=code),
        where="--region",
        expected=Text("One of: {codes}.", codes=", ".join(sorted(names))),
        remedy=next(iter(meant), listed),
    )
