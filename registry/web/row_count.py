"""How many rows an answer has, for the log: counted in its bytes as they pass.

The engine writes each row whole, and nothing that a value holds looks like the mark of its format,
but for a line break within CSV. A row of JSON that binds nothing is not counted, unless alone.
"""

from __future__ import annotations

from typing import Final

from registry.formats import N_QUADS, N_TRIPLES, RESULTS_CSV, RESULTS_JSON, RESULTS_TSV, RESULTS_XML

#: What stands once for each row, and how many times besides.
_MARKS: Final = {
    RESULTS_JSON.content_type.encode(): (b'}},{"', -1),
    RESULTS_XML.content_type.encode(): (b"<result>", 0),
    RESULTS_CSV.content_type.encode(): (b"\r\n", 1),
    RESULTS_TSV.content_type.encode(): (b"\n", 1),
    N_TRIPLES.content_type.encode(): (b"\n", 0),
    N_QUADS.content_type.encode(): (b"\n", 0),
}
#: How JSON begins where there is a row at all.
_FIRST: Final = b'"bindings":[{'


class RowCount:
    """Counts the rows, or statements, of one answer; of no other format than those above."""

    def __init__(self, content_type: bytes) -> None:
        self._mark, self._besides = _MARKS.get(content_type, (b"", 0))
        self._seen = 0
        self._begun = self._besides >= 0
        self._rest = b""

    def add(self, part: bytes) -> None:
        """Take the next bytes."""
        if not self._mark:
            return
        text = self._rest + part
        self._seen += text.count(self._mark)
        if not self._begun:
            self._begun = _FIRST in text
        # A mark may be cut in two; within the rest none is whole.
        self._rest = text[1 - len(self._mark) :] if len(self._mark) > 1 else b""

    @property
    def rows(self) -> int | None:
        """How many there were, None where the format does not tell."""
        if not self._mark:
            return None
        return max(0, self._seen - self._besides) if self._begun else 0
