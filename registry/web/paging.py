"""Pages of lists: which one is asked for, which ones there are."""

from __future__ import annotations

from flask import request

from registry.errors import UsageError
from registry.texts import Text

_MOST: int = 1_000_000


def page_number() -> int:
    """Return the number of the page asked for; pages count from 1."""
    text = request.args.get("page", "1")
    if text.isascii() and text.isdigit() and 1 <= int(text[:10]) <= _MOST:
        return int(text[:10])
    raise UsageError(
        Text("There is no page “{page}”.", page=text[:40]),
        where="page",
        expected=Text("A whole number from 1 on."),
    )
