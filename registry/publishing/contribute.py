"""An import: each contribution replaces the graph of its source; together they make one release.

Gather what each says, derive shortcut properties, compare with what is published, apply the
difference, validate, index, publish. Whatever fails on the way leaves the current release as it
was.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Quad, Triple

from registry.errors import InvalidDataError
from registry.findings import VIOLATION, Finding, Problem, Report
from registry.identifiers import Iris
from registry.importing.locate import lines_of_records, locate
from registry.importing.model import Contribution
from registry.namespaces import term
from registry.progress import Progress
from registry.publishing.next_release import NextRelease, now
from registry.publishing.sources import description
from registry.query.model import QueryLimits
from registry.query.scan import scan
from registry.releases.archive import Release
from registry.releases.manifest import Manifest
from registry.releases.writer import Writer
from registry.schema import schema
from registry.settings import Settings
from registry.store import Candidate, Graphs
from registry.texts import Text

_MODIFIED = term("dcterms:modified")
_REPORT_EVERY = 5000
#: Leaving rows out can make others invalid (they pointed to them); after so many rounds, refuse.
_ROUNDS = 5
#: So many violations are located in the files and shown; all are counted.
_LOCATED = 1000


@dataclass(slots=True)
class Outcome:
    """What came of an import.

    ``manifest`` is None when nothing was published: a dry run, or nothing differed.
    ``left_out`` maps a source to the violations for which rows were left out.
    """

    manifest: Manifest | None
    report: Report
    added: int = 0
    removed: int = 0
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    left_out: dict[str, list[Finding]] = field(default_factory=dict)


class Importer:
    """Imports contributions into the registry that the writer holds."""

    def __init__(
        self,
        writer: Writer,
        settings: Settings,
        progress: Progress,
        step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._iris = Iris(settings.base_iri)
        self._progress = progress
        self._step = step
        self._base: Release | None = writer.current()

    def run(
        self,
        contributions: Mapping[str, Contribution],
        *,
        message: str,
        author: str,
        dry_run: bool = False,
    ) -> Outcome:
        """Publish the contributions, by source name, as one release.

        Raises InvalidDataError, with all findings and their places, when a shape is violated or
        the input has faults that refuse it, UnusableIndexError when there is no index to bring up
        to date; nothing is changed then.
        """
        if self._base and not dry_run:
            self._base.check_index()  # now, not when all has been validated
        skipped: dict[str, frozenset[int]] = {name: frozenset() for name in contributions}
        left_out: dict[str, list[Finding]] = {name: [] for name in contributions}
        for _ in range(_ROUNDS):
            following = self._prepare(contributions, skipped)
            outcome = Outcome(None, Report(), following.added, following.removed)
            outcome.problems = {name: c.problems() for name, c in contributions.items()}
            outcome.left_out = left_out
            if not following.changed:
                return outcome
            outcome.report = following.check()
            if outcome.report.conforms:
                break
            if not self._leave_out(contributions, outcome.report, skipped, left_out):
                raise self._refusal(contributions, outcome.report)
        else:
            raise self._refusal(contributions, outcome.report)
        if not dry_run:
            following.index(outcome.report)
            outcome.manifest = following.publish(
                message=message, author=author, sources=sorted(contributions)
            )
        return outcome

    def _prepare(
        self, contributions: Mapping[str, Contribution], skipped: Mapping[str, frozenset[int]]
    ) -> NextRelease:
        gathered = self._writer.stage() / "candidate"
        candidate = Candidate.open(gathered)
        with self._progress.stage("read", Text("Reading")):
            for name, contribution in contributions.items():
                candidate.extend(self._quads(name, contribution, skipped[name]))
        _refuse_faulty(contributions)
        self._step("gathered")
        with self._progress.stage("derive", Text("Deriving shortcuts")):
            self._derive(candidate, contributions)
        following = NextRelease(
            self._writer, self._settings, self._base, self._progress, self._step
        )
        with self._progress.stage("apply", Text("Comparing and applying"), candidate.size()):
            published = self._base.graphs if self._base else None
            about = self._about(candidate, contributions, published)
            following.apply(
                self._removed(candidate, contributions, published, about),
                self._added(candidate, contributions, published, about),
            )
        del candidate  # closes it
        shutil.rmtree(gathered)
        return following

    def _quads(
        self, name: str, contribution: Contribution, skipped: frozenset[int]
    ) -> Iterator[Quad]:
        """Yield what a source says in its graph, and what it says of itself in the registry's."""
        source = NamedNode(self._iris.source(name))
        registry = NamedNode(self._iris.metadata_graph)
        for number, statement in enumerate(contribution.statements(skipped), start=1):
            triple = statement.triple
            graph = registry if triple.subject == source else source
            yield Quad(triple.subject, triple.predicate, triple.object, graph)
            if number % _REPORT_EVERY == 0:
                self._progress.advance(_REPORT_EVERY)

    def _derive(self, candidate: Candidate, names: Mapping[str, Contribution]) -> None:
        for name in names:
            graph = NamedNode(self._iris.source(name))
            for rules in schema().rules.values():
                for rule in rules:
                    scan(rule, QueryLimits())  # no SERVICE; the engine would follow it
                    triples = candidate.construct(rule, graph=graph.value)
                    candidate.extend(Quad(t.subject, t.predicate, t.object, graph) for t in triples)

    def _about(
        self,
        candidate: Candidate,
        names: Mapping[str, Contribution],
        published: Graphs | None,
    ) -> list[Quad]:
        """Return the description of every source that differs from what is published."""
        moment = now()
        registry = NamedNode(self._iris.metadata_graph)
        about: list[Quad] = []
        for name in names:
            subject = NamedNode(self._iris.source(name))
            stated = candidate.quads(subject, graph=registry)
            triples = (Triple(q.subject, q.predicate, q.object) for q in stated)
            whole = description(self._iris, name, triples, published, moment)
            if self._differs(candidate, name, published, whole):
                about += whole
        return about

    def _differs(
        self, candidate: Candidate, name: str, published: Graphs | None, whole: list[Quad]
    ) -> bool:
        if published is None:
            return True
        said = {q for q in whole if q.predicate != _MODIFIED}
        subject = NamedNode(self._iris.source(name))
        before = published.quads(subject, graph=NamedNode(self._iris.metadata_graph))
        if said != {q for q in before if q.predicate != _MODIFIED}:
            return True
        graph = NamedNode(self._iris.source(name))
        if not published.names(graph):
            return True
        new = any(not published.has(q) for q in candidate.quads(graph=graph))
        return new or any(not candidate.has(q) for q in published.quads(graph=graph))

    def _added(
        self,
        candidate: Candidate,
        names: Mapping[str, Contribution],
        published: Graphs | None,
        about: list[Quad],
    ) -> Iterator[Quad]:
        for name in names:
            graph = NamedNode(self._iris.source(name))
            stated = candidate.quads(graph=graph)
            if published is None or not published.names(graph):
                yield from stated
            else:
                yield from (quad for quad in stated if not published.has(quad))
        yield from (q for q in about if published is None or not published.has(q))

    def _removed(
        self,
        candidate: Candidate,
        names: Mapping[str, Contribution],
        published: Graphs | None,
        about: list[Quad],
    ) -> Iterator[Quad]:
        if published is None:
            return
        for name in names:
            for quad in published.quads(graph=NamedNode(self._iris.source(name))):
                if not candidate.has(quad):
                    yield quad
        described = {q.subject for q in about}
        kept = set(about)
        for subject in described:
            if isinstance(subject, NamedNode):
                graph = NamedNode(self._iris.metadata_graph)
                yield from (q for q in published.quads(subject, graph=graph) if q not in kept)

    def _leave_out(
        self,
        contributions: Mapping[str, Contribution],
        report: Report,
        skipped: dict[str, frozenset[int]],
        left_out: dict[str, list[Finding]],
    ) -> bool:
        """Choose rows to leave out; False when a violation is not a row's that may be skipped."""
        violations = report.of(VIOLATION)
        unexplained = {f.focus for f in violations}
        for name, contribution in contributions.items():
            if not contribution.skips_invalid_rows:
                continue
            lines = lines_of_records(contribution, unexplained)
            mine = [f for f in violations if f.focus in lines]
            skipped[name] |= {line for found in lines.values() for line in found}
            left_out[name] += located(contribution, mine)
            unexplained -= lines.keys()
        return not unexplained

    def _refusal(
        self, contributions: Mapping[str, Contribution], report: Report
    ) -> InvalidDataError:
        violations = report.of(VIOLATION)
        worst, rest = violations[:_LOCATED], violations[_LOCATED:]
        for contribution in contributions.values():
            worst = located(contribution, worst)
        others = [f for f in report.findings if f.severity != VIOLATION]
        return InvalidDataError(
            Text("The data were refused (faults: {n}). Nothing was changed.", n=len(violations)),
            Report([*worst, *rest, *others], report.focus_nodes),
            remedy=Text("Mend what is listed and import again."),
        )


def located(contribution: Contribution, findings: list[Finding]) -> list[Finding]:
    """Return the findings with the places where the contribution states what is wrong."""
    wanted = [(f.focus, f.path or None, f.value or None) for f in findings]
    places = locate(contribution, set(wanted))
    return [f.at(f.place or places.get(w)) for f, w in zip(findings, wanted, strict=True)]


def _refuse_faulty(contributions: Mapping[str, Contribution]) -> None:
    problems = [p for c in contributions.values() for p in c.problems() if p.fatal]
    if problems:
        raise InvalidDataError(
            Text("The input was refused (faults: {n}). Nothing was changed.", n=len(problems)),
            Report(),
            problems=problems,
            remedy=Text("Mend what is listed and import again."),
        )
