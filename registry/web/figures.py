"""``/figures``: the registry in figures, of all records or of those that filters leave.

The filters are those of the search, and every number leads to the records that it counts. A table
crosses two of them; it is also there as CSV with its metadata and as an RDF Data Cube
(``figures_files``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from pyroaring import BitMap

from registry.errors import UsageError
from registry.namespaces import PREFIXES
from registry.schema import Field
from registry.search.facets import KIND, ValueCount
from registry.search.places import SPATIAL
from registry.search.spans import ACCOMPANIED, MEMBER
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator
from registry.web.links import Linker, query_string
from registry.web.rendering import page
from registry.web.search import Asked, asked, is_year, parameter, short
from registry.web.search_sparql import counts_as_sparql
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("figures", __name__)

_VARY: Final = "Accept-Language"
INITIATIVE: Final = "initiative"
_ACCOMPANIMENT: Final = "accompaniment"
_STAGE: Final = PREFIXES["faces"] + "latestStage"
_APPROACH: Final = PREFIXES["faces"] + "approach"
#: Values of one filter that are listed; a table may have so many rows and columns.
MOST_BARS: Final = 12
_MOST_LINES: Final = 60


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a filter, with its name; ``value`` is an IRI or a year."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Bar:
    """How many records have a value: the number, its share of all in percent, where it leads."""

    name: str
    count: int
    share: float
    href: str


@dataclass(frozen=True, slots=True)
class Part:
    """The values of one filter as bars; ``others`` are not shown, ``silent`` records say none."""

    title: str
    bars: tuple[Bar, ...]
    others: int
    silent: int


@dataclass(frozen=True, slots=True)
class Crossed:
    """Two filters crossed: how many records have a value of the one and of the other."""

    rows: Field
    columns: Field
    row_values: tuple[Value, ...]
    column_values: tuple[Value, ...]
    counts: tuple[tuple[int, ...], ...]


def wanted(view: Visit) -> Asked:
    """Return what the address asks to count. Raises UsageError where there is no such kind."""
    segment = request.args.get("kind") or INITIATIVE
    if view.site.schema.kind(segment) is None:
        raise UsageError(
            Text("There is no kind of records “{kind}”.", kind=segment[:40]), where="kind"
        )
    return asked(view, segment)


class Figures:
    """What is counted: the records that filters leave."""

    def __init__(self, view: Visit, what: Asked) -> None:
        self.view = view
        self.what = what
        self.facets = view.release.index.facets
        everything = self.facets.having(KIND, self.what.segments)
        self.records: BitMap = self.facets.chosen(everything, self.what.wanted.choices)

    @property
    def total(self) -> int:
        """How many records there are."""
        return len(self.records)

    def having_any(self, path: str) -> int:
        """Return how many of the records have any value of a property."""
        return self.records.intersection_cardinality(self.facets.having_any(path))

    def values(self, field: Field) -> list[ValueCount]:
        """Return the values that the records have, in their order or the most frequent first."""
        # Those that were chosen are opened: their parts say more than they themselves.
        counts = self.facets.counts(field.path, self.records, {})
        while len(counts) == 1 and counts[0].below:
            counts = list(counts[0].below)
        for each in counts:
            if each.below and each.value in self.what.wanted.choices.get(field.path, ()):
                counts = list(each.below)
        return in_order(counts, self.view)

    def names(self, values: Iterable[str]) -> Linker:
        """Return what knows the names of values."""
        hits = self.view.release.index.hits(values, self.view.language)
        return Linker(self.view.site, hits, self.view.language)

    def crossed(self) -> Crossed | None:
        """Return the table that the address asks for, by territory and stage if it does not."""
        rows, columns = self._field("rows", SPATIAL), self._field("columns", _STAGE)
        if rows is None or columns is None:
            return None
        down, across = (self.values(field)[:_MOST_LINES] for field in (rows, columns))
        linker = self.names({each.value for each in (*down, *across)})
        across_sets = [self.facets.having(columns.path, [each.value]) for each in across]
        counts = []
        for each in down:
            found = self.records & self.facets.having(rows.path, [each.value])
            counts.append(tuple(found.intersection_cardinality(other) for other in across_sets))
        return Crossed(
            rows,
            columns,
            tuple(Value(each.value, _name(linker, each.value)) for each in down),
            tuple(Value(each.value, _name(linker, each.value)) for each in across),
            tuple(counts),
        )

    def _field(self, name: str, default: str) -> Field | None:
        fields = self.what.fields
        wanted = request.args.get(name)
        if wanted is None:
            return next((f for f in fields.values() if f.path == default), None)
        if wanted not in fields:
            raise UsageError(
                Text("Nothing can be counted by “{name}”.", name=wanted[:40]),
                where=name,
                expected=Text("Expected: {expected}.", expected=", ".join(fields)),
            )
        return fields[wanted]


def in_order(counts: Sequence[ValueCount], view: Visit) -> list[ValueCount]:
    """Return years and what has a position in its vocabulary in order, others as they are."""
    if are_years(counts):
        return sorted(counts, key=lambda each: each.value)
    places = view.release.positions
    return sorted(counts, key=lambda each: places.get(each.value, len(places) + 1))


def are_years(counts: Sequence[ValueCount]) -> bool:
    """Whether the values of a filter are years."""
    return bool(counts) and all(is_year(each.value) for each in counts)


def _name(linker: Linker, value: str) -> str:
    return value if is_year(value) else linker.label(value)


@blueprint.get("/figures")
def figures() -> Response:
    """Show how many records there are, by each filter, and two of them crossed."""
    view = visit()
    etag = page_validator(view, "figures")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    counted = Figures(view, wanted(view))
    what, crossed = counted.what, counted.crossed()
    approaches = None
    if not what.wanted.choices and what.segments == (INITIATIVE,):
        approaches = _approaches(view)
    return page(
        view,
        etag,
        "figures.html",
        vary=_VARY,
        what=what,
        kind=what.kinds[0],
        total=counted.total,
        tiles=tiles(counted),
        parts_of=[part(counted, name, field) for name, field in what.fields.items()],
        approaches=approaches,
        crossed=crossed,
        fields={name: best(f.name, view.language) for name, f in what.fields.items()},
        cell=lambda row, column: _cell(counted, crossed, row, column),
        chips=_chips(counted),
        kept=[(k, v) for k, v in choices(counted)],
        files={name: _file(view, end) for name, end in (("CSV", "csv"), ("Data Cube", "ttl"))},
        sparql=_sparql(counted, crossed),
        records_here=view.link(f"/search?{urlencode(choices(counted))}"),
    )


def choices(counted: Figures) -> list[tuple[str, str]]:
    """Return kind and choices as an address of the search names them."""
    chosen = [
        (parameter(field), short(counted.view, value))
        for field in counted.what.fields.values()
        for value in counted.what.wanted.choices.get(field.path, ())
    ]
    return [("kind", counted.what.segments[0]), *chosen]


def listed(counted: Figures, *more: tuple[str, str]) -> str:
    """Return where the records are listed that have these values, too."""
    names = {name for name, _ in more}
    kept = [pair for pair in choices(counted) if pair[0] not in names]
    added = [(name, short(counted.view, value)) for name, value in more]
    return counted.view.link(f"/search?{query_string([*kept, *added])}")


def tiles(counted: Figures) -> list[tuple[int, Text]]:
    """Return the numbers at the top, with what they count."""
    if counted.what.segments != (INITIATIVE,):
        return []
    member = counted.having_any(MEMBER)
    alone = counted.total - member
    share = round(100 * alone / counted.total) if counted.total else 0
    return [
        (counted.total, Text("initiatives")),
        (member, Text("in a network")),
        (alone, Text("in no network ({share} %)", share=share)),
        (counted.having_any(ACCOMPANIED), Text("accompanied now")),
    ]


def part(counted: Figures, name: str, field: Field, most: int = MOST_BARS) -> Part:
    """Return the values of a filter as bars, so many of them at most; of years all."""
    values = counted.values(field)
    seen = values if are_years(values) else values[:most]
    linker = counted.names({each.value for each in seen})
    bars = tuple(
        Bar(
            _name(linker, each.value),
            each.count,
            100 * each.count / counted.total,
            listed(counted, (name, each.value)),
        )
        for each in seen
        if each.count
    )
    silent = counted.total - counted.having_any(field.path)
    title = best(field.name, counted.view.language)
    return Part(title, bars, len(values) - len(seen), silent)


def _approaches(view: Visit) -> Part | None:
    """Return the share of each approach among the accompaniments that say theirs."""
    facets = view.release.index.facets
    records = facets.having(KIND, [_ACCOMPANIMENT])
    said = records & facets.having_any(_APPROACH)
    counts = facets.counts(_APPROACH, records, {})
    hits = view.release.index.hits({each.value for each in counts}, view.language)
    linker = Linker(view.site, hits, view.language)
    bars = tuple(
        Bar(
            linker.label(each.value),
            each.count,
            100 * each.count / len(said),
            view.link(f"/search?kind={_ACCOMPANIMENT}&approach={short(view, each.value)}"),
        )
        for each in counts
    )
    title = Text("Accompaniments by approach").to(view.language)
    return Part(title, bars, 0, len(records) - len(said)) if bars else None


def _cell(counted: Figures, crossed: Crossed | None, row: int, column: int) -> str:
    if crossed is None:
        return ""
    return listed(
        counted,
        (parameter(crossed.rows), crossed.row_values[row].value),
        (parameter(crossed.columns), crossed.column_values[column].value),
    )


def _chips(counted: Figures) -> list[tuple[str, str]]:
    """Return what was chosen, and the address without it."""
    pairs = choices(counted)[1:]
    linker = counted.names(
        value for values in counted.what.wanted.choices.values() for value in values
    )
    found = []
    for field in counted.what.fields.values():
        for value in counted.what.wanted.choices.get(field.path, ()):
            left = [p for p in pairs if p != (parameter(field), short(counted.view, value))]
            address = f"/figures?{urlencode(left)}" if left else "/figures"
            title = best(field.name, counted.view.language)
            found.append((f"{title} : {_name(linker, value)}", counted.view.link(address)))
    return found


def _file(view: Visit, extension: str) -> str:
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in {"lang", "release"}]
    return view.link(f"/figures.{extension}{'?' if kept else ''}{urlencode(kept)}")


def _sparql(counted: Figures, crossed: Crossed | None) -> str:
    if crossed is None:
        return ""
    values = [(crossed.rows.path, [each.value for each in crossed.row_values])]
    values.append((crossed.columns.path, [each.value for each in crossed.column_values]))
    query = counts_as_sparql(counted.what, values)
    return counted.view.link("/sparql", query=query, format="html")
