"""The reference territories: regions chosen from the shipped tables, as a contribution.

``geo:sfWithin`` is stated where it is true: an intermunicipal authority (EPCI) that straddles the
border of a région lies within none, and says with ``faces:overlaps`` where its communes are.
"""

from __future__ import annotations

import csv
import difflib
import gzip
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from registry import resources
from registry.errors import UsageError
from registry.findings import Place, Problem
from registry.identifiers import Iris
from registry.importing.model import Statement
from registry.namespaces import RDF_TYPE, term
from registry.texts import Text

_FOLDER: Final = "data/territories"
_VINTAGE: Final = "2026"
_KINDS: Final = "https://w3id.org/faces/vocab/territory-kind/"
_PRECISION: Final = NamedNode("https://w3id.org/faces/vocab/geocoding-precision/commune")
_CODE: Final = NamedNode("http://rdf.insee.fr/def/geo#codeINSEE")
_METHOD: Final = Literal("point à l’intérieur du contour de la commune", language="fr")
_COUNTRY: Final = "country-fr"

Row = Mapping[str, str]


class Territories:
    """All territories of the regions with these codes; the country with them."""

    skips_invalid_rows = False

    def __init__(self, iris: Iris, regions: Sequence[str]) -> None:
        known = {row["code"] for row in _rows("regions")}
        for code in regions:
            if code not in known:
                raise _unknown(code, known)
        self._iris = iris
        self._regions = frozenset(regions)
        self._departements = frozenset(
            row["code"] for row in _rows("departements") if row["region"] in self._regions
        )

    def statements(
        self,
        leave_out: frozenset[int] = frozenset(),  # noqa: ARG002 — there are no faulty rows
    ) -> Iterator[Statement]:
        """Yield the description of the source, then that of each territory."""
        about = resources.folder(_FOLDER) / "about.ttl"
        place = Place(str(about))
        for quad in pyoxigraph.parse(
            path=str(about), format=RdfFormat.TURTLE, base_iri=self._iris.base
        ):
            yield Statement(quad.triple, place)
        for name, read in (
            ("regions", self._region),
            ("departements", self._departement),
            ("epci", self._epci),
            ("communes", self._commune),
        ):
            place = Place(str(resources.folder(_FOLDER) / f"{name}.csv.gz"))
            for row in _rows(name):
                for triple in read(row):
                    yield Statement(triple, place)
        for triple in self._country():
            yield Statement(triple, place)

    def problems(self) -> list[Problem]:
        """Return nothing: the tables are shipped, and tested."""
        return []

    def _iri(self, key: str) -> NamedNode:
        return NamedNode(self._iris.record("territory", key))

    def _named(self, key: str, kind: str, name: str, code: str) -> Iterator[Triple]:
        territory = self._iri(key)
        yield Triple(territory, RDF_TYPE, term("faces:Territory"))
        yield Triple(territory, term("rdfs:label"), Literal(name, language="fr"))
        yield Triple(territory, term("faces:territoryKind"), NamedNode(_KINDS + kind))
        yield Triple(territory, term("dcterms:identifier"), Literal(code))

    def _official(self, key: str, kind: str, name: str, code: str) -> Iterator[Triple]:
        territory = self._iri(key)
        yield from self._named(key, kind, name, code)
        yield Triple(territory, _CODE, Literal(code, datatype=term("xsd:token")))
        vintage = Literal(_VINTAGE, datatype=term("xsd:gYear"))
        yield Triple(territory, term("faces:vintage"), vintage)

    def _country(self) -> Iterator[Triple]:
        yield from self._named(_COUNTRY, "country", "France", "FR")
        english = Literal("France", language="en")
        yield Triple(self._iri(_COUNTRY), term("rdfs:label"), english)

    def _region(self, row: Row) -> Iterator[Triple]:
        if row["code"] in self._regions:
            key = f"region-{row['code']}"
            yield from self._official(key, "region", row["name"], row["code"])
            yield self._within(key, _COUNTRY)

    def _departement(self, row: Row) -> Iterator[Triple]:
        if row["region"] in self._regions:
            key = f"departement-{row['code']}"
            yield from self._official(key, "departement", row["name"], row["code"])
            yield self._within(key, f"region-{row['region']}")

    def _epci(self, row: Row) -> Iterator[Triple]:
        """Describe an authority with a commune here; of its other sides, what is loaded."""
        regions = row["regions"].split()
        if self._regions.isdisjoint(regions):
            return
        key = f"epci-{row['code']}"
        yield from self._official(key, "epci", row["name"], row["code"])
        here = self._regions.intersection(regions)
        if len(regions) == 1:
            yield self._within(key, f"region-{regions[0]}")
        for region in sorted(here) if len(regions) > 1 else ():
            yield self._overlaps(key, f"region-{region}")
        for departement in row["departements"].split():
            if departement in self._departements:
                yield self._overlaps(key, f"departement-{departement}")

    def _commune(self, row: Row) -> Iterator[Triple]:
        if row["region"] not in self._regions:
            return
        arrondissement = row["kind"] == "arrondissement"
        kind = "municipal-arrondissement" if arrondissement else "commune"
        key = _commune_key(row)
        territory = self._iri(key)
        yield from self._official(key, kind, row["name"], row["code"])
        if row["kind"] == "commune":
            yield self._within(key, f"departement-{row['departement']}")
            if row["epci"]:
                yield self._within(key, f"epci-{row['epci']}")
        else:
            yield self._within(key, f"commune-{row['part_of']}")
        if row["kind"] == "merged":
            successor = self._iri(f"commune-{row['part_of']}")
            yield Triple(territory, term("dcterms:isReplacedBy"), successor)
        if row["population"]:
            population = Literal(row["population"], datatype=term("xsd:nonNegativeInteger"))
            yield Triple(territory, term("faces:population"), population)
        for code in row["postal_codes"].split():
            yield Triple(territory, term("faces:postalCode"), Literal(code))
        if row["longitude"]:
            yield from self._point(territory, row)

    def _point(self, territory: NamedNode, row: Row) -> Iterator[Triple]:
        geometry = NamedNode(territory.value + "#geometry")
        wkt = Literal(
            f"POINT({row['longitude']} {row['latitude']})", datatype=term("geo:wktLiteral")
        )
        yield Triple(territory, term("geo:hasGeometry"), geometry)
        yield Triple(geometry, RDF_TYPE, term("geo:Geometry"))
        yield Triple(geometry, term("geo:asWKT"), wkt)
        yield Triple(geometry, term("faces:geocodingPrecision"), _PRECISION)
        yield Triple(geometry, term("faces:geocodingMethod"), _METHOD)

    def _within(self, key: str, other: str) -> Triple:
        return Triple(self._iri(key), term("geo:sfWithin"), self._iri(other))

    def _overlaps(self, key: str, other: str) -> Triple:
        return Triple(self._iri(key), term("faces:overlaps"), self._iri(other))


def available() -> list[tuple[str, str, int]]:
    """Return code, name and number of communes of every region, by code."""
    counts: dict[str, int] = {}
    for row in _rows("communes"):
        if row["kind"] == "commune":
            counts[row["region"]] = counts.get(row["region"], 0) + 1
    return [(row["code"], row["name"], counts.get(row["code"], 0)) for row in _rows("regions")]


def _commune_key(row: Row) -> str:
    kind = "arrondissement" if row["kind"] == "arrondissement" else "commune"
    return f"{kind}-{row['code']}"


def _rows(name: str) -> Iterator[Row]:
    path = resources.folder(_FOLDER) / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _unknown(code: str, known: set[str]) -> UsageError:
    near = difflib.get_close_matches(code, known, 1, 0.3)
    return UsageError(
        Text("There is no region “{code}”.", code=code),
        where="--region",
        expected=Text("One of: {codes}.", codes=", ".join(sorted(known))),
        remedy=Text("Did you mean “{near}”?", near=near[0]) if near else None,
    )
