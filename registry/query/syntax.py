"""The engine's words for a syntax error, turned into a place and plain words.

The engine compares a keyword after it has consumed as many characters, whatever they are, and
reports the furthest point that it consumed: a long keyword tried early hides where the text really
fails. So a text that does not parse is parsed again, ``stretched``: every gap between its pieces
made longer than the longest keyword. What fails then fails in the piece where the report points.

For the same reason its list of what it expected is of little use. What could have stood there is
found by trying: the text up to there, and then each of some signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from registry.errors import QuerySyntaxError
from registry.namespaces import PREFIXES
from registry.query.lexer import Token, place, tokens
from registry.texts import Text

_MESSAGE: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
#: What the engine expected, one item at a time: a quoted sign, a set of characters, words.
_ITEM: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|\[(?:'(?:\\.|\\u\{\w+\}|[^'])'|[^\]'])*\]|[^,]+")
_KEYWORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
_MOST_ITEMS: Final = 8
_GAP: Final = " " * 20
#: What is tried where a text fails → how it is shown.
_SIGNS: Final = {
    "?x": "?…",
    "<urn:x>": "<…>",
    '"x"': '"…"',
    "1": "1",
    **{
        sign: sign
        for sign in (
            *("(", ")", "{", "}", "]", ".", ";", ",", "=", "*"),
            *("WHERE", "AS", "BY", "FILTER", "OPTIONAL", "UNION", "VALUES"),
            *("GROUP", "ORDER", "LIMIT"),
        )
    },
}
#: Stands nowhere, so that nothing that is tried is a query that would be run.
_NOWHERE: Final = "^^^"
#: Rules of SPARQL beyond its grammar, as the engine says them → our words.
_RULES: Final = {
    "The SELECT contains a variable that is unbound": Text(
        "With GROUP BY or an aggregate, SELECT takes only grouped variables and aggregates."
    ),
    "The SELECT contains an expression with a variable that is unbound": Text(
        "With GROUP BY or an aggregate, SELECT takes only grouped variables and aggregates."
    ),
    "SELECT * is not authorized with GROUP BY": Text("SELECT * cannot stand with GROUP BY."),
    "The SELECT overrides an existing variable using an expression": Text(
        "The name after AS is the name of another variable already."
    ),
    "Duplicated variable name in SELECT": Text("SELECT names a variable twice."),
    "IRI parsing failed": Text(
        "This IRI is not valid: it needs a scheme such as https:, or a BASE before the query."
    ),
}


def stretched(query: str) -> str:
    """Return the query in one line, its white space and comments widened beyond any keyword."""
    return _GAP.join(piece for _, piece in _pieces(query)) + _GAP


def _pieces(query: str) -> list[tuple[int, str]]:
    """Return what stands between white space and comments, with its offsets."""
    pieces: list[tuple[int, str]] = []
    end = -1
    for token in tokens(query):
        if token.start == end:
            start, text = pieces.pop()
            pieces.append((start, text + token.text))
        else:
            pieces.append((token.start, token.text))
        end = token.start + len(token.text)
    return pieces


def explain(query: str, message: str, ask: Callable[[str], str] | None = None) -> QuerySyntaxError:
    """Return the error that tells a person what the engine said of the stretched query.

    ``ask`` returns the engine's words for another text, nothing where it has none.
    """
    seen = list(tokens(query))
    undeclared = _undeclared(query, seen)
    if undeclared is not None:
        return undeclared
    found = _MESSAGE.match(message)
    if found is None:
        return QuerySyntaxError(Text("The query is not SPARQL: {words}", words=message))
    items = [item.strip() for item in _ITEM.findall(found[3])]
    offset = _offset(query, (int(found[1]), int(found[2])), items)
    token = next((t for t in seen if t.start + len(t.text) > offset), None)
    if token is not None:
        offset = token.start
    line, column = place(query, offset)
    rule = next((_RULES[item] for item in items if item in _RULES), None)
    if rule is not None:
        return QuerySyntaxError(rule, line=line, column=column)
    tried = list(_possible(query, offset, ask)) if ask and offset else []
    expected = _among(tried) if tried else _expected(items)
    return QuerySyntaxError(_what(query, token), line=line, column=column, expected=expected)


def _possible(query: str, offset: int, ask: Callable[[str], str]) -> Iterator[str]:
    """Yield the signs that the engine goes on after, tried in place of what stands there."""
    pieces = (piece[: offset - start] for start, piece in _pieces(query) if start < offset)
    before = _GAP.join(pieces) + _GAP
    for sign, shown in _SIGNS.items():
        text = f"{before}{sign}{_GAP}"
        found = _MESSAGE.match(ask(f"{text}{_NOWHERE}"))
        if found and _consumed(text, (int(found[1]), int(found[2]))) >= len(text):
            yield shown


def _consumed(text: str, reported: tuple[int, int]) -> int:
    """Return how many characters are before a line and column."""
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: reported[0] - 1]) + reported[1] - 1


def _offset(query: str, reported: tuple[int, int], items: list[str]) -> int:
    """Return where the query fails, from a line and column of the stretched one.

    Its lines are those inside long strings.
    """
    consumed = _consumed(stretched(query), reported)
    keywords = [len(item) if _KEYWORD.fullmatch(item) else 0 for item in items if item != "[_]"]
    begun = 0
    for start, piece in _pieces(query):
        if consumed < begun + len(piece) + len(_GAP):
            inside = max(0, consumed - begun - min(keywords, default=0))
            return start + min(inside, len(piece) - 1)
        begun += len(piece) + len(_GAP)
    return len(query.rstrip())


def _what(query: str, token: Token | None) -> Text:
    if not query.strip():
        return Text("The query is empty.")
    if token is None:
        return Text("The query ends too early.")
    return Text("“{sign}” cannot stand here.", sign=token.text[:40])


def _undeclared(query: str, seen: list[Token]) -> QuerySyntaxError | None:
    """Return an error for the first prefix that is used and not declared, by far the commonest."""
    declared: set[str] = set()
    before = Token("", "", 0, 0)
    for token in seen:
        if token.kind == "name" and not token.text.startswith("_:"):
            prefix = token.text.partition(":")[0]
            if before.text.upper() == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                return missing_prefix(query, token, prefix)
        before = token
    return None


def missing_prefix(query: str, token: Token, prefix: str) -> QuerySyntaxError:
    """Return the error for a name whose prefix is not declared."""
    line, column = place(query, token.start)
    known = PREFIXES.get(prefix, "…")
    return QuerySyntaxError(
        Text("The prefix “{prefix}:” is not declared.", prefix=prefix),
        line=line,
        column=column,
        remedy=Text(
            "Begin the query with: {declaration}", declaration=f"PREFIX {prefix}: <{known}>"
        ),
    )


def _expected(items: list[str]) -> Text | None:
    """Return what could have stood there, where the engine says something of use.

    Among keywords alone it names the longest that it tried, not all.
    """
    if items == ["CONSTRUCT"]:
        return Text("A query begins, after its prefixes, with SELECT, ASK, CONSTRUCT or DESCRIBE.")
    signs = sorted({item[1:-1].replace('\\"', '"') for item in items if item.startswith('"')})
    if not signs or len(signs) > _MOST_ITEMS:
        return None
    words = sorted({item for item in items if _KEYWORD.fullmatch(item)})
    return _among(signs + words)


def _among(signs: list[str]) -> Text:
    return Text("Possible here, among others: {signs}", signs="  ".join(signs))
