"""The SERVICEs of a query (SPARQL 1.1 Federated Query), as its text has them: who is asked what.

Only what is written plainly is taken: an endpoint by its IRI or a prefixed name, on the list of
those that may be asked, and a pattern without a SERVICE of its own. So what this registry sends to
another never makes that one ask on, and two registries cannot send a question round in circles.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from registry.errors import QueryRefusedError, QueryServiceError, QueryTooLargeError
from registry.query.lexer import PROLOGUE, Token, place, tokens
from registry.query.model import ServiceCall
from registry.query.syntax import missing_prefix
from registry.texts import Text

#: The engine lets keywords follow one another without a space: ``trueSERVICE<…>{}``.
SERVICE: Final = re.compile("(?:true|false)?service(?:silent)?", re.IGNORECASE | re.ASCII)
MOST_CALLS: Final = 8
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_NOTHING: Final = Token("", "", 0, 0)


def service_calls(query: str, allowed: tuple[str, ...]) -> tuple[ServiceCall, ...]:
    """Return what a query asks of others; raise QueryRefusedError for what it may not."""
    return _Reader(query, allowed).calls()


def refused(query: str, token: Token, allowed: tuple[str, ...]) -> QueryRefusedError:
    """Return the error for a SERVICE where none is allowed, or one that is not plainly written."""
    if not allowed:
        what = Text(
            "SERVICE (line {line}, column {column}) is not allowed: this endpoint asks no other.",
            **_place(query, token),
        )
        remedy = Text("Ask each endpoint on its own and join the answers where you need them.")
        return QueryRefusedError(what, remedy=remedy)
    what = Text(
        "SERVICE (line {line}, column {column}) is only taken as a word of its own, followed by the"
        " IRI of an endpoint and a pattern in braces.",
        **_place(query, token),
    )
    return _not_allowed(what, allowed)


def unanswered(endpoint: str, reason: Text, limit: str | None = None) -> QueryServiceError:
    """Return the error for an endpoint that gave no answer, or none that can be used."""
    return QueryServiceError(
        Text("SERVICE has no answer of “{endpoint}”: {reason}", endpoint=endpoint, reason=reason),
        remedy=Text("Ask that endpoint alone to see why; SERVICE SILENT goes on without it."),
        limit=limit,
    )


def _place(query: str, token: Token) -> dict[str, int]:
    line, column = place(query, token.start)
    return {"line": line, "column": column}


def _not_allowed(what: Text, allowed: tuple[str, ...]) -> QueryRefusedError:
    endpoints = ", ".join(allowed)
    expected = Text("This endpoint may ask: {endpoints}.", endpoints=endpoints)
    return QueryRefusedError(what, expected=expected, limit="services")


class _Reader:
    """The tokens of one query, and the prefixes that it declares."""

    def __init__(self, query: str, allowed: tuple[str, ...]) -> None:
        self._query = query
        self._allowed = allowed
        self._tokens = [*tokens(query), _NOTHING, _NOTHING, _NOTHING]
        self._base = ""
        self._prefixes: dict[str, str] = {}
        self._prologue = self._read_prologue()

    def _read_prologue(self) -> str:
        """Note what the prologue declares, and return its text."""
        before = before_last = _NOTHING
        for token in self._tokens:
            if token.kind == "word" and token.text.upper() not in PROLOGUE:
                return self._query[: token.start]
            if token.kind == "iri":
                if before.text.upper() == "BASE":
                    self._base = self._absolute(token.text)
                elif before_last.text.upper() == "PREFIX" and before.text.endswith(":"):
                    self._prefixes[before.text[:-1]] = self._absolute(token.text)
            before_last, before = before, token
        return ""

    def _absolute(self, text: str) -> str:
        """Return the IRI that stands between ``<`` and ``>``, or "" where that is not sure."""
        iri = text[1:-1]
        if "\\" in iri:
            return ""
        if _SCHEME.match(iri):
            return iri
        return urljoin(self._base, iri) if self._base else ""

    def calls(self) -> tuple[ServiceCall, ...]:
        """Return the SERVICEs in the order of the text."""
        found: list[ServiceCall] = []
        at = 0
        while at < len(self._tokens):
            if not self._is_service(self._tokens[at]):
                at += 1
                continue
            if len(found) == MOST_CALLS:
                raise QueryTooLargeError(
                    Text("The query asks more than {n} times by SERVICE.", n=MOST_CALLS),
                    remedy=Text("Ask in several queries."),
                )
            call, at = self._call(at)
            found.append(call)
        return tuple(found)

    @staticmethod
    def _is_service(token: Token) -> bool:
        return token.kind == "word" and SERVICE.fullmatch(token.text) is not None

    def _call(self, at: int) -> tuple[ServiceCall, int]:
        """Read the SERVICE that begins there; return it, and where the text goes on."""
        keyword, begins = self._tokens[at], at
        silent = self._tokens[at + 1].text.upper() == "SILENT"
        name, brace = self._tokens[at + 1 + silent : at + 3 + silent]
        endpoint = self._endpoint(name)
        if keyword.text.upper() != "SERVICE" or brace.text != "{" or not endpoint:
            raise refused(self._query, keyword, self._allowed)
        if endpoint not in self._allowed:
            what = Text(
                "SERVICE (line {line}, column {column}) names “{endpoint}”, which this endpoint may"
                " not ask.",
                endpoint=endpoint,
                **_place(self._query, keyword),
            )
            raise _not_allowed(what, self._allowed)
        at = self._closing(at + 2 + silent)
        end = self._tokens[at].start + 1
        query = f"{self._prologue}SELECT * WHERE {self._query[brace.start : end]}"
        return ServiceCall(self._tokens[begins].start, end, endpoint, silent, query), at + 1

    def _endpoint(self, name: Token) -> str:
        """Return the IRI that a token names, or "" where that is not sure."""
        if name.kind == "iri":
            return self._absolute(name.text)
        prefix, _, local = name.text.partition(":")
        # The engine reads ``SILENTex:a`` as SILENT and ``ex:a``.
        unsure = prefix == "_" or prefix.upper().startswith("SILENT") or "\\" in local
        if name.kind != "name" or unsure:
            return ""
        if prefix not in self._prefixes:
            raise missing_prefix(self._query, name, prefix)
        namespace = self._prefixes[prefix]
        return namespace and namespace + local

    def _closing(self, at: int) -> int:
        """Return the place of the brace that closes the one there; no SERVICE stands between."""
        depth = self._tokens[at].depth
        while True:
            at += 1
            token = self._tokens[at]
            if token.kind == "close" and token.depth == depth:
                return at
            if self._is_service(token):
                what = Text(
                    "SERVICE (line {line}, column {column}) stands within another one.",
                    **_place(self._query, token),
                )
                raise _not_allowed(what, self._allowed)
