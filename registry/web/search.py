"""``/search`` and ``/browse/{kind}``: records by words and by filters, every state an address.

Which filters there are, what they are called and in which order comes from the shapes
(``faces:facetOrder``); how many records each choice would leave, from the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, abort, request
from markupsafe import Markup, escape

from registry.errors import NotFoundError
from registry.schema import Field, Kind
from registry.search.facets import KIND, ValueCount
from registry.search.folding import sort_key
from registry.search.index import BEST, MARK, NAME, NEWEST, Found, Hit, Match, Wanted
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator
from registry.web.demonstration import made_up
from registry.web.links import Linker, document_path, query_string
from registry.web.paging import page_number
from registry.web.rendering import page
from registry.web.search_sparql import as_sparql
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("search", __name__)

_VARY: Final = "Accept-Language"
_LONGEST_QUESTION: Final = 300
#: Values of one filter that an address may name.
_MOST_CHOICES: Final = 20
#: Values of a filter that are seen at first, and at all.
_FIRST_VALUES: Final = 8
_MOST_VALUES: Final = 60
#: A proposal looks through the index for each word.
_MOST_WORDS: Final = 4
_TABLE: Final = "table"
_KIND_TITLE: Final = Text("Kind of record")
ORDERS: Final = {BEST: Text("Best match"), NAME: Text("Name"), NEWEST: Text("Newest first")}
#: So many rows of a workbook take some seconds to write; CSV and Turtle have no such end.
MOST_ROWS: Final = 50_000
DOWNLOADS: Final = {"csv": "CSV", "xlsx": "XLSX", "geojson": "GeoJSON", "ttl": "Turtle"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: words, choices, order, and the kinds that it is about."""

    wanted: Wanted
    kinds: tuple[Kind, ...]
    fields: dict[str, Field]
    #: Whether there is anything to look for.
    anything: bool

    @property
    def segments(self) -> tuple[str, ...]:
        """The kinds' path segments."""
        return tuple(kind.segment for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter: its name, how many records have it, and where choosing it leads."""

    text: str
    count: int
    href: str
    chosen: bool
    below: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with the values seen at first, the others, and how many are not shown at all."""

    title: str
    first: tuple[Choice, ...]
    others: tuple[Choice, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A record of the list; ``reason`` is the place that holds the words, where no name does."""

    hit: Hit
    path: str
    reason: Markup | None
    reason_language: str
    cells: tuple[str, ...]


def parameter(field: Field) -> str:
    """Return the name of a filter in an address: the end of its property's IRI."""
    return field.path.replace("#", "/").rpartition("/")[2]


def asked(view: Visit, segment: str | None = None) -> Asked:
    """Return what the current address asks for, about one kind or ``?kind=``."""
    schema = view.site.schema
    words = request.args.get("q", "").strip()[:_LONGEST_QUESTION]
    kind = schema.kind(segment or request.args.get("kind", ""))
    kinds = (kind,) if kind else tuple(k for k in schema.kinds if k.listed)
    fields = {parameter(each): each for each in schema.facets(kinds)}
    choices = {
        each.path: tuple(_full(view, value) for value in values[:_MOST_CHOICES])
        for name, each in fields.items()
        if (values := [v for v in request.args.getlist(name) if v])
    }
    order = request.args.get("sort", "")
    order = order if order in ORDERS else BEST
    anything = bool(words or choices or kind)
    return Asked(Wanted(words, choices, order), kinds, fields, anything)


def those(view: Visit, segment: str, choices: dict[str, tuple[str, ...]]) -> Asked:
    """Return what an address would ask for that names a kind of records and these choices."""
    schema = view.site.schema
    kinds = tuple(filter(None, (schema.kind(segment),)))
    fields = {parameter(each): each for each in schema.facets(kinds)}
    return Asked(Wanted("", choices, BEST), kinds, fields, anything=True)


def _full(view: Visit, value: str) -> str:
    """Return the value that an address names: an IRI below the base is written without it."""
    return view.site.iris.iri(value) if value.startswith(("id/", "vocab/")) else value


def short(view: Visit, value: str) -> str:
    """Return a value as an address names it."""
    path = (view.site.iris.path(value) or "").lstrip("/")
    return path if path.startswith(("id/", "vocab/")) else value


def is_year(value: str) -> bool:
    """Whether a value of a filter is a year; the others are IRIs."""
    return value.isdigit()


@blueprint.get("/search")
def search() -> Response:
    """Find records by the words of their names, codes and descriptions, and by filters."""
    return _page(None)


@blueprint.get("/browse/<segment>")
def browse(segment: str) -> Response:
    """List the records of one kind, by name."""
    kind = visit().site.schema.kind(segment)
    if kind is None:
        abort(404)
    return _page(kind)


def _page(kind: Kind | None) -> Response:
    view = visit()
    etag = page_validator(view, "search")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    what = asked(view, kind.segment if kind else None)
    number, size = page_number(), view.site.settings.page_size
    index = view.release.index
    found = index.find(
        what.wanted,
        what.segments,
        view.language,
        offset=(number - 1) * size,
        limit=size if what.anything else 0,
    )
    if number > 1 and not found.matches:
        raise NotFoundError(Text("There is no page “{page}”.", page=str(number)))
    maker = Maker(view, what, found)
    as_table = request.args.get("view") == _TABLE
    columns = [f for f in what.fields.values() if as_table and len(what.kinds) == 1]
    return page(
        view,
        etag,
        "search.html",
        vary=_VARY,
        kind=kind,
        what=what,
        question=what.wanted.words,
        total=found.total if what.anything else None,
        of_kind=len(index.facets.having(KIND, what.segments)),
        shown=maker.shown(columns),
        columns=[best(field.name, view.language) for field in columns],
        as_table=as_table,
        made_up=made_up(view, (match.hit.iri for match in found.matches)),
        filters=maker.filters(),
        chips=maker.chips(),
        all_kinds={k.segment: k for k in view.site.schema.kinds},
        suggestion=_suggestion(view, what, found),
        number=number,
        size=size,
        here=maker.address,
        kept=maker.pairs,
        orders=ORDERS,
        downloads={
            name: maker.download(extension)
            for extension, name in DOWNLOADS.items()
            if extension != "xlsx" or found.total <= MOST_ROWS
        },
        map=maker.map(),
        sparql=view.link("/sparql", query=as_sparql(what, view.language), format="html"),
    )


def _suggestion(view: Visit, what: Asked, found: Found) -> tuple[str, str] | None:
    """Return a question like the one that found nothing, and its address; None where it is odd."""
    if not what.wanted.words or found.records:
        return None
    index = view.release.index
    words = what.wanted.words.split()
    if len(words) > _MOST_WORDS:
        return None
    better = " ".join(word if _found(view, word) else index.nearest(word) or word for word in words)
    if sort_key(better) == sort_key(what.wanted.words):
        return None
    return better, view.link("/search", q=better)


def _found(view: Visit, word: str) -> bool:
    return view.release.index.search(word, view.language, limit=1).total > 0


class Maker:
    """Makes what the page shows of what was found."""

    def __init__(self, view: Visit, what: Asked, found: Found) -> None:
        self._view, self._what, self._found = view, what, found
        self._facets = view.release.index.facets
        self.address = request.path
        #: The parameters of the address that other addresses of this page keep.
        self.pairs = [
            (name, value)
            for name, value in request.args.items(multi=True)
            if name not in {"page", "lang", "release"} and value
        ]
        paths = [field.path for field in what.fields.values()]
        choices = what.wanted.choices
        if choices or what.wanted.words:
            counted = {path: self._facets.counts(path, found.records, choices) for path in paths}
        else:
            counted = {path: self._facets.of_kinds(path, what.segments) for path in paths}
        self._counts = counted
        #: Of the values of each filter the most frequent, and what is chosen, however rare.
        self._seen = {
            path: [
                *counts[:_MOST_VALUES],
                *(e for e in counts[_MOST_VALUES:] if path in choices and e.value in choices[path]),
            ]
            for path, counts in self._counts.items()
        }
        iris = {value for counts in self._seen.values() for value in _values(counts)}
        iris |= {value for match in found.matches for _, value in match.values}
        hits = view.release.index.hits(sorted(iris), view.language)
        self._linker = Linker(view.site, hits, view.language)

    def _link(self, pairs: Sequence[tuple[str, str]], path: str | None = None) -> str:
        text = query_string(pairs)
        address = path or self.address
        return self._view.link(f"{address}?{text}" if text else address)

    def _toggled(self, name: str, value: str) -> str:
        pair = (name, short(self._view, value))
        if pair in self.pairs:
            return self._link([each for each in self.pairs if each != pair])
        return self._link([*self.pairs, pair])

    def download(self, extension: str) -> str:
        """Return the address of all that was found, as a file."""
        return self._elsewhere(f"/search.{extension}")

    def map(self) -> str:
        """Return the address of the map of all that was found."""
        return self._elsewhere("/map")

    def _elsewhere(self, path: str) -> str:
        kind = [("kind", self._what.segments[0])] if self.address.startswith("/browse/") else []
        pairs = [pair for pair in self.pairs if pair[0] != "view"]
        return self._link([*pairs, *kind], path)

    def filters(self) -> list[Filter]:
        """Return the filters that have something to choose."""
        found = [self._kinds()] if len(self._what.kinds) > 1 else []
        for name, field in self._what.fields.items():
            counts = self._counts[field.path]
            if counts:
                title = best(field.name, self._view.language)
                found.append(self._filter(title, name, field, counts))
        return [each for each in found if len(each.first) > 1 or _is_telling(each)]

    def _kinds(self) -> Filter:
        """Return the kinds as a filter; on another kind's list there are other filters."""
        records = self._facets.chosen(self._found.records, self._what.wanted.choices)
        choices = []
        for kind in self._what.kinds:
            having = self._facets.having(KIND, [kind.segment])
            if number := records.intersection_cardinality(having):
                href = self._link([*self.pairs, ("kind", kind.segment)])
                name = best(kind.plural, self._view.language)
                choices.append(Choice(name, number, href, chosen=False))
        return Filter(_KIND_TITLE.to(self._view.language), tuple(choices), (), 0)

    def _filter(self, title: str, name: str, field: Field, counts: list[ValueCount]) -> Filter:
        chosen = set(self._what.wanted.choices.get(field.path, ()))
        places = self._view.release.positions
        seen = sorted(self._seen[field.path], key=lambda v: places.get(v.value, len(places) + 1))
        choices = tuple(self._choice(name, each, chosen) for each in seen)
        if all(is_year(each.value) for each in counts):
            choices = tuple(sorted(choices, key=lambda each: each.text, reverse=True))
        first: list[Choice] = []
        others: list[Choice] = []
        for place, each in enumerate(choices):
            (first if place < _FIRST_VALUES or each.chosen else others).append(each)
        return Filter(title, tuple(first), tuple(others), len(counts) - len(choices))

    def _choice(self, name: str, each: ValueCount, chosen: set[str]) -> Choice:
        below = tuple(self._choice(name, part, chosen) for part in each.below[:_MOST_VALUES])
        text, href = self._name(each.value), self._toggled(name, each.value)
        return Choice(text, each.count, href, each.value in chosen, below)

    def _name(self, value: str) -> str:
        return value if is_year(value) else self._linker.label(value)

    def chips(self) -> list[tuple[str, str]]:
        """Return name and address without it of each choice that has been made."""
        found = []
        for name, field in self._what.fields.items():
            for value in self._what.wanted.choices.get(field.path, ()):
                title = best(field.name, self._view.language)
                found.append((f"{title} : {self._name(value)}", self._toggled(name, value)))
        if len(self._what.kinds) == 1 and not self.address.startswith("/browse/"):
            name = best(self._what.kinds[0].plural, self._view.language)
            without = [pair for pair in self.pairs if pair[0] != "kind"]
            found.insert(0, (name, self._link(without)))
        return found

    def shown(self, columns: Sequence[Field]) -> list[Shown]:
        """Return the records of this page of the list."""
        site = self._view.site
        return [
            Shown(
                match.hit,
                document_path(site, match.hit.iri),
                _reason(match),
                match.snippet_language,
                tuple(self._cell(match, field) for field in columns),
            )
            for match in self._found.matches
        ]

    def _cell(self, match: Match, field: Field) -> str:
        return ", ".join(self._name(value) for path, value in match.values if path == field.path)


def _is_telling(each: Filter) -> bool:
    """Whether a filter with one value tells anything: it is chosen, or it can be opened."""
    return any(choice.chosen or choice.below for choice in each.first)


def _values(counts: Iterable[ValueCount]) -> Iterator[str]:
    for each in counts:
        yield each.value
        yield from _values(each.below)


def _reason(match: Match) -> Markup | None:
    """Return where the words stand, marked, unless the name shows it already."""
    begin, end = MARK
    if begin not in match.snippet:
        return None
    lines = [line for line in match.snippet.split("\n") if begin in line]  # one for each language
    text = str(escape(lines[0])).replace(begin, "<mark>").replace(end, "</mark>")
    return Markup(text)  # noqa: S704 — escaped just before
