"""The language of a page.

``?lang=en`` decides, then ``Accept-Language``, then French. The parameter travels along in links
instead of a cookie: an address that is shared shows what its sender saw, caches need no
``Vary: Cookie``, and nothing is stored on the reader's machine.
"""

from __future__ import annotations

from registry.texts import DEFAULT_LANGUAGE, LANGUAGES

_MOST_RANGES = 20


def chosen(parameter: str | None) -> str | None:
    """Return the language that the address asks for, or None."""
    return parameter if parameter in LANGUAGES else None


def preferred(accept_language: str | None) -> str:
    """Return the language that the browser prefers among ours (RFC 9110 §12.5.4)."""
    best, best_quality = DEFAULT_LANGUAGE, 0.0
    for part in (accept_language or "").split(",")[:_MOST_RANGES]:
        tag, _, parameter = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        if primary in LANGUAGES and quality > best_quality:
            best, best_quality = primary, quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
