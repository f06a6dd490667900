r"""The tokens of a SPARQL text, in one linear pass.

SPARQL's lexical grammar (SPARQL 1.1 Query Language, section 19.8) is regular but for one sign:
``<`` begins an IRI or compares two expressions, and ``FILTER(?a<'>')`` is either, depending on
where it stands. An IRI never follows an operand inside an expression, so the pass keeps a stack of
the open brackets and knows which of them hold an expression. Reading it wrongly would let a
keyword hide in what only looks like an IRI or a string.

The engine decodes ``\uXXXX`` inside strings and IRIs only, and there as content, never as a
delimiter (a test pins that). Elsewhere it is an error, so no keyword can be spelt with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from registry.errors import QuerySyntaxError
from registry.texts import Text

#: The keywords before that of the query's form.
PROLOGUE: Final = frozenset({"BASE", "PREFIX", "VERSION"})
_BASE: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MARK: Final = "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARS: Final = rf"_\-{_BASE}{_MARK}"
_HEX: Final = "[0-9A-Fa-f]"
# A code point that is no surrogate and no larger than U+10FFFF.
_CODE: Final = (
    rf"\\u(?![Dd][89A-Fa-f]){_HEX}{{4}}|\\U(?!0000[Dd][89A-Fa-f])(?:0010|000{_HEX}){_HEX}{{4}}"
)
_ESCAPE: Final = rf"(?:\\[tbnrf\"'\\]|{_CODE})"
_LOCAL: Final = rf"(?:[:{_CHARS}]|%{_HEX}{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"

_AFTER_COLON: Final = rf"(?: (?!-) {_LOCAL} (?: \.*+ {_LOCAL} )*+ )?"

_TOKEN: Final = re.compile(
    rf"""
      (?P<skip> (?: [ \t\r\n]++ | \#[^\r\n]*+ )++ )
    | (?P<var> [?$] [_{_BASE}0-9] [_{_BASE}{_MARK}]*+ )
    | (?P<name> _?: {_AFTER_COLON} )
    | (?P<run> [{_BASE}][{_CHARS}.]*+ )
    | (?P<number> (?: [0-9]++ (?: \.[0-9]++ )? | \.[0-9]++ ) (?: [eE][+-]?[0-9]++ )? )
    | (?P<string> \"\"\" (?: \"{{0,2}} (?: [^\"\\] | {_ESCAPE} ) )*+ \"\"\"
                | ''' (?: '{{0,2}} (?: [^'\\] | {_ESCAPE} ) )*+ '''
                | \"(?!\"\") (?: [^\"\\\r\n] | {_ESCAPE} )*+ \"
                | '(?!'') (?: [^'\\\r\n] | {_ESCAPE} )*+ ' )
    | (?P<language> @[A-Za-z]++ (?: -{{1,2}}[A-Za-z0-9]++ )*+ )
    | (?P<less> < )
    | (?P<open> \{{\|? | \( | \[ )
    | (?P<close> \|?\}} | \) | \] | >> )
    | (?P<quote> [\"'] )
    | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME_REST: Final = re.compile(f":{_AFTER_COLON}", re.VERBOSE)
#: What a run of name characters without a colon after it is made of.
_PIECE: Final = re.compile(
    r"(?P<run>[A-Za-z][A-Za-z0-9_]*+)|(?P<number>[0-9]++(?:\.[0-9]++)?)|(?P<sign>.)", re.DOTALL
)
_IRI: Final = re.compile(rf"<(?:[^<>\"{{}}|^`\\\x00-\x20]|{_CODE})*+>")
_PAIRS: Final = {"{": "}", "{|": "|}", "(": ")", "[": "]", "<<": ">>"}
#: An expression may end with one of these kinds, so that ``<`` after it compares.
_OPERANDS: Final = frozenset({"var", "name", "number", "string", "language", "iri", "close"})
_FILTER: Final = re.compile("(?:true|false)?filter", re.IGNORECASE | re.ASCII)
_DATA_WORD: Final = re.compile("a|(?:true|false|undef|.*values)", re.IGNORECASE | re.ASCII)
#: Words that turn what follows, up to the next brace, into expressions.
_HEADS: Final = ("SELECT", "GROUP", "ORDER", "HAVING")


class Token(NamedTuple):
    """A token: what it is, how it is written, where it begins, how many brackets are open."""

    kind: str
    text: str
    start: int
    depth: int


class _Bracket:
    """An open bracket: its sign, its place, and whether expressions stand directly in it."""

    __slots__ = ("expression", "sign", "start")

    def __init__(self, sign: str, start: int, *, expression: bool) -> None:
        self.sign = sign
        self.start = start
        self.expression = expression


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of an offset in the text."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _wrong(text: str, offset: int, what: Text, remedy: Text | None = None) -> QuerySyntaxError:
    line, column = place(text, offset)
    return QuerySyntaxError(what, line=line, column=column, remedy=remedy)


def _unfinished(text: str, start: int) -> QuerySyntaxError:
    return _wrong(
        text,
        start,
        Text("The string that begins here does not end, or holds an escape that SPARQL lacks."),
        Text("Close the quotes; write a backslash twice (\\\\); use three quotes across lines."),
    )


class _Lexer:
    """The state of one pass: open brackets and the two tokens before."""

    def __init__(self, text: str) -> None:
        self.text = text
        # The outermost level is a head: SELECT (…), ORDER BY (…); its brackets hold expressions.
        self.stack = [_Bracket("", 0, expression=False)]
        self.heads = [True]
        self.before = Token("", "", 0, 0)
        self.last = Token("", "", 0, 0)
        self.run_end = 0

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens; raise QuerySyntaxError where strings or brackets do not close."""
        text = self.text
        special = {
            "run": self._run,
            "less": self._less,
            "open": self._bracket,
            "close": self._close,
            "quote": self._unfinished,
        }
        position, end = 0, len(text)
        while position < end:
            pattern = _TOKEN if position >= self.run_end else _PIECE
            found = pattern.match(text, position)
            assert found is not None  # noqa: S101 - the last alternative takes any character
            kind = found.lastgroup or "sign"
            if kind == "skip":
                position = found.end()
                continue
            handle = special.get(kind)
            if handle is None:
                token = Token(kind, found[0], position, len(self.stack) - 1)
            else:
                token = handle(found[0], position)
            position += len(token.text)
            yield token
            self.before, self.last = self.last, token
        if len(self.stack) > 1:
            raise self._never_closed()

    def _unfinished(self, _sign: str, start: int) -> Token:
        raise _unfinished(self.text, start)

    def _run(self, run: str, start: int) -> Token:
        """Tell a prefixed name from a word.

        A prefix may hold dots and hyphens, so only the end of the run shows which it is; what is
        known of the run is kept, lest each word of ``a.a.a.a…`` look for that end again.
        """
        depth = len(self.stack) - 1
        end = start + len(run)
        if start >= self.run_end and run[-1] != ".":
            rest = _NAME_REST.match(self.text, end)
            if rest is not None:
                return Token("name", run + rest[0], start, depth)
        if not (run.isascii() and run.isidentifier()):
            self.run_end = end
            found = _PIECE.match(run)
            assert found is not None  # noqa: S101 - a run has a first character
            run = found[0]
        if run.upper().startswith(_HEADS) and self.stack[-1].sign in {"", "{"}:
            self.heads[-1] = True
        return Token("word" if run[0].isascii() else "sign", run, start, depth)

    def _less(self, _sign: str, start: int) -> Token:
        """Tell an IRI from a comparison and from the beginning of a quoted triple."""
        depth = len(self.stack) - 1
        if self.stack[-1].expression and self._after_operand():
            return Token("sign", "<", start, depth)
        iri = _IRI.match(self.text, start)
        if iri is not None:
            return Token("iri", iri[0], start, depth)
        if self.text.startswith("<<", start):
            self._open("<<", start, expression=False)
            return Token("open", "<<", start, depth + 1)
        return Token("sign", "<", start, depth)

    def _after_operand(self) -> bool:
        kind, text = self.last.kind, self.last.text
        return kind in _OPERANDS or (kind == "word" and text.lower() in {"true", "false"})

    def _holds_expression(self, sign: str) -> bool:
        """Tell whether the bracket that opens now holds an expression (or a list of them)."""
        if sign != "(":
            return False
        around = self.stack[-1]
        if around.expression:
            return True
        if around.sign not in {"", "{"}:
            return False
        last, before = self.last, self.before
        if last.kind == "word":
            return not _DATA_WORD.fullmatch(last.text)
        if last.kind in {"iri", "name"} and (
            (before.kind == "word" and _FILTER.fullmatch(before.text)) or _FILTER.match(last.text)
        ):
            return True
        return self.heads[-1]

    def _bracket(self, sign: str, start: int) -> Token:
        self._open(sign, start, expression=self._holds_expression(sign))
        return Token("open", sign, start, len(self.stack) - 1)

    def _open(self, sign: str, start: int, *, expression: bool) -> None:
        self.stack.append(_Bracket(sign, start, expression=expression))
        if sign == "{":
            self.heads.append(False)

    def _close(self, sign: str, start: int) -> Token:
        """Close the innermost bracket; ``>>`` and ``|}`` close only what their pair opened."""
        opened, depth = self.stack[-1].sign, len(self.stack) - 1
        if len(sign) > 1 and _PAIRS.get(opened) != sign:
            return Token("sign", sign[0], start, depth)
        if _PAIRS.get(opened) != sign:
            raise self._mismatched(sign, start)
        self.stack.pop()
        if sign == "}":
            self.heads.pop()
        return Token("close", sign, start, depth)

    def _mismatched(self, sign: str, start: int) -> QuerySyntaxError:
        if len(self.stack) == 1:
            return _wrong(self.text, start, Text("“{sign}” closes nothing.", sign=sign))
        opened = self.stack[-1]
        line, column = place(self.text, opened.start)
        what = Text(
            "“{sign}” does not close the “{opened}” of line {line}, column {column}.",
            sign=sign,
            opened=opened.sign,
            line=line,
            column=column,
        )
        return _wrong(self.text, start, what)

    def _never_closed(self) -> QuerySyntaxError:
        opened = self.stack[-1]
        return _wrong(
            self.text,
            opened.start,
            Text("The “{sign}” that stands here is never closed.", sign=opened.sign),
            Text("Add the missing “{sign}”.", sign=_PAIRS[opened.sign]),
        )


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a SPARQL text."""
    return _Lexer(text).tokens()
