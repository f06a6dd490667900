"""When something was: dates in words, as precise as they are known."""

from __future__ import annotations

from typing import Final

from registry.describe import Value
from registry.namespaces import PREFIXES
from registry.texts import Text
from registry.web.literals import shown_literal

_DAY: Final = PREFIXES["xsd"] + "date"
_YEAR: Final = PREFIXES["xsd"] + "gYear"


def period(start: Value | None, end: Value | None, language: str, today: str) -> str:
    """Return “since 2011”, “from 2011 to 2013”…; empty where neither date is known."""
    if start and end:
        return _between(start, end, language)
    if start:
        announced = start.text > today[: len(start.text)]
        return _as_of(start, language) if announced else _since(start, language)
    return _until(end, language) if end else ""


def _since(start: Value, language: str) -> str:
    if start.datatype == _DAY:
        return Text("since {day}", day=shown_literal(start, language)).to(language)
    return Text("since {date}", date=shown_literal(start, language)).to(language)


def _as_of(start: Value, language: str) -> str:
    if start.datatype == _DAY:
        return Text("as of {day}", day=shown_literal(start, language)).to(language)
    return Text("as of {date}", date=shown_literal(start, language)).to(language)


def _until(end: Value, language: str) -> str:
    if end.datatype == _DAY:
        return Text("until {day}", day=shown_literal(end, language)).to(language)
    return Text("until {date}", date=shown_literal(end, language)).to(language)


def attested(on: Value | None, language: str) -> str:
    """Return “attested in 2012”, or on which day; empty where no date is known."""
    if on is None:
        return ""
    if on.datatype == _DAY:
        return Text("attested on {day}", day=shown_literal(on, language)).to(language)
    return Text("attested in {date}", date=shown_literal(on, language)).to(language)


def _between(start: Value, end: Value, language: str) -> str:
    first, last = shown_literal(start, language), shown_literal(end, language)
    if start.text == end.text:
        if start.datatype == _DAY:
            return Text("on {day}", day=first).to(language)
        return Text("in {date}", date=first).to(language)
    if start.datatype == end.datatype == _YEAR:
        return Text("from {year} to {last_year}", year=first, last_year=last).to(language)
    if start.datatype == end.datatype == _DAY:
        return Text("from {day} to {last_day}", day=first, last_day=last).to(language)
    # One of them is a month: French would have to elide it (« d’avril ») after “from”.
    said = (_in_words(value, language) for value in (start, end))
    return Text("between {start} and {end}", **dict(zip(("start", "end"), said, strict=True))).to(
        language
    )


def _in_words(value: Value, language: str) -> str:
    shown = shown_literal(value, language)
    # « le 3 mai »: a day alone takes an article in French.
    return Text("{day}", day=shown).to(language) if value.datatype == _DAY else shown
