"""A record in time: the stages stated of it and its accompaniments, drawn by the server.

A list whose every entry has a line of its own: text wraps and is read aloud like any other, and the
lines are as wide as the page, since their places are in percent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from registry.describe import Description, Value
from registry.namespaces import PREFIXES, RDF_TYPE
from registry.web.links import Linker
from registry.web.literals import shown_literal
from registry.web.relations import Relations, Sentence
from registry.web.views import Shown

_FACES: Final = PREFIXES["faces"]
_STATEMENT: Final = _FACES + "StageStatement"
_STAGE: Final = _FACES + "stage"
_ATTESTED: Final = _FACES + "attestedOn"
_ACCOMPANIMENT: Final = _FACES + "Accompaniment"
#: A picture of one moment says nothing; of more than so many, the latest are drawn.
_LEAST: Final = 2
_MOST: Final = 24
_MONTHS: Final = 12
_DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class Span:
    """One row: a bar, or a point where ``length`` is 0; places in percent of the width."""

    name: str
    href: str
    when: str
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows, the years in which they begin and end; ``more`` counts what is not drawn."""

    spans: Sequence[Span]
    first: int
    last: int
    more: int


@dataclass(frozen=True, slots=True)
class _Item:
    """What happened, in years and their fractions; ``end`` is None while it goes on."""

    name: str
    href: str
    when: str
    start: float
    end: float | None


def timeline(
    about: Description, relations: Iterable[Relations], linker: Linker, today: str
) -> Timeline | None:
    """Return the picture; None where there are too few dates for one."""
    items = sorted([*_stages(about, linker), *_accompaniments(relations)], key=lambda i: i.start)
    if len(items) < _LEAST:
        return None
    drawn = items[-_MOST:]
    now = _decimal(today, last=False)
    first = int(min(item.start for item in drawn))
    last = max(now, *(item.end or now for item in drawn), *(item.start for item in drawn))
    last = int(last) + 1
    width = last - first

    def place(year: float) -> float:
        return round((year - first) / width * 100, 2)

    spans = [
        Span(
            item.name,
            item.href,
            item.when,
            place(item.start),
            # What is agreed may begin after the release was made.
            max(0.0, round(place(now if item.end is None else item.end) - place(item.start), 2)),
        )
        for item in drawn
    ]
    return Timeline(spans, first, last - 1, len(items) - len(drawn))


def _stages(about: Description, linker: Linker) -> Iterator[_Item]:
    for iri, said in about.parts.items():
        classes = {value.text for value in said.get(RDF_TYPE.value, ())}
        stage, date = said.get(_STAGE, ()), said.get(_ATTESTED, ())
        moment = _decimal(date[0].text, last=False) if date else 0.0
        if _STATEMENT in classes and stage and moment:
            name, when = linker.label(stage[0].text), shown_literal(date[0], linker.language)
            yield _Item(name, f"#{iri.partition('#')[2]}", when, moment, moment)


def _accompaniments(relations: Iterable[Relations]) -> Iterator[_Item]:
    for each in relations:
        for sentence in each.sentences if each.cls == _ACCOMPANIMENT else ():
            start, end = _year(sentence.start, last=False), _year(sentence.end, last=True)
            if start or end:
                name, when = _beginning(sentence.pieces), _years(sentence)
                begun = start or int(end or 0)
                going = end is None and not sentence.past
                yield _Item(name, sentence.href, when, begun, None if going else end or begun)


def _beginning(pieces: Iterable[Shown]) -> str:
    """Return a sentence up to the first name in it."""
    text = ""
    for piece in pieces:
        text += piece.text
        if piece.href:
            break
    return text


def _years(sentence: Sentence) -> str:
    start, end = (v.text[:4] if v else "" for v in (sentence.start, sentence.end))
    return start if start == end else f"{start}–{end}"


def _year(value: Value | None, *, last: bool) -> float | None:
    return _decimal(value.text, last=last) or None if value else None


def _decimal(text: str, *, last: bool) -> float:
    """Return a date as a year with its fraction, its first day or its last; 0 for no date."""
    parts = text[:10].split("-")
    if not all(part.isdigit() for part in parts):
        return 0.0
    year, *rest = map(int, parts)
    month = (rest[0] - 1) / _MONTHS if rest else 0.0
    day = (rest[1] - 1) / _DAYS / _MONTHS if len(rest) > 1 else 0.0
    step = (1, 1 / _MONTHS, 1 / _DAYS / _MONTHS)[len(rest)] if last else 0
    return year + month + day + step
