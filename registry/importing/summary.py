"""What came of a table: counts that tell a person nothing was lost unseen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass, field
from typing import Final, TypeVar

from registry.findings import Place
from registry.importing.geojson import FeaturePlace
from registry.importing.rules import Bilingual
from registry.texts import DEFAULT_LANGUAGE, Text

#: Why a row or a value was left out, in words.
_REASONS: Final = {
    "control-character": Text("it holds a control character"),
    "duplicate-key": Text("an earlier row has the same key"),
    "ignored": Text("the mapping says that it means nothing"),
    "invalid": Text("the record breaks a rule of the registry"),
    "missing-key": Text("the key is missing"),
    "missing-value": Text("a required value is missing"),
    "no-such-record": Text("no record has that identifier"),
    "not-a-date": Text("it is not a date"),
    "not-a-number": Text("it is not a number"),
    "not-a-point": Text("it is not a point on Earth"),
    "not-a-url": Text("it is not the address of a web page"),
    "not-an-iri": Text("it is not a complete address (IRI)"),
    "not-in-registry": Text("the registry does not hold what it names"),
    "not-yes-or-no": Text("it says neither yes nor no"),
    "outside-area": Text("the point lies outside the area of the mapping"),
    "several-keys": Text("the key has several values"),
    "swapped-coordinates": Text("longitude and latitude are swapped"),
    "unknown-value": Text("the mapping does not know the value"),
    "wrong-cell-count": Text("the row has too many or too few cells"),
    "wrong-form": Text("it does not have the form that the mapping asks for"),
    "zero-coordinates": Text("both coordinates are zero"),
}


class _Own(Text):
    """Words that a mapping gives in both languages itself."""

    __slots__ = ()

    def to(self, language: str) -> str:
        """Return the words in the language."""
        return str(self.values.get(language) or self.values.get(DEFAULT_LANGUAGE, self.sentence))


Group = TypeVar("Group", bound=Sized)

_LONG: Final = 40
#: So many spans of lines, or values, are shown; all are counted.
_SHOWN: Final = 8


def _spans(numbers: Iterable[int]) -> str:
    """Return line numbers as a person would list them: ``3, 7–9, 12``; of many, the first."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = [str(a) if a == b else f"{a}–{b}" for a, b in spans[:_SHOWN]]
    return ", ".join([*shown, "…"] if len(spans) > _SHOWN else shown)


def _most(values: Counter[str]) -> str:
    """Return the most frequent values: ``x (12), y (3), …``."""
    shown = [f"{_short(value)} ({n})" for value, n in values.most_common(_SHOWN)]
    return ", ".join([*shown, "…"] if len(values) > _SHOWN else shown)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


@dataclass(slots=True)
class Summary:
    """Rows read and published, and what was left out and why.

    ``labels``: the reasons that the mapping names itself; ``left_out``: reason → the rows;
    ``values``: (column, reason) → the values, counted; ``left_aside``: reason → the columns that
    the mapping lists as not mapped; ``unmapped``: those that it neither uses nor lists.
    """

    labels: Mapping[str, Bilingual]
    rows: int = 0
    published: int = 0
    left_out: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    values: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    left_aside: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    unmapped: list[str] = field(default_factory=list)

    def reason(self, reason: str) -> Text:
        """Return the words for a reason: the mapping's own, or ours."""
        if reason in self.labels:
            return _Own(reason, **self.labels[reason])
        return _REASONS.get(reason, _Own(reason))

    def lines(self) -> list[Text]:
        """Return the report for a person, the largest losses first."""
        lines = [
            Text(
                "{read} rows read, {published} published.",
                read=self.rows,
                published=self.published,
            )
        ]
        for reason, places in _largest_first(self.left_out):
            numbers, label = _spans(place.line or 0 for place in places), self.reason(reason)
            lines.append(
                Text(
                    "Features left out: {n} ({reason}), numbers {numbers}.",
                    n=len(places),
                    reason=label,
                    numbers=numbers,
                )
                if isinstance(places[0], FeaturePlace)
                else Text(
                    "Rows left out: {n} ({reason}), on the lines {lines}.",
                    n=len(places),
                    reason=label,
                    lines=numbers,
                )
            )
        by_number = sorted(self.values.items(), key=lambda item: (-item[1].total(), item[0]))
        for (column, reason), values in by_number:
            lines.append(
                Text(
                    "Values left out of the column “{column}”: {n} ({reason}): {values}.",
                    column=column,
                    n=values.total(),
                    reason=self.reason(reason),
                    values=_most(values),
                )
            )
        for reason, names in _largest_first(self.left_aside):
            lines.append(
                Text(
                    "Columns left aside: {n} ({reason}): {names}.",
                    n=len(names),
                    reason=self.reason(reason),
                    names=", ".join(names),
                )
            )
        if self.unmapped:
            lines.append(
                Text(
                    "Columns not mapped: {n}: {names}.",
                    n=len(self.unmapped),
                    names=", ".join(self.unmapped),
                )
            )
        return lines


def _largest_first(groups: Mapping[str, Group]) -> list[tuple[str, Group]]:
    return sorted(groups.items(), key=lambda item: -len(item[1]))
