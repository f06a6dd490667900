"""What someone may have meant whose address leads nowhere: records with a name like its end."""

from __future__ import annotations

import difflib
import re
from typing import Final

from registry.errors import RegistryError
from registry.search.folding import sort_key
from registry.search.index import Hit
from registry.web.demonstration import made_up
from registry.web.links import document_path, split_extension
from registry.web.site import Visit, visit

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_MOST_WORDS: Final = 4
_LOOKED_AT: Final = 30
_SHOWN: Final = 5
_LIKENESS: Final = 0.75


def suggestions(address: str) -> tuple[list[tuple[Hit, str]], frozenset[str]]:
    """Return records with their paths, the likest first, and which of them are made up.

    There are none where no release can be read.
    """
    stem, _ = split_extension(address.rpartition("/")[2])
    words = _WORD.findall(stem)[:_MOST_WORDS]
    try:
        found = _like(visit(), words) if words else []
        return found, made_up(visit(), (hit.iri for hit, _ in found)) if found else frozenset()
    except RegistryError:
        return [], frozenset()


def _like(view: Visit, words: list[str]) -> list[tuple[Hit, str]]:
    index = view.release.index
    known = [word for word in words if index.search(word, view.language, limit=1).total]
    # Only one word is looked for among those that are like it: it is the slow part.
    other = next((near for w in words if w not in known and (near := index.nearest(w))), None)
    meant = [word for word in words if word in known] + ([other] if other else [])
    found: dict[str, Hit] = {}
    for question in (" ".join(meant), *meant):
        for hit in index.search(question, view.language, limit=_LOOKED_AT).hits:
            found[hit.iri] = hit
    wanted = sort_key(" ".join(words))

    def likeness(hit: Hit) -> tuple[float, float]:
        """How like each word one of the name's is, then how like the whole is."""
        name = sort_key(hit.label)
        best = [max(_ratio(word, own) for own in name.split() or [""]) for word in wanted.split()]
        return sum(best) / len(best), _ratio(wanted, name)

    close = sorted((h for h in found.values() if likeness(h)[0] >= _LIKENESS), key=likeness)
    return [(hit, document_path(view.site, hit.iri)) for hit in reversed(close[-_SHOWN:])]


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
