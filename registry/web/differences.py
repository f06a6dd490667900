"""What one release says of a record and another one does not, as plain values and as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from registry.describe import Description, Properties, Value
from registry.namespaces import RDF_TYPE
from registry.search.build import LABELS
from registry.texts import Text, best
from registry.web.links import Linker
from registry.web.literals import shown_literal
from registry.web.views import Shown, linked

#: So many statements of each side are shown on a page.
MOST_SHOWN: Final = 200
_LAST: Final = 1e9

#: (subject: the record or a part of it, property, value)
Statement = tuple[str, str, Value]


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be removed from and added to what ``old`` says, to have what ``new`` says."""

    old: Description | None
    new: Description | None
    removed: tuple[Statement, ...]
    added: tuple[Statement, ...]

    @property
    def truncated(self) -> bool:
        """Whether the record says so much that not all of it was compared."""
        return any(about.truncated for about in (self.old, self.new) if about)

    @property
    def left_out(self) -> int:
        """How many statements the rows leave out."""
        return sum(max(0, len(side) - MOST_SHOWN) for side in (self.removed, self.added))


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that was added, or removed."""

    shown: Shown
    added: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A property of the record, or of a part of it, and what changed there."""

    name: str
    part: str
    entries: tuple[Entry, ...]


def difference(old: Description | None, new: Description | None) -> Difference:
    """Compare what two releases say of the same record; None where one says nothing."""
    before, after = dict.fromkeys(_statements(old)), dict.fromkeys(_statements(new))
    removed = tuple(statement for statement in before if statement not in after)
    added = tuple(statement for statement in after if statement not in before)
    return Difference(old, new, removed, added)


def _statements(about: Description | None) -> Iterator[Statement]:
    if about:
        for subject, properties in _subjects(about):
            for path, values in properties.items():
                for value in values:
                    yield subject, path, value


def _subjects(about: Description) -> Iterable[tuple[str, Properties]]:
    return (about.iri, about.properties), *about.parts.items()


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """Makes the rows of a page; ``address`` turns a path into one of the side's release."""

    found: Difference
    linker: Linker
    address: Callable[[str, bool], str]

    def rows(self) -> list[Row]:
        """Return the rows, the record's own first, in the order of the shapes."""
        entries: dict[tuple[str, str], list[Entry]] = {}
        for side, added in ((self.found.removed, False), (self.found.added, True)):
            for subject, path, value in side[:MOST_SHOWN]:
                entry = Entry(self._shown(value, added=added), added)
                entries.setdefault((subject, path), []).append(entry)
        placed = sorted((self._place(*key), key) for key in entries)
        return [
            Row(name, self._part(subject), tuple(entries[subject, path]))
            for (*_, name), (subject, path) in placed
        ]

    def _place(self, subject: str, path: str) -> tuple[str, float, str]:
        """Return where a row stands, its name last."""
        linker = self.linker
        schema = linker.site.schema
        declared = next(
            (
                field
                for each in self._said(subject, RDF_TYPE.value)
                for field in schema.fields.get(each.text, ())
                if field.path == path and not field.inverse
            ),
            None,
        )
        if path == RDF_TYPE.value:
            return subject, 0, Text("Kind").to(linker.language)
        name = schema.label(path, linker.language)
        if declared is None:
            return subject, _LAST, name
        return subject, declared.order, best(declared.name, linker.language, name)

    def _part(self, subject: str) -> str:
        """Return what a part is called; nothing for the record itself."""
        if any(about and about.iri == subject for about in (self.found.old, self.found.new)):
            return ""
        labels = (value for path in LABELS for value in self._said(subject, path))
        words = {value.language: value.text for value in labels}
        return best(words, self.linker.language, subject.rpartition("#")[2])

    def _said(self, subject: str, path: str) -> Iterator[Value]:
        for about in (self.found.new, self.found.old):
            if about:
                for each, properties in _subjects(about):
                    if each == subject:
                        yield from properties.get(path, ())

    def _shown(self, value: Value, *, added: bool) -> Shown:
        if not value.iri:
            return Shown(shown_literal(value, self.linker.language), language=value.language)
        shown = linked(self.linker, value.text)
        if shown.external or not shown.href:
            return shown
        return replace(shown, href=self.address(shown.href, added))
