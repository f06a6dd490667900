"""What the page of a resource shows: plain words, in the order and groups of the shapes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from registry.describe import PER_PAGE, Description, Incoming, Properties, Value
from registry.namespaces import PREFIXES, RDF_TYPE, shorten
from registry.schema import Field, Schema
from registry.search.folding import sort_key
from registry.texts import best
from registry.web.links import Linker
from registry.web.literals import shown_literal
from registry.web.outward import coordinates, outward, written

#: Properties shown at the head of the page; earlier ones win.
LABELS: Final = tuple(
    PREFIXES[p] + n
    for p, n in (
        ("rdfs", "label"),
        ("skos", "prefLabel"),
        ("dcterms", "title"),
        ("foaf", "name"),
    )
)
DESCRIPTIONS: Final = tuple(
    PREFIXES[p] + n
    for p, n in (
        ("dcterms", "description"),
        ("skos", "definition"),
        ("schema", "description"),
        ("rdfs", "comment"),
    )
)
#: Said of records that are made up, for demonstration.
FICTITIOUS: Final = PREFIXES["faces"] + "fictitious"
_ABOVE: Final = (PREFIXES["skos"] + "inScheme", PREFIXES["skos"] + "broader")
_DIGITS: Final = re.compile(r"([0-9]{1,18})")
_LAST: Final = 1e9
#: Codes, numbers and dates are no longer than that: “septembre 2026”, “732 829 320 00074”.
_SHORT: Final = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """One value as the page shows it: text, perhaps a link, or the rows of a part."""

    text: str
    href: str = ""
    external: bool = False
    language: str = ""
    kind: str = ""
    anchor: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A property and its values; ``total`` counts those that are on other pages too."""

    path: str
    name: str
    help: str
    values: tuple[Shown, ...]
    total: int
    inverse: bool = False

    @property
    def in_line(self) -> bool:
        """Whether the values are to stand in one line: short, and neither links nor parts."""
        return all(
            not (shown.href or shown.rows or shown.language) and len(shown.text) <= _SHORT
            for shown in self.values
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A group of rows; no title for the values that no shape speaks of."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Name, description and kind of the resource, and the facts to be seen first."""

    label: str
    description: str
    kinds: tuple[Shown, ...]
    facts: tuple[Row, ...]
    #: Of label and description, where they are not in the reader's language.
    language: str = ""
    description_language: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What sentences say already.

    ``iris`` are the relationships; ``shortcuts`` maps a property that is derived from them to all
    that they name and to the length of their longest list.
    """

    iris: frozenset[str] = frozenset()
    shortcuts: Mapping[str, tuple[frozenset[str], int]] = field(default_factory=dict)

    def says(self, path: str, iris: Iterable[str], total: int) -> bool:
        """Whether a row of the property with these values, so many in all, would repeat it."""
        named, most = self.shortcuts.get(path, (frozenset(), 0))
        return set(iris) <= named if total <= PER_PAGE else total <= most


@dataclass(slots=True)
class ResourceView:
    """Makes what the page shows from a description."""

    about: Description
    linker: Linker
    schema: Schema
    language: str
    offset: int = 0
    told: Told = field(default_factory=Told)
    _nested: set[str] = field(default_factory=set)
    _found: list[tuple[Row, Field | None]] = field(default_factory=list)
    _head: Head | None = None

    def head(self) -> Head:
        """Return what stands at the top."""
        if self._head is None:
            self._head = self._made_head()
        return self._head

    def _made_head(self) -> Head:
        own = self.about.properties
        hit = self.linker.hits.get(self.about.iri)
        label = hit.label if hit else self._first(own, LABELS) or self.linker.label(self.about.iri)
        classes = tuple(self._class(c) for c in sorted(self.about.classes))
        languages = (hit.language, hit.summary_language) if hit else ("", "")
        return Head(label, self._first(own, DESCRIPTIONS), classes, self._facts(), *languages)

    def _facts(self) -> tuple[Row, ...]:
        """Return the rows that the shapes want at the top, in their order."""
        keyed = [
            (declared.key_order, row)
            for row, declared in self._rows()
            if declared and declared.key_order is not None
        ]
        return tuple(row for _, row in sorted(keyed, key=_by_order))

    def crumbs(self) -> tuple[Shown, ...]:
        """Return where a concept stands: its vocabulary, then the concepts above it."""
        own = self.about.properties
        above = [v for path in _ABOVE for v in own.get(path, ()) if v.iri]
        return tuple(self._link(v.text) for v in above)

    def fictitious(self) -> bool:
        """Whether the record says that it is made up, for demonstration."""
        said = self.about.properties.get(FICTITIOUS, ())
        return any(value.text in {"true", "1"} for value in said)

    def sections(self) -> list[Section]:
        """Return the rows by group, in the order of the shapes; the rest at the end."""
        groups: dict[str, list[tuple[float, Row]]] = {}
        for row, declared in self._rows():
            if declared and declared.key_order is not None:
                continue  # at the top of the page
            group = declared.group if declared else ""
            groups.setdefault(group, []).append((declared.order if declared else _LAST, row))
        return [
            Section(self._group_name(group), tuple(row for _, row in sorted(rows, key=_by_order)))
            for group, rows in sorted(groups.items(), key=lambda item: self._group_order(item[0]))
        ]

    def incoming(self) -> list[Row]:
        """Return the links to the resource that no shape gives a place among its own rows."""
        placed = {f.path for f in self._fields().values() if f.inverse}
        rows = [self.incoming_row(link) for link in self.about.incoming if link.path not in placed]
        return sorted((r for r in rows if r.values), key=lambda r: (r.name, r.path))

    def linked(self, link: Incoming) -> Row:
        """Return the row of one property by which others point here, named as its shape says."""
        return self.incoming_row(link, self._fields().get((link.path, True)))

    def incoming_row(self, link: Incoming, declared: Field | None = None) -> Row:
        """Return the row of one property by which others point to the resource."""
        subjects = (
            s for s in link.subjects if s not in self.about.parts and s not in self.told.iris
        )
        values = tuple(sorted(map(self._link, subjects), key=_by_text))
        name = best(declared.name, self.language) if declared else self._property(link.path)
        text = best(declared.description, self.language) if declared else ""
        return Row(link.path, name, text, values, link.total, inverse=True)

    def row(self, path: str) -> Row | None:
        """Return the row of one property of the resource itself, from ``offset`` on."""
        values = self.about.properties.get(path)
        return self._row(path, values, self._fields().get((path, False))) if values else None

    def _fields(self) -> dict[tuple[str, bool], Field]:
        classes = self.about.classes
        return {
            (f.path, f.inverse): f for c in classes for f in reversed(self.schema.fields.get(c, ()))
        }

    def _rows(self) -> list[tuple[Row, Field | None]]:
        """Return every row once, since a part is shown in the first that names it."""
        if not self._found:
            self._found = list(self._found_rows(self._fields()))
        return self._found

    def _found_rows(
        self, fields: Mapping[tuple[str, bool], Field]
    ) -> Iterator[tuple[Row, Field | None]]:
        hidden = {RDF_TYPE.value, FICTITIOUS, *self._used(LABELS), *self._used(DESCRIPTIONS)}
        for path, values in self.about.properties.items():
            said = self.told.says(path, (v.text for v in values), len(values))
            if path not in hidden and not said:
                declared = fields.get((path, False))
                yield self._row(path, values, declared), declared
        for link in self.about.incoming:
            inverse = fields.get((link.path, True))
            if self.told.says(link.path, link.subjects, link.total):
                continue
            if inverse and (row := self.incoming_row(link, inverse)).values:
                yield row, inverse

    def _used(self, paths: Iterable[str]) -> list[str]:
        """Return the property that the head shows, and those that only repeat it."""
        said = {v.text for v in self.about.properties.get(self._leading(paths), ())}
        return [p for p in paths if all(v.text in said for v in self.about.properties.get(p, ()))]

    def _leading(self, paths: Iterable[str]) -> str:
        return next((p for p in paths if self.about.properties.get(p)), "")

    def _first(self, own: Properties, paths: Iterable[str]) -> str:
        values = own.get(self._leading(paths), ())
        return best({v.language: v.text for v in reversed(values)}, self.language)

    def _row(
        self,
        path: str,
        values: tuple[Value, ...],
        declared: Field | None,
        said: Properties | None = None,
    ) -> Row:
        """Return a row of the record, or of a part of it that says ``said``."""
        wanted = _in_language(values, self.language)
        ordered = sorted((self._shown(v, path, said) for v in wanted), key=_by_text)
        page = tuple(ordered[self.offset : self.offset + PER_PAGE])
        name = best(declared.name, self.language) if declared else self._property(path)
        text = best(declared.description, self.language) if declared else ""
        return Row(path, name, text, page, len(ordered))

    def _shown(self, value: Value, path: str, said: Properties | None) -> Shown:
        if not value.iri:
            other = value.language if value.language != self.language else ""
            href = outward(self.schema, path, value, said or {})
            place = coordinates(value)
            text = written(place, self.language) if place else shown_literal(value, self.language)
            return Shown(text, href, external=bool(href), language=other)
        if value.text in self.about.parts and value.text not in self._nested:
            return self._part(value.text)
        return self._link(value.text)

    def _link(self, iri: str) -> Shown:
        return linked(self.linker, iri)

    def _part(self, iri: str) -> Shown:
        """Return a part with its rows, each part once, however parts point to one another."""
        self._nested.add(iri)
        said = self.about.parts[iri]
        fields = {
            f.path: f
            for v in said.get(RDF_TYPE.value, ())
            for f in self.schema.fields.get(v.text, ())
        }
        paths = [p for p in said if p != RDF_TYPE.value and p not in LABELS]
        paths.sort(key=lambda p: (fields[p].order if p in fields else _LAST, p))
        rows = tuple(self._row(p, said[p], fields.get(p), said) for p in paths)
        label = self._first(said, LABELS) or shorten(iri).rpartition("#")[2]
        return Shown(label, anchor=iri.partition("#")[2], rows=rows)

    def _class(self, iri: str) -> Shown:
        kind = self.schema.kind_of([iri])
        href = f"/browse/{kind.segment}" if kind else self.linker.href(iri)[0]
        return Shown(self.schema.label(iri, self.language), href, external=not href.startswith("/"))

    def _property(self, path: str) -> str:
        return self.schema.label(path, self.language)

    def _group_name(self, iri: str) -> str:
        group = self.schema.groups.get(iri)
        return best(group.label, self.language) if group else ""

    def _group_order(self, iri: str) -> float:
        group = self.schema.groups.get(iri)
        return group.order if group else _LAST


def linked(linker: Linker, iri: str) -> Shown:
    """Return a resource by its name, with the word for its kind."""
    href, external = linker.href(iri)
    kind = linker.site.schema.kind(linker.kind(iri))
    note = best(kind.label, linker.language) if kind else ""
    return Shown(linker.label(iri), href, external, linker.language_of(iri), kind=note)


def _by_text(shown: Shown) -> list[str | int]:
    """Sort as people do: accents make no difference, and the 2nd comes before the 10th."""
    pieces = _DIGITS.split(sort_key(shown.text))
    return [int(piece) if number % 2 else piece for number, piece in enumerate(pieces)]


def _by_order(item: tuple[float, Row]) -> tuple[float, str]:
    return item[0], item[1].name


def _in_language(values: tuple[Value, ...], language: str) -> tuple[Value, ...]:
    """Leave translations out where the reader's own language is there."""
    own = tuple(v for v in values if v.language == language)
    return tuple(v for v in values if not v.language or v in own) if own else values
