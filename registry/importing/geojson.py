"""Reads the features of a GeoJSON file (RFC 7946) as rows, one at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from registry.errors import InputError
from registry.findings import Place
from registry.importing.reading import opened
from registry.importing.rows import Row
from registry.texts import Text

LONGITUDE: Final = "geometry.longitude"
LATITUDE: Final = "geometry.latitude"
_CHUNK: Final = 1 << 16
_BLANKS: Final = re.compile(r"[ \t\n\r]*")
#: Numbers stay as they are written: 43.10 is not 43.1, and no digit is lost.
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

_EXAMPLE: Final = '{"type": "FeatureCollection", "features": [ … ]}'

#: Column → text, or texts where the property is a list.
Cells = dict[str, str | list[str]]


class FeaturePlace(Place):
    """Where something stands in a GeoJSON file: features are counted from 1, as lines are."""

    __slots__ = ()

    def __str__(self) -> str:
        number = "" if self.line is None else f"feature {self.line}"
        return ":".join(part for part in (self.file, number, self.column) if part)


@contextmanager
def features(path: Path) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """Open a FeatureCollection: the names of all properties, and its features as rows.

    The file is read twice, for only its end tells which properties there are. Raises InputError,
    at once or while the rows are read, with the number of the feature at fault.
    """
    header: dict[str, None] = {}
    with opened(path) as raw:
        for _, cells in _features(path, raw):
            header.update(dict.fromkeys(cells))
    names = list(header)
    with opened(path) as raw:
        read = _features(path, raw)
        yield names, (Row(place, [c.get(name, "") for name in names]) for place, c in read)


def _features(path: Path, raw: BinaryIO) -> Iterator[tuple[FeaturePlace, Cells]]:
    number = 0
    try:
        for number, feature in enumerate(_Stream(raw).features(), start=1):
            place = FeaturePlace(str(path), number)
            yield place, _cells(place, feature)
    except UnicodeDecodeError as error:
        raise InputError(
            Text("The file is not in UTF-8."),
            where=str(path),
            expected=Text("A text file saved with the encoding UTF-8."),
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            Text("The file is not a GeoJSON FeatureCollection: {message}.", message=str(error)),
            where=str(FeaturePlace(str(path), number + 1)),
            expected=Text("{example}, as RFC 7946 has it.", example=_EXAMPLE),
        ) from error


class _Stream:
    """Reads a JSON object member by member, and its “features” one by one.

    Raises ValueError; what stands before the fault has been given by then.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._ended = False

    def features(self) -> Iterator[object]:
        """Yield the members of “features”; check that the object is a FeatureCollection."""
        kind, found = None, False
        for name in self._names():
            if name == "features":
                found = True
                yield from self._items()
            elif name == "type":
                kind = self._value()
            else:
                self._value()
        if self._peek():
            raise ValueError(self._peek())
        if kind != "FeatureCollection" or not found:
            raise ValueError(f"type = {kind}")

    def _names(self) -> Iterator[object]:
        """Yield the names of an object's members; whoever asks reads the value of each."""
        self._take("{")
        more = self._peek() != "}"
        while more:
            name = self._value()
            self._take(":")
            yield name
            more = self._peek() == ","
            if more:
                self._take(",")
        self._take("}")

    def _items(self) -> Iterator[object]:
        self._take("[")
        more = self._peek() != "]"
        while more:
            yield self._value()
            more = self._peek() == ","
            if more:
                self._take(",")
        self._take("]")

    def _peek(self) -> str:
        """Return the next character that is no blank, or nothing at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> None:
        if self._peek() != character:
            raise ValueError(f"{self._peek() or '∅'} ≠ {character}")
        self._at += 1

    def _value(self) -> object:
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more():
                    raise ValueError(error.msg) from error
                continue
            # A number that touches the end of what was read may go on.
            if end == len(self._text) and self._more():
                continue
            self._at = end
            return value

    def _more(self) -> bool:
        """Read on; twice as much each time, so that a long value is not read over and over."""
        if self._ended:
            return False
        self._text = self._text[self._at :]
        self._at = 0
        chunk = self._file.read(max(_CHUNK, len(self._text)))
        self._ended = not chunk
        self._text += self._decoder.decode(chunk, final=self._ended)
        return True


def _cells(place: FeaturePlace, feature: object) -> Cells:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InputError(
            Text("This member of “features” is not a feature."),
            where=str(place),
            expected=Text("{example}, as RFC 7946 has it.", example='{"type": "Feature", … }'),
        )
    cells: Cells = {}
    if "id" in feature:
        _flatten("feature.id", feature["id"], cells)
    _flatten("", feature.get("properties") or {}, cells)
    geometry = feature.get("geometry")
    if isinstance(geometry, dict):
        _geometry(geometry, cells)
    return cells


def _geometry(geometry: dict[str, Any], cells: Cells) -> None:
    """Give a point its columns; of another geometry, only its type is said."""
    if geometry.get("type") != "Point":
        cells["geometry.type"] = _text(geometry.get("type"))
        return
    position = geometry.get("coordinates")
    pieces = position if isinstance(position, list) else [position]
    for name, piece in zip((LONGITUDE, LATITUDE, "geometry.altitude"), pieces, strict=False):
        cells[name] = _text(piece)


def _flatten(name: str, value: object, cells: Cells) -> None:
    """Give each value a column: ``{"name": {"fr": …}}`` the column ``name.fr``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{name}.{key}" if name else str(key), inner, cells)
    elif isinstance(value, list):
        cells[name] = [_text(item) for item in value]
    else:
        cells[name] = _text(value)


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return json.dumps(value, ensure_ascii=False)
