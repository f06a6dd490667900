"""What exists here: the initiatives of a territory, a theme or a network in figures, on its page.

Counted like ``/figures`` from the filters of the search, in memory: no query is asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from registry.schema import Field
from registry.search.facets import KIND
from registry.search.places import SPATIAL
from registry.search.spans import ACCOMPANIED, MEMBER, SHORTCUTS
from registry.texts import Text, best
from registry.web.figures import (
    INITIATIVE,
    Bar,
    Figures,
    Part,
    are_years,
    choices,
    listed,
    part,
    tiles,
)
from registry.web.networks import OFFERED
from registry.web.networks_asked import FOUNDED
from registry.web.search import short, those
from registry.web.search_sparql import as_sparql, years_as_sparql
from registry.web.site import Visit

#: Values of each filter that are shown; all of them are one click away.
_MOST_BARS: Final = 6
_HEIGHT: Final = 72
_HERE: Final = Text("What exists here")
_GATHERED: Final = Text("In figures")
#: Shortcut → what initiatives are that are related by it.
_RELATED: Final = {
    MEMBER: Text("In a network, year by year"),
    ACCOMPANIED: Text("Accompanied, year by year"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A year of the chart: places in percent of the width, height in pixels.

    ``until`` counts the records of this year and of those before, ``href`` lists those of the year,
    where that is said of each record once.
    """

    year: int
    count: int
    x: float
    width: float
    height: float
    until: int = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class Years:
    """How many records say each year, from the first that one says to the last.

    Or are related to others in it, as ``query`` asks. ``silent`` records say no year.
    """

    title: str
    columns: Sequence[Column]
    most: int
    silent: int
    founded: bool = False
    query: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """The numbers, the filters as bars, the years, and where the same initiatives are shown."""

    heading: str
    title: str
    tiles: Sequence[tuple[int, Text]]
    parts: Sequence[Part]
    years: Sequence[Years]
    alone: Bar | None
    ways: Mapping[str, str]


def portrait(view: Visit, iri: str) -> Portrait | None:
    """Return it for what is a value of a filter of initiatives; None where none has it."""
    chosen = _chosen(view, iri)
    if chosen is None:
        return None
    name, field = chosen
    counted = Figures(view, those(view, INITIATIVE, {field.path: (iri,)}))
    fields = {n: f for n, f in counted.what.fields.items() if n != name}
    years = {n: f for n, f in fields.items() if are_years(counted.values(f))}
    bars = [part(counted, n, f, _MOST_BARS) for n, f in fields.items() if n not in years]
    return Portrait(
        (_HERE if field.path == SPATIAL else _GATHERED).to(view.language),
        best(field.name, view.language),
        tiles(counted),
        [each for each in bars if _tells(each, counted.total)],
        list(_drawn(counted, years)),
        _alone(counted) if field.path != MEMBER else None,
        _ways(counted, (name, short(view, iri))),
    )


def _chosen(view: Visit, iri: str) -> tuple[str, Field] | None:
    """Return the first filter of initiatives of which some have the value."""
    facets = view.release.index.facets
    initiatives = facets.having(KIND, [INITIATIVE])
    for name, field in those(view, INITIATIVE, {}).fields.items():
        if facets.having(field.path, [iri]).intersect(initiatives):
            return name, field
    return None


def _tells(each: Part, total: int) -> bool:
    """Whether the values differ from record to record."""
    return bool(each.bars) and any(bar.count < total for bar in each.bars)


def _drawn(counted: Figures, years: Mapping[str, Field]) -> Iterator[Years]:
    """Yield the years of founding, those of relationships, and the others."""
    founded = {name: field for name, field in years.items() if field.path == FOUNDED}
    yield from (_years(counted, *each) for each in founded.items())
    yield from _related(counted)
    yield from (_years(counted, *each) for each in years.items() if each[0] not in founded)


def _years(counted: Figures, name: str, field: Field) -> Years:
    said = {int(each.value): each.count for each in counted.values(field)}
    columns = _columns(said)
    until = itertools.accumulate(each.count for each in columns)
    columns = [
        replace(each, until=total, href=listed(counted, (name, str(each.year))))
        for each, total in zip(columns, until, strict=True)
    ]
    silent = counted.total - counted.having_any(field.path)
    title = best(field.name, counted.view.language)
    return Years(title, columns, max(said.values()), silent, field.path == FOUNDED)


def _columns(said: Mapping[int, int]) -> list[Column]:
    """Return a column for each year from the first to the last that has a number."""
    every = range(min(said), max(said) + 1)
    most, step = max(said.values()), 100 / len(every)
    return [
        Column(
            year,
            said.get(year, 0),
            round(place * step + step * 0.1, 3),
            round(step * 0.8, 3),
            round(_HEIGHT * said.get(year, 0) / most, 1),
        )
        for place, year in enumerate(every)
    ]


def _related(counted: Figures) -> Iterator[Years]:
    """Yield how many of the records were related to others in each year until now."""
    view = counted.view
    spans = view.release.index.spans
    for shortcut in SHORTCUTS:
        said = {
            year: len(counted.records & spans.holding(shortcut.path, year))
            for year in spans.years(shortcut.path, view.release.manifest.year)
        }
        named = [year for year, number in said.items() if number]
        if named:
            columns = _columns({year: said[year] for year in range(named[0], max(said) + 1)})
            query = years_as_sparql(counted.what, shortcut, (each.year for each in columns))
            yield Years(
                _RELATED[shortcut.path].to(view.language),
                columns,
                max(said.values()),
                len(counted.records & spans.undated(shortcut.path)),
                query=view.link("/sparql", query=query, format="html", view="chart"),
            )


def _alone(counted: Figures) -> Bar | None:
    """Return the initiatives in no network, and where they are listed."""
    alone = counted.records - counted.facets.having_any(MEMBER)
    if not alone:
        return None
    query = as_sparql(counted.what, counted.view.language, without=MEMBER)
    return Bar("", len(alone), 0, counted.view.link("/sparql", query=query, format="html"))


def _ways(counted: Figures, choice: tuple[str, str]) -> dict[str, str]:
    """Return the pages that show the same initiatives, by what they are."""
    link, own = counted.view.link, urlencode([choice])
    ways = {
        "list": link(f"/search?{urlencode(choices(counted))}"),
        "map": link(f"/map?{urlencode(choices(counted))}"),
        "figures": link(f"/figures?{own}"),
    }
    if choice[0] in OFFERED:
        ways["networks"] = link(f"/networks?{own}")
    return ways
