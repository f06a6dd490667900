"""How complete and how fresh the records are: of the whole release, or of one source.

Which fields are asked for, the shapes say: key facts, and what a warning wants. The index holds the
records that say each of them as a bitmap, so that counting takes O(kinds × fields) intersections,
whatever the number of records; for the file, times the number of sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyroaring import BitMap

from registry.namespaces import PREFIXES
from registry.releases.sources import Source
from registry.schema import Field, Kind
from registry.search.facets import DESCRIBED_BY, KIND, SAYS
from registry.texts import Text, best
from registry.web.links import Linker
from registry.web.site import Visit

_VERIFIED: Final = PREFIXES["faces"] + "verifiedOn"


@dataclass(frozen=True, slots=True)
class Said:
    """How many of some records say a field; ``share`` is in percent."""

    kind: Kind
    field: Field
    records: int
    saying: int

    @property
    def share(self) -> float:
        """How many of a hundred records say it."""
        return 100 * self.saying / self.records


@dataclass(frozen=True, slots=True)
class Freshness:
    """A source: its records, when it was imported, how many were verified, the last year of that.

    ``findings`` is what deserves attention in it.
    """

    iri: str
    title: str
    href: str
    records: int
    modified: str
    verified: int
    year: str
    findings: int

    @property
    def share(self) -> float | None:
        """How many of a hundred records were verified; None where there are no records."""
        return 100 * self.verified / self.records if self.records else None


class Completeness:
    """Counts of one release; ``sources`` are those that it describes or that describe records."""

    def __init__(self, view: Visit) -> None:
        self._view = view
        self._facets = view.release.index.facets
        known = view.release.sources
        self._sources: dict[str, Source | None] = {
            iri: known.get(iri) for iri in {*known, *self._facets.own(DESCRIBED_BY)}
        }
        hits = view.release.index.hits(self._sources, view.language)
        self._linker = Linker(view.site, hits, view.language)

    @property
    def sources(self) -> list[str]:
        """The IRIs of all sources, by title."""
        return sorted(self._sources, key=lambda iri: (self.title(iri), iri))

    def title(self, iri: str) -> str:
        """Return what a source is called."""
        if iri == self._view.site.iris.metadata_graph:
            return Text("The registry itself").to(self._view.language)
        source = self._sources.get(iri)
        label = self._linker.label(iri)
        return best(source.titles, self._view.language, label) if source else label

    def said(self, source: str = "") -> Iterator[Said]:
        """Yield how many records of each kind say each field; those of a source if one is given."""
        for kind in self._view.site.schema.kinds:
            records = self._records(source) & self._facets.having(KIND, [kind.segment])
            for field in self._view.site.schema.asked_for(kind) if records else ():
                saying = records.intersection_cardinality(self._facets.having(SAYS, [field.path]))
                yield Said(kind, field, len(records), saying)

    def freshness(self, iri: str, findings: int) -> Freshness:
        """Return how fresh a source is."""
        records, source = self._records(iri), self._sources[iri]
        years = self._facets.own(_VERIFIED)
        return Freshness(
            iri,
            self.title(iri),
            self._linker.href(iri)[0] if source else "",
            len(records),
            source.modified if source else "",
            records.intersection_cardinality(self._facets.having_any(_VERIFIED)),
            max((year for year, those in years.items() if those.intersect(records)), default=""),
            findings,
        )

    def _records(self, source: str) -> BitMap:
        if source:
            return self._facets.having(DESCRIBED_BY, [source])
        return self._facets.having_any(KIND)
