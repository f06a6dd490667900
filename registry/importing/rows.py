"""Reads the rows of a CSV file with the line each starts on."""

from __future__ import annotations

import csv
import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from registry.errors import InputError
from registry.findings import Place
from registry.importing.reading import opened
from registry.importing.rules import Layout
from registry.texts import Text


class Row(NamedTuple):
    """The cells of one row, as written, and where it stands.

    A cell of CSV is a text; one of GeoJSON may be a list of texts.
    """

    place: Place
    cells: Sequence[str | list[str]]


@contextmanager
def table(path: Path, layout: Layout) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """Open a table: the names of its columns, and its rows, blank lines left out.

    Raises InputError, at once or while the rows are read, with the line at fault.
    """
    with opened(path) as raw:
        rows = _rows(path, raw, layout)
        first = next(rows, None)
        if first is None:
            raise InputError(
                Text("The table is empty."),
                where=str(path),
                expected=Text("A first line that names the columns."),
            )
        header = _header(first.place, cast("list[str]", first.cells))
        yield header, (row for row in rows if any(map(str.strip, cast("list[str]", row.cells))))


def _rows(path: Path, raw: BinaryIO, layout: Layout) -> Iterator[Row]:
    reader = csv.reader(_lines(path, raw, layout), delimiter=layout.delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield Row(Place(str(path), line), cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _malformed(path, line, str(error)) from error


def _lines(path: Path, raw: BinaryIO, layout: Layout) -> Iterator[str]:
    """Decode line by line, to know which line holds the byte that cannot be decoded."""
    # A byte-order mark may stand before any UTF-8, whether the mapping says so or not.
    name = "utf-8" if layout.encoding == "utf-8-sig" else layout.encoding
    for number, line in enumerate(raw, start=1):
        try:
            text = line.decode(name)
        except UnicodeDecodeError as error:
            raise InputError(
                Text("The line is not written in {encoding}.", encoding=layout.encoding),
                where=f"{path}:{number}",
                remedy=Text(
                    "Say how the file is encoded under “encoding” in the mapping: “utf-8”, or"
                    " “cp1252” for a file saved by Excel on Windows."
                ),
            ) from error
        yield text.removeprefix("\ufeff") if number == 1 and name == "utf-8" else text


def _malformed(path: Path, line: int, message: str) -> InputError:
    where = f"{path}:{line}"
    if "unexpected end of data" in message:
        return InputError(
            Text("A quotation mark is opened on the row that starts here and never closed."),
            where=where,
            remedy=Text("Close it, or write it twice if it is part of the text."),
        )
    if "field limit" in message:
        return InputError(
            Text(
                "A cell of the row that starts here is longer than {n} characters.",
                n=csv.field_size_limit(),
            ),
            where=where,
            remedy=Text("See that its quotation marks are closed."),
        )
    return InputError(
        Text("The row that starts here is not well formed: {message}.", message=message),
        where=where,
        expected=Text("A cell that holds quotation marks is quoted, and they are written twice."),
    )


def _header(place: Place, cells: list[str]) -> list[str]:
    names = [name.strip() for name in cells]
    where = str(place)
    if not all(names):
        raise InputError(
            Text("Column {n} has no name.", n=names.index("") + 1),
            where=where,
            expected=Text("A first line that names the columns."),
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(
            Text("Two columns have the same name: {names}.", names=", ".join(twice)),
            where=where,
            remedy=Text("Give each column a name of its own."),
        )
    return names


def check_columns(path: Path, header: list[str], wanted: set[str], delimiter: str) -> None:
    """Raise InputError when a column that the mapping uses is not in the file."""
    missing = sorted(wanted - set(header))
    if not missing:
        return
    if len(header) == 1:
        raise InputError(
            Text("The first line holds one column only: “{name}”.", name=header[0]),
            where=f"{path}:1",
            expected=Text("Columns separated by “{delimiter}”.", delimiter=delimiter),
            remedy=Text("If another character separates them, say so in the mapping."),
        )
    near = difflib.get_close_matches(missing[0], header, n=1, cutoff=0.5)
    remedy = Text("Did you mean “{name}”?", name=near[0]) if near else None
    raise InputError(
        Text(
            "The mapping uses columns that the file does not have: {names}.",
            names=", ".join(missing),
        ),
        where=f"{path}:1",
        expected=Text("Columns of the file: {names}.", names=", ".join(header)),
        remedy=remedy,
    )
