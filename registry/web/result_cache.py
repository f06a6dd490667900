"""Small answers, kept for whoever asks the same again; each web process has its own.

The key names the release, and all that the answer depends on: for queries it is their entity tag.
What is kept never becomes wrong, only old, and then it is the first to go.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

MOST_ENTRY_BYTES: Final = 1 << 16
MOST_ENTRIES: Final = 4096
#: What an entry takes beside its body: key, objects, their place in the table.
_OVERHEAD: Final = 512


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole body and the media type it was sent with."""

    content_type: bytes
    body: bytes


class _Bodied(Protocol):
    @property
    def body(self) -> bytes: ...


Entry = TypeVar("Entry", bound=_Bodied)


class ResultCache(Generic[Entry]):
    """Bounded in bytes, of each entry as well, and in entries; what was used longest ago goes."""

    def __init__(self, most_bytes: int, most_entry_bytes: int = MOST_ENTRY_BYTES) -> None:
        self._most_bytes = most_bytes
        self._most_entry_bytes = most_entry_bytes
        self._kept: OrderedDict[Hashable, Entry] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Entry | None:
        """Return what is kept under the key, or None."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, kept: Entry) -> None:
        """Keep an answer, unless it is large."""
        size = len(kept.body) + _OVERHEAD
        if len(kept.body) > self._most_entry_bytes or size > self._most_bytes or key in self._kept:
            return
        self._kept[key] = kept
        self.bytes += size
        while self.bytes > self._most_bytes or len(self._kept) > MOST_ENTRIES:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= len(oldest.body) + _OVERHEAD
