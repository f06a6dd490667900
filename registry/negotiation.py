"""Chooses by the ``Accept`` headers of a request (RFC 9110 §12.5). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.formats import Format

_MAX_RANGES = 50
_EXACT = 3


@dataclass(frozen=True, slots=True)
class _Range:
    kind: str
    subtype: str
    quality: float

    def matches(self, media_type: str) -> int:
        """Return how precisely the range names the media type: 3 (in full), 2, 1, or 0: not."""
        kind, _, subtype = media_type.partition("/")
        if self.kind == "*" and self.subtype == "*":
            return 1
        if self.kind != kind:
            return 0
        if self.subtype == "*":
            return 2
        return _EXACT if self.subtype == subtype else 0


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _ranges(accept: str) -> list[_Range]:
    ranges = []
    for part in accept.split(",")[:_MAX_RANGES]:
        media_range, *parameters = part.split(";")
        kind, slash, subtype = media_range.strip().lower().partition("/")
        if slash:
            ranges.append(_Range(kind, subtype, _quality(parameters)))
    return ranges


def negotiate(accept: str | None, formats: Sequence[Format]) -> Format | None:
    """Return the format that suits ``Accept`` best, the earlier one on a tie; None if none does.

    No header, or an empty one, accepts everything. Parameters other than ``q`` (a profile, a
    charset) do not exclude a format. The most specific range that names a media type decides its
    quality, and a media type that is refused by name (``q=0``) stays refused. A format's other
    media types count only where they are named in full.
    """
    if accept is None or not accept.strip():
        return formats[0]
    ranges = _ranges(accept)
    best, best_rank = None, (0.0, 0)
    for fmt in formats:
        for media_type in fmt.media_types:
            precision, quality = max(
                ((r.matches(media_type), r.quality) for r in ranges), default=(0, 0.0)
            )
            rank = (quality, precision)
            suits = precision == _EXACT or (precision and media_type == fmt.media_type)
            if suits and quality > 0 and rank > best_rank:
                best, best_rank = fmt, rank
    return best


def codings(accept_encoding: str) -> dict[str, float]:
    """Return the quality of each content coding that the header names, ``*`` among them."""
    parts = (part.split(";") for part in accept_encoding.split(",")[:_MAX_RANGES])
    return {name.strip().lower(): _quality(parameters) for name, *parameters in parts}
