"""Looks things up in the index of a release: search, sorted lists, labels, findings."""

from __future__ import annotations

import difflib
import functools
import itertools
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyroaring import BitMap

from registry.schema import schema
from registry.search.beginnings import beginning
from registry.search.facets import KIND, Choices, Facets
from registry.search.folding import match_expression, sort_key
from registry.search.places import Places
from registry.search.remembering import remembered
from registry.search.spans import Spans
from registry.search.version import opened
from registry.sentences import wording

#: Matches in a label count most, then other names and identifiers, then the description.
_RANK = "bm25(words, 10.0, 5.0, 1.0, 1.0)"
_LANGUAGES = frozenset({"fr", "en"})
#: What comes first: what fits the words best, or what was modified last.
BEST: Final = "best"
NAME: Final = "name"
NEWEST: Final = "newest"
#: Stand around the words that were found; no text holds them.
MARK: Final = ("\x02", "\x03")
#: Sorts after every letter.
_AFTER_ALL: Final = "\U0010ffff"
_SNIPPET_WORDS: Final = 16
#: The columns of the descriptions in the table of words, and what stands for any column.
_DESCRIPTIONS: Final = {"fr": 2, "en": 3}
_ANY: Final = -1
_FEW: Final = 1000
#: Searches whose records are remembered, some tens of kilobytes each at most.
_REMEMBERED: Final = 64
#: Those whose records are remembered in order, four bytes each.
_RANKED: Final = 16
#: Orders of all records of some kinds that are remembered, for pages far from the first.
_ORDERS: Final = 16
_SHORTEST_WORD: Final = 4
_MOST_TERMS: Final = 20_000
#: “jardn” and “jardin” are 0.91 alike, “reseau” and “roseau” 0.83.
_LIKENESS: Final = 0.75


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource as a list shows it.

    The languages are those of label and summary, where they are not the reader's own.
    """

    iri: str
    kind: str
    label: str
    summary: str
    language: str = ""
    summary_language: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits; ``total`` counts all of them."""

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched: words, the values chosen of the filters, and what comes first."""

    words: str = ""
    choices: Choices = field(default_factory=dict)
    order: str = BEST

    @property
    def sorted_by(self) -> str:
        """The order where no words say which match is best."""
        return NAME if self.order == BEST else self.order


@dataclass(frozen=True, slots=True)
class Match:
    """A record that was found: its id, its values, (property, value), and where the words stand.

    In ``snippet`` each word that was looked for stands between the characters of ``MARK``; it is
    empty where the name shows all words. Its language is said where it is not the reader's own.
    """

    number: int
    hit: Hit
    values: tuple[tuple[str, str], ...]
    snippet: str
    snippet_language: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found. ``total`` counts all; ``records`` are those before choices."""

    matches: tuple[Match, ...]
    total: int
    records: BitMap


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


def _shown(language: str) -> str:
    """Return the columns of label and summary, and the languages that they are in instead."""
    columns = [_column(name, language) for name in ("label", "summary")]
    if language == "fr":  # every record has a French name, the shapes say
        return ", ".join((*columns, "''", "''"))
    others = [f"IIF({name}_en IS NULL, 'fr', '')" for name in ("label", "summary")]
    return ", ".join((*columns, *others))


def _by(order: str, language: str) -> str:
    """Return what the records of a group are sorted by."""
    if order == NEWEST:
        return "modified DESC, id DESC"
    return f"{_column('sort', language)}, id"


def _in_schema_order(kinds: Iterable[str]) -> list[str]:
    places = {kind.segment: place for place, kind in enumerate(schema().kinds)}
    return sorted(kinds, key=lambda kind: (places.get(kind, len(places)), kind))


@functools.cache
def _relationships() -> tuple[str, ...]:
    """Return the kinds of relationships: those that are told in sentences."""
    told = {cls for cls, _ in wording().templates}
    return tuple(kind.segment for kind in schema().kinds if kind.class_iri in told)


def _shows(hit: Hit, words: str) -> bool:
    """Tell whether a record's name holds all words."""
    folded = sort_key(hit.label)
    return all(word in folded for word in sort_key(words).split())


class Index:
    """The index of one release, read-only; each thread has its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        #: Who narrows a search, or turns its pages, asks for the same words again.
        self._holding = remembered(_REMEMBERED, self._that_hold)
        self._ranked = remembered(_RANKED, self._best_first)
        self._begun = remembered(_RANKED, self._shortest_first)
        self._all_sorted = remembered(_ORDERS, self._ids_in_order)

    def _rows(self, sql: str, *values: object) -> list[tuple[str, ...]]:
        return self._connection().execute(sql, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = opened(self._path)
        return connection

    def _hits(self, language: str, tail: str, *values: object) -> tuple[Hit, ...]:
        sql = f"SELECT iri, kind, {_shown(language)} FROM {tail}"  # noqa: S608 — fixed names
        return tuple(Hit(*row) for row in self._rows(sql, *values))

    def browse(self, kind: str, language: str, *, offset: int, limit: int) -> Page:
        """Return a page of the kind's records, sorted by label. O(offset + limit)."""
        sort = _column("sort", language)
        tail = f"resource WHERE kind = ? ORDER BY {sort} LIMIT ? OFFSET ?"
        total = int(self._rows("SELECT COUNT(*) FROM resource WHERE kind = ?", kind)[0][0])
        return Page(self._hits(language, tail, kind, limit, offset), total)

    def search(self, words: str, language: str, *, kind: str | None = None, limit: int) -> Page:
        """Return the first records that hold all words, as ``find`` does."""
        if not words:
            return Page((), 0)
        kinds = (kind,) if kind else None
        found = self.find(Wanted(words), kinds, language, offset=0, limit=limit)
        return Page(tuple(match.hit for match in found.matches), found.total)

    def suggest(
        self, words: str, kinds: Iterable[str], language: str, *, limit: int
    ) -> tuple[Hit, ...]:
        """Return records whose names begin with the words, the shortest first, then others."""
        name, begins = _column("sort", language), sort_key(words)
        ids = beginning(self._connection(), words, kinds, name, limit)
        hits = self._hits(language, f"resource WHERE id IN ({','.join(map(str, ids))})")

        def order(hit: Hit) -> tuple[bool, int, str, str]:
            folded = sort_key(hit.label)
            return not folded.startswith(begins), len(folded), folded, hit.iri

        return tuple(sorted(hits, key=order)[:limit])

    @functools.cached_property
    def facets(self) -> Facets:
        """Its filters, read when first asked for."""
        return Facets(self._connection())

    @functools.cached_property
    def spans(self) -> Spans:
        """Its relationships in time, read when first asked for."""
        return Spans(self._connection())

    @functools.cached_property
    def places(self) -> Places:
        """Where its records are, read when first asked for."""
        return Places(self._connection(), self.facets)

    def preload(self) -> None:
        """Read what is kept of it, and the orders in which long lists are gone through."""
        _ = self.places, self.spans  # places need the filters
        listed = (kind.segment for kind in schema().kinds if kind.listed)
        long = (kind for kind in listed if len(self.facets.having(KIND, [kind])) > _FEW)
        for kind, language in itertools.product(long, _LANGUAGES):
            self._all_sorted(NAME, (kind,), language)

    def points(self, iris: Iterable[str]) -> dict[str, tuple[float, float]]:
        """Return longitude and latitude of those of the records that have a point of their own."""
        wanted = list(iris)
        rows = self._connection().execute(
            "SELECT iri, longitude, latitude FROM point JOIN resource USING (id)"  # noqa: S608
            f" WHERE iri IN ({','.join('?' * len(wanted))}) ORDER BY id",
            wanted,
        )
        return {iri: (longitude, latitude) for iri, longitude, latitude in rows}

    def fitting(self, wanted: Wanted, kinds: Iterable[str]) -> BitMap:
        """Return the ids of the records that fit and are of one of the kinds."""
        return self._fitting(wanted, kinds)[1]

    def of(self, ids: BitMap, language: str, *, offset: int, limit: int) -> dict[int, Hit]:
        """Return a page of the records of these ids, by kind and name."""
        page = self._sorted(NAME, ids, language, limit, offset) if ids else []
        matches = self._matches(page, "", language)
        return {number: match.hit for number, match in zip(page, matches, strict=True)}

    def find(
        self,
        wanted: Wanted,
        kinds: Iterable[str] | None,
        language: str,
        *,
        offset: int,
        limit: int,
    ) -> Found:
        """Return a page of the records that fit and are of one of the kinds, or of any.

        Asked by words, those come first whose names begin with the question, the shortest first:
        who types “Marseille” means Marseille, not one of its sixteen arrondissements. Then come
        those that hold all words, best first. Relationships, which are named after those whom they
        relate, come after all others. Without words records are sorted by kind, as the shapes
        order these, and name, or by date, newest first.
        """
        records, chosen = self._fitting(wanted, kinds)
        if not chosen or not limit:
            return Found((), len(chosen), records)
        if wanted.words and wanted.order == BEST:
            ids = self._best(wanted.words, chosen, language, limit, offset)
        else:
            ids = self._sorted(wanted.sorted_by, chosen, language, limit, offset)
        return Found(tuple(self._matches(ids, wanted.words, language)), len(chosen), records)

    def each(
        self, wanted: Wanted, kinds: Iterable[str] | None, language: str, *, at_once: int
    ) -> Iterator[list[Match]]:
        """Yield all that fit, so many at once."""
        _, chosen = self._fitting(wanted, kinds)
        ids = filter(chosen.__contains__, self._in_order(wanted.sorted_by, chosen, language))
        while part := list(itertools.islice(ids, at_once)):
            yield self._matches(part, "", language)

    def _fitting(self, wanted: Wanted, kinds: Iterable[str] | None) -> tuple[BitMap, BitMap]:
        """Return the records that hold the words, and those of them that the choices leave."""
        facets, records = self.facets, BitMap()
        expression = match_expression(wanted.words)
        if expression or not wanted.words:  # words without a letter or digit find nothing
            records = facets.having(KIND, facets.kinds if kinds is None else kinds)
        if expression:
            records = records & self._holding(expression)
        return records, facets.chosen(records, wanted.choices)

    def _that_hold(self, expression: str) -> BitMap:
        """Return the records that hold the words of an expression; not to be changed."""
        rows = self._rows("SELECT rowid FROM words WHERE words MATCH ?", expression)
        return BitMap([int(number) for (number,) in rows])

    def _best(
        self, words: str, chosen: BitMap, language: str, limit: int, offset: int
    ) -> list[int]:
        """Return a page of those that hold the words, relationships last."""
        late = chosen & self.facets.having(KIND, _relationships())
        ids: list[int] = []
        for group in (chosen - late, late):
            if offset < len(group) and len(ids) < limit:
                ids += self._best_of(group, words, language, limit - len(ids), offset)
            offset = max(0, offset - len(group))
        return ids

    def _best_of(
        self, chosen: BitMap, words: str, language: str, limit: int, offset: int
    ) -> list[int]:
        """Return a page of those whose names begin with the words, then of those that hold them."""
        begun = filter(chosen.__contains__, self._begun(sort_key(words), language))
        first = list(itertools.islice(begun, offset + limit))
        ids = first[offset:]
        if len(ids) < limit:  # these were all of them
            rest = chosen - BitMap(first)
            ranked = filter(rest.__contains__, self._ranked(match_expression(words)))
            begin = max(0, offset - len(first))
            ids += itertools.islice(ranked, begin, begin + limit - len(ids))
        return ids

    def _shortest_first(self, begins: str, language: str) -> array[int]:
        """Return the ids of the records whose names begin like that, the shortest first."""
        name, kinds = _column("sort", language), tuple(self.facets.kinds)
        sql = (
            f"SELECT id FROM resource WHERE kind IN ({','.join('?' * len(kinds))})"  # noqa: S608
            f" AND {name} BETWEEN ? AND ? ORDER BY length({name}), {name}, id"
        )
        rows = self._rows(sql, *kinds, begins, begins + _AFTER_ALL)
        return array("I", (int(number) for (number,) in rows))

    def _best_first(self, expression: str) -> array[int]:
        """Return the ids of the records that hold the words of an expression, best first."""
        sql = f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY {_RANK}, rowid"  # noqa: S608
        return array("I", (int(number) for (number,) in self._rows(sql, expression)))

    def _sorted(
        self, order: str, chosen: BitMap, language: str, limit: int, offset: int
    ) -> list[int]:
        """Return the ids of a page in order."""
        ids: list[int] = []
        for kinds, group in self._groups(order, chosen):
            if offset < len(group) and len(ids) < limit:
                ids += self._part(order, kinds, group, language, limit - len(ids), offset)
            offset = max(0, offset - len(group))
        return ids

    def _part(
        self,
        order: str,
        kinds: tuple[str, ...],
        chosen: BitMap,
        language: str,
        limit: int,
        offset: int,
    ) -> list[int]:
        """Return a page of the records of some kinds; the first ones are read along an index."""
        if min(offset, len(chosen)) > _FEW:
            ids = self._all_sorted(order, kinds, language)
            if len(ids) == len(chosen):
                return list(ids[offset : offset + limit])
            left = filter(chosen.__contains__, ids)
            return list(itertools.islice(left, offset, offset + limit))
        where, values = self._among(chosen, kinds)
        by = _by(order, language)
        sql = f"SELECT id FROM resource WHERE {where} ORDER BY {by} LIMIT ? OFFSET ?"  # noqa: S608
        return [int(number) for (number,) in self._rows(sql, *values, limit, offset)]

    def _groups(self, order: str, chosen: BitMap) -> list[tuple[tuple[str, ...], BitMap]]:
        """Return the records that are sorted together, with their kinds, group after group."""
        facets = self.facets
        having = {k: chosen & facets.having(KIND, [k]) for k in _in_schema_order(facets.kinds)}
        kinds = tuple(kind for kind, group in having.items() if group)
        return [(kinds, chosen)] if order == NEWEST else [((k,), having[k]) for k in kinds]

    def _in_order(self, order: str, chosen: BitMap, language: str) -> Iterator[int]:
        """Yield the ids of all records of the kinds of those chosen, in order."""
        for kinds, _ in self._groups(order, chosen):
            yield from self._all_sorted(order, kinds, language)

    def _ids_in_order(self, order: str, kinds: tuple[str, ...], language: str) -> array[int]:
        marks = ",".join("?" * len(kinds))
        by = _by(order, language)
        sql = f"SELECT id FROM resource WHERE kind IN ({marks}) ORDER BY {by}"  # noqa: S608
        return array("I", (int(number) for (number,) in self._rows(sql, *kinds)))

    def _among(self, chosen: BitMap, kinds: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Return the condition that a record is among those chosen, of some kinds, and its values.

        Few are looked up one by one; of many, those of their kinds are gone through in order.
        """
        if len(chosen) <= _FEW:
            return f"id IN ({','.join(map(str, chosen))})", ()
        self._connection().create_function("chosen", 1, chosen.__contains__)
        return f"kind IN ({','.join('?' * len(kinds))}) AND chosen(id)", kinds

    def _matches(self, ids: Sequence[int], words: str, language: str) -> list[Match]:
        """Return the records of these ids, in their order, with the places that hold the words."""
        among = ",".join(map(str, ids))
        sql = (
            f"SELECT id, facets, iri, kind, {_shown(language)}"  # noqa: S608
            f" FROM resource WHERE id IN ({among})"
        )
        rows = [(int(n), facets, Hit(*shown)) for n, facets, *shown in self._rows(sql)]
        unnamed = [n for n, _, hit in rows if not _shows(hit, words)]
        places = self._places(unnamed, words, language)
        found = {}
        for number, facets, hit in rows:
            values = tuple(self.facets.keys[int(n)] for n in facets.split(","))
            found[number] = Match(number, hit, values, *places.get(number, ("", "")))
        return [found[number] for number in ids]

    def _places(self, ids: Sequence[int], words: str, language: str) -> dict[int, tuple[str, str]]:
        """Return where in these records the words stand, and in which language if not this one.

        O(all records that hold them).
        """
        if not words or not ids:
            return {}
        others = [each for each in _DESCRIPTIONS if each != language]
        columns = [_DESCRIPTIONS[language], *(_DESCRIPTIONS[each] for each in others), _ANY]
        shown = (f"snippet(words, {n}, ?1, ?2, '…', {_SNIPPET_WORDS})" for n in columns)
        sql = (
            f"SELECT rowid, {', '.join(shown)} FROM words"  # noqa: S608
            f" WHERE words MATCH ?3 AND rowid IN ({','.join(map(str, ids))})"
        )
        languages = ("", *others, "")
        found = {}
        for number, *texts in self._rows(sql, *MARK, match_expression(words)):
            marked = (each for each in zip(texts, languages, strict=True) if MARK[0] in each[0])
            found[int(number)] = next(marked, ("", ""))
        return found

    def nearest(self, word: str) -> str | None:
        """Return the word of the index that is most like one that is not in it, or None.

        Compared are those that begin alike: O(words with that letter), some tens of milliseconds.
        """
        folded = sort_key(word)
        if len(folded) < _SHORTEST_WORD:
            return None
        self._rows("CREATE VIRTUAL TABLE IF NOT EXISTS temp.term USING fts5vocab(main, words, row)")
        rows = self._rows(
            "SELECT term FROM temp.term WHERE term >= ? AND term < ?"
            " AND length(term) BETWEEN ? AND ? ORDER BY doc DESC LIMIT ?",
            folded[0], chr(ord(folded[0]) + 1), len(folded) - 2, len(folded) + 2, _MOST_TERMS,
        )  # fmt: skip
        close = difflib.get_close_matches(folded, [term for (term,) in rows], 1, _LIKENESS)
        return close[0] if close else None

    def filters(self) -> dict[tuple[str, str], list[str]]:
        """Return the records of every value of every filter, for a comparison. O(values)."""
        iris = {int(n): iri for n, iri in self._rows("SELECT id, iri FROM resource")}
        return self.facets.stated(iris)

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
