"""What is wrong with data, as plain values: faults of the input, and findings of the shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from registry.texts import Text, Words, best


class Place(NamedTuple):
    """Where something stands in a file; ``line`` counts from 1, ``column`` is as a person says it.

    ``column`` is a column's name for a table, a character's number for text.
    """

    file: str
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the input that gives no statement: where, the value, what, what to do.

    ``fatal`` problems refuse the whole contribution; the others leave out a row or a value and
    are reported and counted by ``reason``, a short stable key such as ``not-a-date``.
    """

    place: Place
    reason: str
    value: str
    what: Text
    expected: Text | None = None
    fatal: bool = True


VIOLATION = "Violation"
WARNING = "Warning"
INFO = "Info"
_RANKS = {VIOLATION: 0, WARNING: 1, INFO: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: what is wrong with which value of which property of which node.

    ``value`` is the offending value as text, ``term`` the same in N-Triples form (empty: none),
    ``path`` the property's IRI (empty: the node as a whole), ``constraint`` the local name of the
    SHACL constraint component, ``field`` what people call the property, ``place`` where it stands
    in the file that was read, if it came from one.
    """

    severity: str
    focus: str
    path: str
    value: str
    term: str
    constraint: str
    message: Words
    field: Words
    place: Place | None = None

    def at(self, place: Place | None) -> Finding:
        """Return the finding with its place in a file."""
        return replace(self, place=place)

    def text(self, language: str) -> str:
        """Return the message for people."""
        return best(self.message, language, self.constraint)

    @property
    def order(self) -> tuple[object, ...]:
        """Worst first, then as they stand in the file, then by node."""
        line = (self.place.line or 0) if self.place else 0
        return (_RANKS.get(self.severity, 3), line, self.focus, self.path, self.value)


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that tell a person something different.

    Two constraints of one property may find the same fault with the same value, in the same words.
    """
    told = {(f.severity, f.focus, f.path, f.value, f.text("fr")): f for f in reversed([*findings])}
    return list(reversed(told.values()))


@dataclass(slots=True)
class Report:
    """All findings of a run over ``focus_nodes`` nodes."""

    findings: list[Finding] = field(default_factory=list)
    focus_nodes: int = 0

    def of(self, *severities: str) -> list[Finding]:
        """Return the findings of these severities, in reading order."""
        return sorted((f for f in self.findings if f.severity in severities), key=_order)

    @property
    def conforms(self) -> bool:
        """Whether nothing stands in the way of publication."""
        return not any(f.severity == VIOLATION for f in self.findings)

    def counts(self) -> Counter[str]:
        """Return the number of findings of each severity."""
        return Counter(f.severity for f in self.findings)


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.order
