"""What must be known of a public query before a worker sees it.

Everything here is lexical and linear in the length of the text. It is the first of two locks: a
worker cannot open a socket whatever its query says (``confinement``), and its stack is larger than
any query within the length limit can use (``worker``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from registry.errors import QueryRefusedError, QuerySyntaxError, QueryTooLargeError
from registry.query.lexer import PROLOGUE, Token, place, tokens
from registry.query.model import QueryLimits, ServiceCall
from registry.query.services import SERVICE, refused, service_calls
from registry.texts import Text

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

_FORMS: Final[tuple[Form, ...]] = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
)
_SERVICE_NAME: Final = re.compile(r"(?:(?:true|false)\.?)?service", re.IGNORECASE | re.ASCII)
#: Functions whose value differs each time; ``DISTINCTRAND()`` is SPARQL as well.
_VOLATILE: Final = ("NOW", "RAND", "UUID", "BNODE")
_PREFIX_OPERATORS: Final = frozenset("!^+-")
#: Keywords after which a name and then a brace is an ordinary thing.
_NAMING: Final = ("GRAPH", "FROM", "NAMED")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a query is: its form (None: not recognised) and whether asking again gives the same.

    ``calls`` are its SERVICEs, all of them to endpoints that may be asked.
    """

    form: Form | None
    deterministic: bool
    calls: tuple[ServiceCall, ...] = ()


def scan(query: str, limits: QueryLimits) -> Scan:
    """Look through a query; raise a QueryError where it is too large or not allowed here."""
    _check_text(query, limits)
    if _plainly_harmless(query, limits.nesting_depth):
        return Scan(_first_form(query), deterministic=True)
    form: Form | None = None
    deterministic, served = True, False
    last = before_last = Token("", "", 0, 0)
    for token in _within_depth(tokens(query), limits.nesting_depth):
        if token.kind == "word":
            upper = token.text.upper()
            if form is None and upper not in PROLOGUE:
                form = _form(upper)
            if SERVICE.fullmatch(token.text):
                if not limits.services:
                    raise refused(query, token, limits.services)
                served = True
            deterministic = deterministic and not upper.endswith(_VOLATILE)
        elif token.text == "{" and _hides_service(last, before_last):
            raise refused(query, last, limits.services)
        before_last, last = last, token
    if served:
        return Scan(form, deterministic=False, calls=service_calls(query, limits.services))
    return Scan(form, deterministic)


#: What is looked for may stand here in some spelling, or in a comment, a name, a string.
_TELLING: Final = re.compile(r"""service|now|rand|uuid|bnode|\\|'{3}|"{3}""", re.IGNORECASE)
_NESTING: Final = "{([<!^+-"


def _plainly_harmless(query: str, depth: int) -> bool:
    """Tell, at a tenth of the cost of reading the tokens, that there is nothing to be found.

    None of the words occurs anywhere, fewer characters open something than may be nested, and
    as many close as open. Most queries are of this kind.
    """
    count = query.count
    return (
        not _TELLING.search(query)
        and sum(map(count, _NESTING)) <= depth
        and all(count(opened) == count(closed) for opened, closed in ("{}", "()", "[]"))
        and not (count("'") % 2 or count('"') % 2)
    )


def _first_form(query: str) -> Form | None:
    words = (token.text.upper() for token in tokens(query) if token.kind == "word")
    return next((_form(word) for word in words if word not in PROLOGUE), None)


def _check_text(query: str, limits: QueryLimits) -> None:
    try:
        size = len(query.encode())
    except UnicodeEncodeError as error:
        raise _no_character(query, error.start) from error
    if "\0" in query:
        raise _no_character(query, query.index("\0"))
    if size > limits.query_bytes:
        raise QueryTooLargeError(
            Text("The query is {size} bytes long.", size=size),
            expected=Text("At most {limit} bytes are taken.", limit=limits.query_bytes),
            remedy=Text("Shorten lists of values, or ask in several queries."),
            limit="query_bytes",
        )


def _no_character(query: str, offset: int) -> QuerySyntaxError:
    line, column = place(query, offset)
    what = Text("The query holds something that is not a character.")
    remedy = Text("Send the query as UTF-8 text.")
    return QuerySyntaxError(what, line=line, column=column, remedy=remedy)


def _within_depth(stream: Iterator[Token], limit: int) -> Iterator[Token]:
    """Pass tokens on while brackets and rows of prefix operators are not nested too deep."""
    row = 0
    for token in stream:
        row = row + 1 if token.text in _PREFIX_OPERATORS else 0
        if token.depth + row > limit:
            raise QueryTooLargeError(
                Text("The query is nested deeper than {limit} levels.", limit=limit),
                remedy=Text("Remove needless brackets, or ask in several queries."),
                limit="query_depth",
            )
        yield token


def _form(word: str) -> Form | None:
    """Return the form that the first keyword after the prologue names; refuse updates."""
    if word in _UPDATES:
        raise QueryRefusedError(
            Text("“{keyword}” is an update, and updates are not taken here.", keyword=word),
            remedy=Text("Contributions go through “faces import”; ask here with SELECT or ASK."),
        )
    return next((form for form in _FORMS if word.startswith(form)), None)


def _hides_service(name: Token, before: Token) -> bool:
    """Tell whether ``SERVICEex:a {`` is a SERVICE: the engine wants no space after a keyword.

    A prefix may begin with “service”; what gives the keyword away is the brace after the name,
    which elsewhere follows a name only after GRAPH and in FROM, or where a dot was left out.
    """
    if name.kind != "name" or name.depth == 0 or not _SERVICE_NAME.match(name.text):
        return False
    return not (before.kind == "word" and before.text.upper().endswith(_NAMING))
