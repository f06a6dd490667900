"""What came of a table: counts that tell a person nothing was lost unseen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from registry.findings import Place
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
    "not-a-url": Text("it is not the address of a web page"),
    "not-an-iri": Text("it is not a complete address (IRI)"),
    "not-yes-or-no": Text("it says neither yes nor no"),
    "several-keys": Text("the key has several values"),
    "unknown-value": Text("the mapping does not know the value"),
    "wrong-cell-count": Text("the row has too many or too few cells"),
    "wrong-form": Text("it does not have the form that the mapping asks for"),
}


class _Own(Text):
    """Words that a mapping gives in both languages itself."""

    __slots__ = ()

    def to(self, language: str) -> str:
        """Return the words in the language."""
        return str(self.values.get(language) or self.values.get(DEFAULT_LANGUAGE, self.sentence))


def _spans(numbers: Iterable[int]) -> str:
    """Return line numbers as a person would list them: ``3, 7–9, 12``."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)


@dataclass(slots=True)
class Summary:
    """Rows read and published, and what was left out and why.

    ``left_out``: reason → the rows; ``values``: (column, reason) → how many; ``unmapped``: the
    columns of the file that the mapping neither uses nor lists.
    """

    labels: Mapping[str, Bilingual]
    rows: int = 0
    published: int = 0
    left_out: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
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
        for reason, places in sorted(self.left_out.items(), key=lambda item: -len(item[1])):
            lines.append(
                Text(
                    "Rows left out: {n} ({reason}), on the lines {lines}.",
                    n=len(places),
                    reason=self.reason(reason),
                    lines=_spans(place.line or 0 for place in places),
                )
            )
        for (column, reason), count in self.values.most_common():
            lines.append(
                Text(
                    "Values left out of the column “{column}”: {n} ({reason}).",
                    column=column,
                    n=count,
                    reason=self.reason(reason),
                )
            )
        if self.unmapped:
            lines.append(Text("Columns not mapped: {names}.", names=", ".join(self.unmapped)))
        return lines
