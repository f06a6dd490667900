"""XML as its reader has to get it: the engine writes every character of a value as it is.

A carriage return would be read as a line feed (XML 1.0 §2.11), and most control characters have no
place in XML at all (§2.2): they become U+FFFD.
"""

from __future__ import annotations

import re
from typing import Final

_NOT_AS_THEY_ARE: Final = bytes({*range(32)} - {*b"\t\n"})
_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_INSTEAD: Final = "\ufffd".encode()


def mended(written: bytes) -> bytes:
    """Return a part of an XML document in UTF-8, wherever it was cut, so that it can be read."""
    if len(written.translate(None, _NOT_AS_THEY_ARE)) == len(written):
        return written
    return _FORBIDDEN.sub(_INSTEAD, written).replace(b"\r", b"&#13;")
