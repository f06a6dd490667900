"""The W3C's SPARQL 1.1 tests, read from the files beside the checkout; and how answers compare."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple

ROOT = Path(__file__).parents[4] / "shared/data/w3c/sparql/sparql11"
#: Where the files count as coming from: names of graphs, and the base of relative IRIs.
PLACE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
EMPTY = f"{PLACE}empty"
#: All that is about queries and their results. The rest is about updates (not taken here), about
#: the graph store protocol (not offered), about entailment (there is none) and about SERVICE.
FOLDERS = (
    *("aggregates", "bind", "bindings", "cast", "construct", "csv-tsv-res", "exists", "functions"),
    *("grouping", "json-res", "negation", "project-expression", "property-path", "subquery"),
    "syntax-query",
)
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

Term = NamedNode | BlankNode | Literal | Triple
Row = frozenset[tuple[str, Term]]
#: Rows, or what an ASK says.
Result = list[Row] | bool


@dataclass(frozen=True)
class Case:
    """One test: its kind as the manifest says, and the files that it is made of."""

    iri: str
    kind: str
    query: Path
    data: tuple[Path, ...]
    graphs: tuple[Path, ...]
    result: Path | None

    @property
    def dataset(self) -> list[tuple[str, str]]:
        """The parameters that make exactly the test's dataset, where its query does not."""
        if re.search(r"(?m)^FROM\b", self.text):
            return []
        default = [("default-graph-uri", name_of(p)) for p in self.data]
        named = [("named-graph-uri", name_of(p)) for p in self.graphs]
        return [*(default or [("default-graph-uri", EMPTY)]), *named]

    @property
    def text(self) -> str:
        return f"BASE <{name_of(self.query)}>\n{self.query.read_text('utf-8')}"


def name_of(file: Path) -> str:
    return PLACE + file.relative_to(ROOT).as_posix()


@cache
def cases() -> tuple[Case, ...]:
    return tuple(c for folder in FOLDERS for c in _of_folder(ROOT / folder / "manifest.ttl"))


def _of_folder(manifest: Path) -> Iterator[Case]:
    store = Store()
    store.load(path=manifest, format=RdfFormat.TURTLE, base_iri=name_of(manifest))

    def values(subject: Term, iri: str) -> list[Term]:
        found = store.quads_for_pattern(subject, NamedNode(iri), None, None)  # type: ignore[arg-type]
        return [quad.object for quad in found]

    def files(subject: Term, iri: str) -> tuple[Path, ...]:
        found = (v for v in values(subject, iri) if isinstance(v, NamedNode))
        return tuple(sorted(ROOT / v.value.removeprefix(PLACE) for v in found))

    for quad in store.quads_for_pattern(None, NamedNode(f"{MF}action"), None, None):
        test, action = quad.subject, quad.object
        kind = values(test, TYPE.value)[0]
        assert isinstance(test, NamedNode)
        assert isinstance(kind, NamedNode)
        if isinstance(action, NamedNode):  # a syntax test: the action is the query
            query = (ROOT / action.value.removeprefix(PLACE),)
        else:
            query = files(action, f"{QT}query")
        result = files(test, f"{MF}result")
        data, graphs = files(action, f"{QT}data"), files(action, f"{QT}graphData")
        yield Case(
            test.value,
            kind.value.removeprefix(MF),
            query[0],
            data,
            graphs,
            result[0] if result else None,
        )


def quads() -> Iterator[Quad]:
    """Yield the data of all tests, each file in a graph that has the file's name."""
    for file in sorted({file for case in cases() for file in (*case.data, *case.graphs)}):
        suffix = {"ttl": "text/turtle", "rdf": "application/rdf+xml", "nt": "text/turtle"}
        form = RdfFormat.from_media_type(suffix[file.suffix[1:]])
        for quad in pyoxigraph.parse(path=file, format=form, base_iri=name_of(file)):
            yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(name_of(file)))


def rows(answer: bytes, form: pyoxigraph.QueryResultsFormat) -> Result:
    """Return the rows of an answer, or what an ASK says."""
    parsed = pyoxigraph.parse_query_results(answer, form)
    if isinstance(parsed, pyoxigraph.QueryBoolean):
        return bool(parsed)
    names = [v.value for v in parsed.variables]
    return [
        frozenset((n, t) for n in names if (t := solution[n]) is not None) for solution in parsed
    ]


def rows_in_turtle(file: Path) -> list[Row] | None:
    """Return the rows that a file in the result-set vocabulary holds; None: it is a graph."""
    store = Store()
    store.load(path=file, format=RdfFormat.TURTLE, base_iri=name_of(file))

    def one(subject: Term, name: str) -> Term:
        found = store.quads_for_pattern(subject, NamedNode(RS + name), None, None)  # type: ignore[arg-type]
        return next(found).object

    whole = next(store.quads_for_pattern(None, TYPE, NamedNode(f"{RS}ResultSet"), None), None)
    if whole is None:
        return None
    found = []
    for solution in store.quads_for_pattern(None, NamedNode(f"{RS}solution"), None, None):
        bindings = store.quads_for_pattern(
            solution.object,
            NamedNode(f"{RS}binding"),
            None,
            None,  # type: ignore[arg-type]
        )
        pairs = [(one(b.object, "variable"), one(b.object, "value")) for b in bindings]
        found.append(frozenset((str(getattr(v, "value", "")), t) for v, t in pairs))
    return found


def _by_value(row: Row) -> Row:
    """Return the row with values written in one way: 1.0E0 and 1 are the same double."""
    return frozenset((name, _plain(term)) for name, term in row)


def _plain(term: Term) -> Term:
    if isinstance(term, Literal) and term.datatype.value.startswith(XSD):
        kind = term.datatype.value.removeprefix(XSD)
        if kind in {"double", "float"}:
            return Literal(repr(float(term.value)), datatype=term.datatype)
        if kind == "boolean":
            written = {"1": "true", "0": "false"}.get(term.value, term.value)
            return Literal(written, datatype=term.datatype)
        if kind == "decimal":
            return Literal(str(Decimal(term.value).normalize()), datatype=term.datatype)
    return term


def same(left: list[Row], right: list[Row]) -> bool:
    """Tell whether two bags of rows are the same but for the names of blank nodes."""
    left, right = ([_by_value(row) for row in rows] for rows in (left, right))
    if Counter(map(_anonymous, left)) != Counter(map(_anonymous, right)):
        return False
    return _matched(sorted(left, key=_blanks), right, {})


def _anonymous(row: Row) -> frozenset[tuple[str, str]]:
    return frozenset((n, "_:" if isinstance(t, BlankNode) else str(t)) for n, t in row)


def _blanks(row: Row) -> int:
    return sum(isinstance(t, BlankNode) for _, t in row)


def _matched(left: list[Row], right: list[Row], known: dict[Term, Term]) -> bool:
    if not left:
        return True
    row, rest = left[0], left[1:]
    for place, other in enumerate(right):
        more = _renaming(row, other, known)
        if more is not None and _matched(rest, right[:place] + right[place + 1 :], more):
            return True
    return False


def _renaming(row: Row, other: Row, known: dict[Term, Term]) -> dict[Term, Term] | None:
    mine, theirs = dict(row), dict(other)
    if mine.keys() != theirs.keys():
        return None
    more = dict(known)
    for name, term in mine.items():
        there = theirs[name]
        if isinstance(term, BlankNode) and isinstance(there, BlankNode):
            if more.setdefault(term, there) != there:
                return None
        elif term != there:
            return None
    return more if len(set(more.values())) == len(more) else None


def same_graph(left: bytes, right: bytes) -> bool:
    """Tell whether two graphs, in Turtle, are isomorphic."""
    found = []
    for text in (left, right):
        graph = pyoxigraph.Dataset(pyoxigraph.parse(text, RdfFormat.TURTLE, base_iri=PLACE))
        graph.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
        found.append(graph)
    return found[0] == found[1]
