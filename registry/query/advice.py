"""How a query that is slow, or was stopped, can be made smaller: what its text gives away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from registry.errors import QuerySyntaxError
from registry.query.lexer import Token, tokens
from registry.texts import Text

_SEARCHING: Final = frozenset({"REGEX", "CONTAINS", "STRENDS", "LCASE", "UCASE"})
_NEEDING_ALL: Final = ("ORDER", "DISTINCT", "GROUP")
#: Between these, variables belong to one pattern.
_ENDS: Final = frozenset({".", "{", "}"})


def advice(query: str) -> tuple[Text, ...]:
    """Return what could be changed, what weighs most first; nothing for what is not SPARQL."""
    try:
        found = [token for token in tokens(query) if token.kind != "skip"]
    except QuerySyntaxError:
        return ()
    return tuple(_advice(found))


def _advice(found: list[Token]) -> Iterator[Text]:
    words = {token.text.upper() for token in found if token.kind == "word"}
    parts = [] if "UNION" in words else _parts(found)
    if len(parts) > 1:
        yield Text(
            "Nothing links {one} to {other}: each value of one is combined with each of the other.",
            one=parts[0],
            other=parts[1],
        )
    if _names_nothing(found):
        yield Text("Name the property where a variable stands for any, or the class.")
    if any(_repeats(one, sign) for one, sign in pairwise(found)):
        yield Text("Write a path with * or + as the steps that you need.")
    if searched := sorted(words & _SEARCHING):
        yield Text(
            "{functions} reads every text: compare with a whole value, or narrow the pattern"
            " first.",
            functions=", ".join(searched),
        )
    if whole := [word for word in _NEEDING_ALL if word in words]:
        yield Text("Without {words}, rows come as soon as they are found.", words=", ".join(whole))
    if "LIMIT" not in words and "SELECT" in words:
        yield Text("Add LIMIT 100 to see the beginning.")


def _parts(found: list[Token]) -> list[str]:
    """Return a variable of each part of the pattern that shares none with the others."""
    parts: list[set[str]] = []
    for names in _patterns(found):
        joined = [part for part in parts if part & names]
        parts = [part for part in parts if not part & names]
        parts.append(names.union(*joined))
    return sorted(min(part) for part in parts)


def _patterns(found: Iterable[Token]) -> Iterator[set[str]]:
    """Yield the variables of each pattern, filter or assignment, those within braces."""
    names: set[str] = set()
    braces = 0
    for token in found:
        if token.kind == "var" and braces:
            names.add(f"?{token.text[1:]}")
        elif token.text in _ENDS:
            braces += {"{": 1, "}": -1}.get(token.text, 0)
            if names:
                yield names
                names = set()


def _names_nothing(found: list[Token]) -> bool:
    """Whether a pattern is three variables."""
    fours = zip(found, found[1:], found[2:], found[3:], strict=False)
    return any(
        first.text in _ENDS and all(each.kind == "var" for each in rest) for first, *rest in fours
    )


def _repeats(one: Token, sign: Token) -> bool:
    beside = one.start + len(one.text) == sign.start
    return sign.text in {"*", "+"} and one.kind in {"name", "iri"} and beside
