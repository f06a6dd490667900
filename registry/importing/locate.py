"""Finds where in its files a contribution says what turned out wrong: a second reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal, NamedNode

from registry.findings import Place
from registry.identifiers import record_of
from registry.importing.model import Contribution, Statement
from registry.importing.table import Table

#: (subject, predicate or None, value or None). A value is a term in N-Triples form, or its text.
Wanted = tuple[str, str | None, str | None]

_EXACT: Final = 4
_PROPERTY: Final = 3
_SUBJECT: Final = 2
_RECORD: Final = 1


def locate(contribution: Contribution, wanted: set[Wanted]) -> dict[Wanted, Place]:
    """Return the place of the statement that fits best for each one wanted.

    The same triple; else the first of that property; else the first about that subject; else the
    first about its record, or that points to it. What the contribution never speaks of is absent.
    """
    by_subject: dict[str, list[Wanted]] = defaultdict(list)
    by_record: dict[str, list[Wanted]] = defaultdict(list)
    for key in wanted:
        by_subject[key[0]].append(key)
        by_record[record_of(key[0])].append(key)
    found: dict[Wanted, tuple[int, Place]] = {}
    if not wanted:
        return {}
    for statement in contribution.statements():
        subject, value = statement.triple.subject, statement.triple.object
        if not isinstance(subject, NamedNode):
            continue
        for key in by_record.get(record_of(subject.value), ()):
            _keep(found, key, _fit(key, subject.value, statement), statement.place)
        if isinstance(value, NamedNode):
            for key in by_subject.get(value.value, ()):
                _keep(found, key, _RECORD, statement.place)
    return {key: place for key, (_, place) in found.items()}


def _keep(found: dict[Wanted, tuple[int, Place]], key: Wanted, fit: int, place: Place) -> None:
    if key not in found or fit > found[key][0]:
        found[key] = (fit, place)


def _fit(key: Wanted, subject: str, statement: Statement) -> int:
    wanted, predicate, value = key
    if subject != wanted:
        return _RECORD
    if predicate is None or statement.triple.predicate.value != predicate:
        return _SUBJECT
    term = statement.triple.object
    texts = {str(term)}
    if isinstance(term, NamedNode | Literal):
        texts.add(term.value)
    return _EXACT if value in texts else _PROPERTY


def lines_of_records(contribution: Contribution, records: Iterable[str]) -> dict[str, set[int]]:
    """Return the rows that say something about each record, or about the record of each part.

    Only tables have rows; what none speaks of is absent. The numbers are for ``leave_out``.
    """
    if not isinstance(contribution, Table):
        return {}
    wanted: dict[str, list[str]] = defaultdict(list)
    for iri in records:
        wanted[record_of(iri)].append(iri)
    lines: dict[str, set[int]] = defaultdict(set)
    for statement in contribution.statements():
        subject = statement.triple.subject
        if not isinstance(subject, NamedNode):
            continue
        for iri in wanted.get(record_of(subject.value), ()):
            number = contribution.row_number(statement.place)
            if number is not None:
                lines[iri].add(number)
    return dict(lines)
