"""Small answers, kept for whoever asks the same again; each web process has its own.

The key is the answer's entity tag, which names release, question and format: what is kept never
becomes wrong, only old, and then it is the first to go. The compressed form has a tag of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_ENTRY_BYTES: Final = 1 << 16
MOST_ENTRIES: Final = 4096
#: What an entry takes beside its body: key, objects, their place in the table.
_OVERHEAD: Final = 512


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole body and the media type it was sent with."""

    content_type: bytes
    body: bytes


class ResultCache:
    """Bounded in bytes and in entries; what was used longest ago goes first."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, etag: str) -> Kept | None:
        """Return what is kept under the tag, or None."""
        found = self._kept.get(etag)
        if found is not None:
            self._kept.move_to_end(etag)
        return found

    def put(self, etag: str, kept: Kept) -> None:
        """Keep an answer, unless it is large."""
        size = len(kept.body) + _OVERHEAD
        if len(kept.body) > MOST_ENTRY_BYTES or size > self._most_bytes or etag in self._kept:
            return
        self._kept[etag] = kept
        self.bytes += size
        while self.bytes > self._most_bytes or len(self._kept) > MOST_ENTRIES:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= len(oldest.body) + _OVERHEAD
