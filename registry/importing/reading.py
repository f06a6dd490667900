"""Opens input files: plain or gzip, and feeds a parser line by line to know where it is."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from registry.errors import InputError
from registry.texts import Text

_GZIP_MAGIC: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading bytes, unpacked if it is gzip (by its content, not its name).

    What goes wrong while it is read, a cut archive for one, becomes an InputError too.
    """
    where = str(path)
    try:
        with path.open("rb") as raw:
            if raw.peek(2)[:2] == _GZIP_MAGIC:
                with gzip.open(raw, "rb") as unpacked:
                    yield cast("BinaryIO", unpacked)
            else:
                yield raw
    except FileNotFoundError as error:
        raise InputError(Text("The file does not exist."), where=where) from error
    except IsADirectoryError as error:
        raise InputError(
            Text("This is a folder, not a file."),
            where=where,
            remedy=Text("Name the files in it one by one."),
        ) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(
            Text("The gzip archive is damaged or was cut short."),
            where=where,
            remedy=Text("Fetch the file again."),
        ) from error
    except OSError as error:
        raise InputError(
            Text("The file cannot be read: {reason}.", reason=error.strerror or str(error)),
            where=where,
        ) from error


class LineFeeder:
    """Hands a file to a parser at most one line at a time, and knows the line handed last.

    The parser gives a statement back as soon as it has read its end, so that the line fed last
    is the line on which the statement stands. A byte-order mark is left out: JSON-LD with one
    reads as an empty document otherwise.
    """

    __slots__ = ("_file", "_whole", "line")

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._whole = True
        self.line = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next line, or a part of it when it is longer than ``size``."""
        chunk = self._file.readline(size)
        if self._whole and chunk:
            self.line += 1
            if self.line == 1 and chunk.startswith(_BOM):
                # An empty answer would mean the end of the file.
                chunk = chunk[len(_BOM) :] or b"\n"
        self._whole = chunk.endswith(b"\n")
        return chunk
