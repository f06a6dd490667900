"""Turns the text of a cell into RDF terms. Pure functions of values.

Nothing is guessed: what does not fit its type is a fault with a reason, never an approximation.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal, NamedNode

from registry.identifiers import is_iri
from registry.importing.rules import Area, Cell, Column, ValueType
from registry.namespaces import term
from registry.texts import Text

#: Control characters, line breaks and tabs aside: never meant, and invisible.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_BLANKS: Final = re.compile(r"\s+")
_GROUPED: Final = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_WHOLE: Final = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_URL: Final = re.compile(r"https?://[^/\s@]+\.[^/\s@]+(?:/.*)?", re.IGNORECASE)
_DATE_FIELDS: Final = {"yyyy": r"(?P<y>\d{4})", "mm": r"(?P<m>\d{1,2})", "dd": r"(?P<d>\d{1,2})"}
_SEPARATED_DATE: Final = re.compile(r"yyyy|mm|dd")
#: A date as programs write it: thousandths of a second since 1970.
_EPOCH: Final = "epoch-ms"
_BARE_HOST: Final = re.compile(r"[^/\s@:]+\.[^/\s@:]+(?:/\S*)?")
_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?"
_TWO_NUMBERS: Final = re.compile(rf"({_NUMBER}) ({_NUMBER})", re.ASCII)
_EARTH: Final = Area(-180, -90, 180, 90)

Value = NamedNode | Literal


class CellError(Exception):
    """A cell that cannot be read: a short stable ``reason``, and why in words."""

    def __init__(self, reason: str, what: Text, expected: Text | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.what = what
        self.expected = expected


def cleaned(cell: list[str], column: Column) -> tuple[list[str], list[str]]:
    """Return the values that a cell holds, and those left out because they mean nothing.

    An empty cell is not among these: nothing was there.
    """
    pieces = [p for text in cell for p in text.split(column.split)] if column.split else cell
    values, ignored = [], []
    for piece in pieces:
        value = unicodedata.normalize("NFC", piece)
        if column.trim:
            value = value.strip()
        if value in column.ignore:
            ignored += [value] if value else []
            continue
        if column.strip_suffix:
            value = value.removesuffix(column.strip_suffix)
        if column.pad and value.isascii() and value.isdigit():
            value = value.zfill(column.pad)
        if value:
            values.append(value)
    return list(dict.fromkeys(values)), ignored


def converted(text: str, cell: Cell) -> Value | None:
    """Return the term that a cleaned value stands for; None where the mapping says to drop it.

    Raises CellError.
    """
    if _CONTROL.search(text):
        raise CellError(
            "control-character",
            Text("The text holds a control character, which cannot be seen."),
            Text("Type the text again instead of copying it."),
        )
    if cell.matches and not re.fullmatch(cell.matches, text):
        raise CellError(
            "wrong-form",
            Text("“{value}” does not have the form that the mapping asks for.", value=_short(text)),
            Text("A text of the form {pattern}.", pattern=cell.matches),
        )
    if cell.values is not None:
        found = cell.values.get(text.casefold(), cell.otherwise)
        if found is None:
            raise _unknown_value(text, cell)
        if not found:
            return None
        text = found
    if cell.template:
        text = cell.template.replace("{value}", text)
    return _READERS[cell.type](text, cell)


def _unknown_value(text: str, cell: Cell) -> CellError:
    known = ", ".join(f"“{value}”" for value in sorted(cell.values or ()))
    return CellError(
        "unknown-value",
        Text("“{value}” is not one of the values that the mapping knows.", value=_short(text)),
        Text("One of: {values}.", values=known),
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - a line on a screen


def node(text: str) -> NamedNode | None:
    """Return the absolute IRI that a text is, or None; the engine knows the whole grammar."""
    try:
        return NamedNode(text) if is_iri(text) else None
    except ValueError:
        return None


def expanded(name: str, prefixes: Mapping[str, str]) -> NamedNode | None:
    """Return the IRI that a prefixed name or an IRI stands for, or None when it is neither."""
    prefix, colon, local = name.partition(":")
    if colon and prefix in prefixes and not local.startswith("//"):
        name = prefixes[prefix] + local
    return node(name)


def _text(text: str, cell: Cell) -> Value:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Literal(text, language=cell.language) if cell.language else Literal(text)


def _token(text: str, _: Cell) -> Value:
    return Literal(_BLANKS.sub(" ", text).strip())


def _integer(text: str, _: Cell) -> Value:
    plain = _GROUPED.sub("", text)
    if not _WHOLE.fullmatch(plain):
        raise CellError(
            "not-a-number",
            Text("“{value}” is not a whole number.", value=_short(text)),
            Text("Digits only, for example 12."),
        )
    sign = "-" if plain.startswith("-") else ""
    digits = plain.lstrip("+-0") or "0"
    return Literal(sign * (digits != "0") + digits, datatype=term("xsd:integer"))


def _decimal(text: str, cell: Cell) -> Value:
    plain = _GROUPED.sub("", text)
    if cell.decimal_comma:
        # A point then only groups digits, or the mapping is wrong: neither may pass unseen.
        plain = "?" if "." in plain else plain.replace(",", ".")
    if not _DECIMAL.fullmatch(plain):
        raise CellError(
            "not-a-number",
            Text("“{value}” is not a number.", value=_short(text)),
            Text("A number such as {example}.", example="12,5" if cell.decimal_comma else "12.5"),
        )
    return Literal(plain.lstrip("+"), datatype=term("xsd:decimal"))


def _boolean(text: str, cell: Cell) -> Value:
    word = text.casefold()
    if word in cell.true or word in cell.false:
        value = "true" if word in cell.true else "false"
        return Literal(value, datatype=term("xsd:boolean"))
    words = ", ".join((*cell.true, *cell.false))
    raise CellError(
        "not-yes-or-no",
        Text("“{value}” says neither yes nor no.", value=_short(text)),
        Text("One of: {values}.", values=words),
    )


def _date(text: str, cell: Cell) -> Value:
    for form in cell.formats:
        if form == _EPOCH and re.fullmatch(r"\d{9,13}", text, re.ASCII):
            day = dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC).date()
            return Literal(day.isoformat(), datatype=term("xsd:date"))
        pattern = "".join(
            _DATE_FIELDS.get(piece, re.escape(piece))
            for piece in re.split(r"(yyyy|mm|dd)", form)
            if piece
        )
        found = re.fullmatch(pattern, text, re.ASCII)
        value = _calendar(found.groupdict()) if found else None
        if value is not None:
            return value
    raise CellError(
        "not-a-date",
        Text("“{value}” is not a date.", value=_short(text)),
        Text("A date written {formats}.", formats=", ".join(cell.formats)),
    )


def _calendar(fields: dict[str, str]) -> Literal | None:
    """Return the date with the precision it was given with, or None when no calendar has it."""
    year, month, day = fields["y"], fields.get("m"), fields.get("d")
    try:
        date = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return Literal(date.isoformat(), datatype=term("xsd:date"))
    if month:
        return Literal(date.isoformat()[:7], datatype=term("xsd:gYearMonth"))
    return Literal(year, datatype=term("xsd:gYear"))


def as_date(text: str) -> Literal | None:
    """Return the date that a text in ISO 8601 is, of its precision, or None."""
    found = re.fullmatch(r"(?P<y>\d{4})(?:-(?P<m>\d\d)(?:-(?P<d>\d\d))?)?", text, re.ASCII)
    return _calendar(found.groupdict()) if found else None


def is_date_format(form: str) -> bool:
    """Return whether a format names the year, then maybe the month, then maybe the day, once."""
    if form == _EPOCH:
        return True
    fields = sorted(_SEPARATED_DATE.findall(form))
    return fields in (["yyyy"], ["mm", "yyyy"], ["dd", "mm", "yyyy"])


def _iri(text: str, cell: Cell) -> Value:
    iri = expanded(text, (cell.prefixes or {}) if cell.values is not None else {})
    if iri is None:
        raise CellError(
            "not-an-iri",
            Text("“{value}” is not a complete address (IRI).", value=_short(text)),
            Text("An address such as https://example.org/page, without spaces."),
        )
    return iri


def _url(text: str, cell: Cell) -> Value:
    if cell.assume_http and _BARE_HOST.fullmatch(text):
        text = f"http://{text}"
    page = node(text) if _URL.fullmatch(text) else None
    if page is None:
        raise CellError(
            "not-a-url",
            Text("“{value}” is not the address of a web page.", value=_short(text)),
            Text("An address that starts with https:// or http://."),
        )
    return page


def _identifier(text: str, _: Cell) -> Value:
    return Literal(_BLANKS.sub("", text))


def _point(text: str, cell: Cell) -> Value:
    """Read longitude and latitude, in this order; what cannot be the place is a fault."""
    found = _TWO_NUMBERS.fullmatch(text)
    longitude, latitude = map(Decimal, found.groups()) if found else (Decimal("NaN"), Decimal(0))
    east, north = float(longitude), float(latitude)
    area = cell.within or _EARTH
    if found and (east or north) and area.holds(east, north):
        wkt = f"POINT({longitude:f} {latitude:f})"
        return Literal(wkt, datatype=term("geo:wktLiteral"))
    if found and not (east or north):
        reason, what = "zero-coordinates", Text("Both coordinates are zero.")
    elif area.holds(north, east):
        reason = "swapped-coordinates"
        what = Text("“{value}”: longitude and latitude are swapped.", value=_short(text))
    elif _EARTH.holds(east, north):
        reason = "outside-area"
        what = Text("The point “{value}” lies outside the area of the mapping.", value=_short(text))
    else:
        reason, what = "not-a-point", Text("“{value}” is not a point on Earth.", value=_short(text))
    raise CellError(reason, what, Text("Longitude, then latitude, in degrees: 5.3698 43.2965."))


_READERS: Final[dict[ValueType, Callable[[str, Cell], Value]]] = {
    "text": _text,
    "token": _token,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "iri": _iri,
    "url": _url,
    "identifier": _identifier,
    "point": _point,
}
