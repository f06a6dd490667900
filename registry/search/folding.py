"""Folds text the way French readers search and sort: case, accents, ligatures, apostrophes."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'"})
_WORD = re.compile(r"\w+")
#: Elided articles and pronouns: they stand before an apostrophe and say nothing.
_ELIDED = frozenset({"l", "d", "j", "n", "s", "c", "m", "t", "qu"})


def ligatures(text: str) -> str:
    """Return the text with ligatures written out, which SQLite's tokenizer does not do."""
    return text.translate(_LIGATURES)


def sort_key(text: str) -> str:
    """Return what to sort a label by: no case, no accents, words only."""
    decomposed = unicodedata.normalize("NFKD", ligatures(text)).casefold()
    return " ".join(_WORD.findall("".join(c for c in decomposed if not unicodedata.combining(c))))


def match_expression(question: str) -> str:
    """Return an FTS5 expression that finds all words, the last one by its beginning; or ``""``.

    Whatever the person typed, every word is quoted: nothing is read as FTS5 syntax.
    """
    words = _WORD.findall(ligatures(question))[:20]
    telling = [w for w in words if w.casefold() not in _ELIDED] or words
    return " ".join(f'"{w}"*' for w in telling)
