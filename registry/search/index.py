"""Looks things up in the index of a release: search, sorted lists, labels, findings."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from registry.search.folding import match_expression, sort_key
from registry.search.version import check

#: Matches in a label count most, then other names and identifiers, then the description.
_RANK = "bm25(words, 10.0, 5.0, 1.0)"
#: Where names end that do not begin with the question.
_LONGEST_NAME = 1_000_000
_LANGUAGES = frozenset({"fr", "en"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource as a list shows it."""

    iri: str
    kind: str
    label: str
    summary: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits; ``total`` counts all of them."""

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A warning or information that was published with the release."""

    focus: str
    severity: str
    path: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How often one rule found something in one source; ``example`` is one of the records."""

    source: str
    severity: str
    message: str
    findings: int
    records: int
    example: str


def _column(name: str, language: str) -> str:
    if language not in _LANGUAGES:
        raise ValueError(language)
    return f"{name}_fr" if language == "fr" else f"COALESCE({name}_en, {name}_fr)"


class Index:
    """The index of one release, read-only; each thread has its own connection."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()

    def _rows(self, sql: str, *values: object) -> list[tuple[str, ...]]:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._uri, uri=True)
            check(connection, self._uri)
            self._local.connection = connection
        return connection.execute(sql, values).fetchall()

    def _hits(self, language: str, tail: str, *values: object) -> tuple[Hit, ...]:
        label, summary = _column("label", language), _column("summary", language)
        sql = f"SELECT iri, kind, {label}, {summary} FROM {tail}"  # noqa: S608 — fixed names
        return tuple(Hit(*row) for row in self._rows(sql, *values))

    def browse(self, kind: str, language: str, *, offset: int, limit: int) -> Page:
        """Return a page of the kind's records, sorted by label. O(offset + limit)."""
        sort = _column("sort", language)
        tail = f"resource WHERE kind = ? ORDER BY {sort} LIMIT ? OFFSET ?"
        total = int(self._rows("SELECT COUNT(*) FROM resource WHERE kind = ?", kind)[0][0])
        return Page(self._hits(language, tail, kind, limit, offset), total)

    def search(
        self, question: str, language: str, *, kind: str | None = None, offset: int, limit: int
    ) -> Page:
        """Return a page of the records that hold all words of the question, best first.

        Names that begin with the question come before all others, the shortest first: who types
        “Marseille” means Marseille, not one of its sixteen arrondissements.
        """
        expression = match_expression(question)
        if not expression:
            return Page((), 0)
        where = "words JOIN resource ON resource.id = words.rowid WHERE words MATCH ?"
        values: list[object] = [expression]
        if kind:
            where += " AND kind = ?"
            values.append(kind)
        count = f"SELECT COUNT(*) FROM {where}"  # noqa: S608 — fixed names, values bound
        total = int(self._rows(count, *values)[0][0])
        name, begins = _column("sort", language), sort_key(question)
        tail = (
            f"{where} ORDER BY IIF(substr({name}, 1, ?) = ?, length({name}), {_LONGEST_NAME}),"
            f" {_RANK}, {name}, iri LIMIT ? OFFSET ?"
        )
        return Page(self._hits(language, tail, *values, len(begins), begins, limit, offset), total)

    def named(self, words: str, kind: str, language: str, *, limit: int) -> tuple[Hit, ...]:
        """Return records of a kind in whose names the words begin, the shortest name first.

        For kinds that have no list and hence no words in the index. O(records of the kind).
        """
        name = _column("sort", language)
        tail = (
            f"resource WHERE kind = ? AND instr(' ' || {name}, ?) > 0"
            f" ORDER BY length({name}), {name}, iri LIMIT ?"
        )
        return self._hits(language, tail, kind, f" {sort_key(words)}", limit)

    def counts(self) -> dict[str, int]:
        """Return the number of records of each kind."""
        rows = self._rows("SELECT kind, COUNT(*) FROM resource GROUP BY kind")
        return {kind: int(number) for kind, number in rows}

    def hits(self, iris: Iterable[str], language: str) -> dict[str, Hit]:
        """Return what is known of each IRI that the registry describes, in one query."""
        wanted = list(dict.fromkeys(iris))
        found: dict[str, Hit] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            for hit in self._hits(language, f"resource WHERE iri IN ({marks})", *part):
                found[hit.iri] = hit
        return found

    def iris(self, kind: str, *, offset: int, limit: int) -> list[str]:
        """Return the IRIs of a kind's records, by name. O(offset + limit)."""
        tail = "FROM resource WHERE kind = ? ORDER BY sort_fr LIMIT ? OFFSET ?"
        return [iri for (iri,) in self._rows(f"SELECT iri {tail}", kind, limit, offset)]

    def finding_counts(self, language: str) -> list[FindingCount]:
        """Return how often each thing was found in each source, most severe first. O(findings)."""
        message = "message_fr" if language == "fr" else "message_en"
        rows = self._rows(
            f"SELECT source, severity, {message}, COUNT(*), COUNT(DISTINCT record), MIN(record)"  # noqa: S608
            " FROM finding GROUP BY source, severity, constraint_name, path"
            " ORDER BY severity = 'Info', source, COUNT(*) DESC"
        )
        return [
            FindingCount(source, severity, text, int(findings), int(records), example)
            for source, severity, text, findings, records, example in rows
        ]

    def findings(self, record: str, language: str) -> list[KeptFinding]:
        """Return the warnings that were published about a record and its parts."""
        message = "message_fr" if language == "fr" else "message_en"
        rows = self._rows(
            f"SELECT focus, severity, path, value, {message} FROM finding"  # noqa: S608
            " WHERE record = ? ORDER BY severity, path, value",
            record,
        )
        return [KeptFinding(*row) for row in rows]
