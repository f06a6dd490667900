"""Derives the index of a release from its RDF: whole, or just the records that changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self

from pyoxigraph import Literal, NamedNode, Quad

from registry.findings import Finding
from registry.identifiers import record_of
from registry.lifecycle import REPLACED_BY, STATUS, departed
from registry.namespaces import RDF_TYPE, term
from registry.points import point
from registry.schema import Schema
from registry.search.facet_writer import FacetWriter
from registry.search.facets import DESCRIBED_BY, KIND, SAYS
from registry.search.folding import ligatures, sort_key
from registry.search.spans import READ, spans
from registry.search.version import check
from registry.store import Graphs
from registry.texts import LANGUAGES, best

#: What a record is called, and what describes it; earlier ones win.
LABELS = tuple(
    term(name).value for name in ("rdfs:label", "skos:prefLabel", "dcterms:title", "foaf:name")
)
DESCRIPTIONS = tuple(
    term(name).value
    for name in ("dcterms:description", "skos:definition", "schema:description", "rdfs:comment")
)
_NAMED = frozenset({*LABELS, *DESCRIPTIONS})
_MODIFIED = term("dcterms:modified").value
#: By which a territory lies in another one, and a concept below another one.
BROADER = frozenset({term("geo:sfWithin").value, term("skos:broader").value})
_DATES = frozenset(
    {term("xsd:date"), term("xsd:dateTime"), term("xsd:gYear"), term("xsd:gYearMonth")}
)
_GEOMETRY = term("geo:hasGeometry")
_WKT = term("geo:asWKT")
_YEAR = 4
_TEXTUAL = frozenset({term("xsd:string"), term("rdf:langString")})
_SUMMARY_LENGTH = 240
_BATCH = 2000


class IndexBuilder:
    """Writes an index file; a context manager that commits at the end."""

    def __init__(self, path: Path, schema: Schema) -> None:
        fresh = not path.exists()
        self._schema = schema
        self._searched = {kind.segment for kind in schema.kinds if kind.listed}
        self._facets = {
            kind.segment: frozenset(f.path for f in schema.facets([kind])) for kind in schema.kinds
        }
        self._asked = {
            kind.segment: [f.path for f in schema.asked_for(kind)] for kind in schema.kinds
        }
        self._read = frozenset({_MODIFIED, REPLACED_BY}).union(
            BROADER, READ, *self._facets.values()
        )
        self._database = sqlite3.connect(path, isolation_level=None)
        # The file becomes visible only when it is complete and synced as a whole.
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA cache_size = -131072")  # 128 MiB: rows come in any order
        if fresh:
            script = files("registry.search").joinpath("schema.sql").read_text(encoding="utf-8")
            self._database.executescript(script)
        check(self._database)
        self._database.execute("BEGIN")
        self._filters = FacetWriter(self._database)
        (last,) = self._database.execute("SELECT MAX(id) FROM resource").fetchone()
        self._next = (last or 0) + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._filters.save()
            self._database.execute("COMMIT")
        self._database.close()

    def add_all(self, graphs: Graphs, progress: Callable[[int], None] = lambda _: None) -> None:
        """Index every record of every kind of an empty index. O(statements)."""
        batch: list[str] = []
        for iri in _records(graphs, self._schema):
            batch.append(iri)
            if len(batch) == _BATCH:
                self._insert(graphs, batch)
                progress(len(batch))
                batch = []
        self._insert(graphs, batch)
        progress(len(batch))
        self._database.execute("INSERT INTO words (words) VALUES ('optimize')")

    def update(
        self,
        graphs: Graphs,
        subjects: Iterable[str],
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Index again the records of these subjects. O(what they say)."""
        records = sorted({record_of(subject) for subject in subjects})
        for start in range(0, len(records), _BATCH):
            batch = records[start : start + _BATCH]
            for record in batch:
                self._delete(record)
            self._insert(graphs, batch)
            progress(len(batch))

    def _delete(self, record: str) -> None:
        rows = self._database.execute("SELECT id, facets FROM resource WHERE iri = ?", (record,))
        for number, facets in rows.fetchall():
            self._filters.remove(number, facets)
            self._database.execute("DELETE FROM broader WHERE narrow = ?", (record,))
            self._database.execute("DELETE FROM words WHERE rowid = ?", (number,))
            self._database.execute("DELETE FROM point WHERE id = ?", (number,))
            self._database.execute("DELETE FROM span WHERE id = ?", (number,))
            self._database.execute("DELETE FROM resource WHERE id = ?", (number,))

    def _insert(self, graphs: Graphs, records: Iterable[str]) -> None:
        for record in records:
            own = _Said(self._read)
            own.read(graphs, record)
            kind = self._schema.kind_of(own.classes)
            if kind is None or "#" in record:
                continue
            number, self._next = self._next, self._next + 1
            # What is gone keeps its name for those that point to it, and is in no list.
            segment = "" if self._gone(own, record) else kind.segment
            facets = self._filters.add(number, self._counted(graphs, own, record, segment))
            self._database.execute(
                "INSERT INTO resource (id, iri, kind, label_fr, label_en, sort_fr, sort_en,"
                " summary_fr, summary_en, modified, facets)"
                " VALUES (?, ?, ?, ?4, NULLIF(?5, ?4), ?6, NULLIF(?7, ?6), ?8, NULLIF(?9, ?8),"
                " ?, ?)",
                (number, record, segment, *_shown(own, record), own.modified, facets),
            )
            self._database.executemany(
                "INSERT OR IGNORE INTO broader VALUES (?, ?)",
                ((record, value) for path, value in own.values if path in BROADER),
            )
            place = _place(graphs, record) if own.parts else None
            if place:
                self._database.execute("INSERT INTO point VALUES (?, ?, ?)", (number, *place))
            if segment:
                self._database.executemany(
                    "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?)",
                    ((number, *span) for span in spans(own.classes, own.values)),
                )
            if segment in self._searched:
                self._database.execute(
                    "INSERT INTO words (rowid, label, other, description_fr, description_en)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (number, *_words(graphs, own)),
                )

    def _gone(self, own: _Said, record: str) -> bool:
        statuses = [value for path, value in own.values if path == STATUS]
        others = [v for path, v in own.values if path == REPLACED_BY and v != record]
        return departed(self._schema, own.classes, statuses, others) is not None

    def _counted(
        self, graphs: Graphs, own: _Said, record: str, segment: str
    ) -> Iterable[tuple[str, str]]:
        """Return the (property, value) pairs by which a record of the kind is filtered, counted."""
        if not segment:
            return ()
        of_kind = dict.fromkeys(v for v in own.values if v[0] in self._facets[segment])
        says = ((SAYS, path) for path in self._asked[segment] if path in own.paths)
        described_by = ((DESCRIBED_BY, source) for source in _sources(graphs, record))
        return ((KIND, segment), *of_kind, *says, *described_by)

    def replace_findings(
        self, findings: Iterable[Finding], graphs: Graphs, focus_nodes: Iterable[str] | None
    ) -> None:
        """Keep the findings of the nodes that were validated; None: of all nodes."""
        if focus_nodes is None:
            self._database.execute("DELETE FROM finding")
        else:
            self._database.executemany(
                "DELETE FROM finding WHERE record = ? AND focus = ?",
                ((record_of(focus), focus) for focus in focus_nodes),
            )
        self._database.executemany(
            "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_finding_row(finding, graphs) for finding in findings),
        )

    def count_findings(self) -> int:
        """Return the number of findings kept."""
        return int(self._database.execute("SELECT COUNT(*) FROM finding").fetchone()[0])


def _finding_row(finding: Finding, graphs: Graphs) -> tuple[str, ...]:
    source = next(iter(_sources(graphs, finding.focus)), "")
    return (
        finding.focus,
        record_of(finding.focus),
        finding.severity,
        finding.path,
        finding.value,
        finding.constraint,
        finding.text("fr"),
        finding.text("en"),
        source,
    )


def _sources(graphs: Graphs, iri: str) -> dict[str, None]:
    """Return the graphs that say what a resource is, each once."""
    stated = graphs.quads(NamedNode(iri), RDF_TYPE)
    names = (quad.graph_name for quad in stated)
    return dict.fromkeys(name.value for name in names if isinstance(name, NamedNode))


def _records(graphs: Graphs, schema: Schema) -> Iterator[str]:
    """Yield each record once: a node whose class has a kind, parts excepted."""
    for kind in schema.kinds:
        for quad in graphs.triples(predicate=RDF_TYPE, value=NamedNode(kind.class_iri)):
            subject = quad.subject
            if isinstance(subject, NamedNode) and "#" not in subject.value:
                classes = _classes(graphs.triples(subject, RDF_TYPE))
                if schema.kind_of(classes) is kind:
                    yield subject.value


def _classes(quads: Iterable[Quad]) -> list[str]:
    return [q.object.value for q in quads if isinstance(q.object, NamedNode)]


@dataclass(slots=True)
class _Said:
    """What a record says itself, taken apart in one pass over its statements."""

    #: The properties whose values are kept.
    wanted: frozenset[str] = frozenset()
    #: (property, IRI or year) of the properties that are wanted.
    values: list[tuple[str, str]] = field(default_factory=list)
    modified: str = ""
    #: All properties that it has.
    paths: set[str] = field(default_factory=set)
    classes: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    #: (property, literal), for texts alone: numbers and dates are not searched by word.
    texts: list[tuple[str, Literal]] = field(default_factory=list)

    def read(self, graphs: Graphs, record: str) -> None:
        """Read the statements about the record."""
        prefix = record + "#"
        for quad in graphs.triples(NamedNode(record)):
            value, path = quad.object, quad.predicate.value
            self.paths.add(path)
            if isinstance(value, NamedNode):
                iri = value.value
                if iri.startswith(prefix):
                    self.parts.append(iri)
                elif quad.predicate == RDF_TYPE:
                    self.classes.append(iri)
                elif path in self.wanted:
                    self.values.append((path, iri))
            elif isinstance(value, Literal):
                if value.datatype in _TEXTUAL:
                    self.texts.append((path, value))
                elif path in self.wanted and value.datatype in _DATES:
                    self.values.append((path, value.value[:_YEAR]))
                    if path == _MODIFIED:
                        self.modified = max(self.modified, value.value)

    def words(self, predicates: Iterable[str]) -> dict[str, str]:
        """Return the words of the first of the properties that has any."""
        for predicate in predicates:
            found: dict[str, str] = {}
            for name, text in self.texts:
                if name == predicate:
                    found.setdefault(text.language or "", text.value)
            if found:
                return found
        return {}


def _place(graphs: Graphs, record: str) -> tuple[float, float] | None:
    """Return longitude and latitude of a record's geometry, where it is a point."""
    for stated in graphs.triples(NamedNode(record), _GEOMETRY):
        if isinstance(stated.object, NamedNode):
            for quad in graphs.triples(stated.object, _WKT):
                if place := point(quad.object):
                    return place
    return None


def _shown(own: _Said, record: str) -> tuple[str, ...]:
    """Return name, what it is sorted by, and summary, each in both languages."""
    labels, descriptions = own.words(LABELS), own.words(DESCRIPTIONS)
    shown = [best(labels, language, record) for language in LANGUAGES]
    summaries = [_shortened(best(descriptions, language)) for language in LANGUAGES]
    return (*shown, *map(sort_key, shown), *summaries)


def _words(graphs: Graphs, own: _Said) -> tuple[str, str, str, str]:
    """Return what is searched: the names, all other texts, the descriptions in both languages."""
    parts = _Said()
    for part in sorted(set(own.parts)):
        parts.read(graphs, part)
    labels, descriptions = own.words(LABELS), own.words(DESCRIPTIONS)
    other = [text.value for name, text in own.texts if name not in _NAMED]
    other += [text.value for _, text in parts.texts]
    english = ligatures(descriptions.pop("en", ""))
    return _together(labels.values()), _together(other), _together(descriptions.values()), english


def _shortened(text: str) -> str:
    if len(text) <= _SUMMARY_LENGTH:
        return text
    return text[:_SUMMARY_LENGTH].rsplit(" ", 1)[0] + " …"


def _together(texts: Iterable[str]) -> str:
    return ligatures("\n".join(texts))
