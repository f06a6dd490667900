"""Checks that what is served is what was written, and that it holds."""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.findings import VIOLATION, Report
from registry.progress import Progress
from registry.publishing.next_release import reindexed
from registry.releases import archive, patch
from registry.releases.archive import Archive, Release
from registry.releases.changed import Changed
from registry.releases.checksum import Checksum
from registry.releases.writer import sha256
from registry.search.index import Index
from registry.settings import Settings
from registry.texts import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it should be."""

    what: Text
    where: str


@dataclass(slots=True)
class Verification:
    """What was found wrong with a release; ``report`` is the full SHACL run's."""

    faults: list[Fault]
    report: Report

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and self.report.conforms


def verify(
    releases: Archive, settings: Settings, progress: Progress, *, number: int | None = None
) -> Verification:
    """Check one release, the current one by default, against its manifest, shapes and index.

    O(statements); the full SHACL run takes most of the time.
    """
    release = releases.release(number or releases.current_number())
    faults: list[Fault] = []
    with progress.stage("files", Text("Checking files")):
        faults += _files(release)
        faults += _patch(releases, release)
    with progress.stage("content", Text("Checking statements"), release.manifest.statements):
        faults += _content(release, progress)
    with tempfile.TemporaryDirectory(prefix="faces-verify-") as folder:
        rebuilt = Path(folder) / archive.INDEX
        report = reindexed(release, rebuilt, settings, progress)
        with progress.stage("compare", Text("Comparing the index")):
            faults += _index(release, rebuilt)
    if not report.conforms:
        number_of = len(report.of(VIOLATION))
        faults.append(
            Fault(Text("{n} violations of the shapes.", n=number_of), release.folder.name)
        )
    return Verification(faults, report)


def _files(release: Release) -> Iterator[Fault]:
    for name, expected in release.manifest.files.items():
        path = release.folder / name
        if not path.is_file():
            yield Fault(Text("A file is missing."), str(path))
        elif sha256(path) != expected:
            yield Fault(Text("A file is not the one that was written."), str(path))


def _patch(releases: Archive, release: Release) -> Iterator[Fault]:
    """Check that the parent's content and the patch make this release's content.

    What is noted of the patch beside it has to follow from it, too.
    """
    manifest = release.manifest
    content = Checksum()
    if manifest.parent is not None:
        content = Checksum(releases.release(manifest.parent).manifest.content)
    added = removed = 0
    records = Changed()
    path = release.folder / archive.PATCH
    for operation, statement in patch.read(path):
        records.note(statement)
        if operation == patch.ADDED:
            added += 1
            content.add(statement)
        else:
            removed += 1
            content.remove(statement)
    if (added, removed) != (manifest.added, manifest.removed) or content.hex() != manifest.content:
        yield Fault(Text("The patch does not lead from the parent to this release."), str(path))
    noted = release.folder / archive.CHANGED
    if noted.is_file() and noted.read_bytes() != records.file():
        yield Fault(Text("The list of changed records does not follow from the patch."), str(noted))


def _content(release: Release, progress: Progress) -> Iterator[Fault]:
    graphs, where = release.graphs, str(release.folder / archive.RDF)
    content = Checksum()
    number = unmerged = 0
    for quad in graphs.quads():
        content.add(str(quad))
        number += 1
        unmerged += not graphs.merged(quad)
        if number % 5000 == 0:
            progress.advance(5000)
    expected = release.manifest.statements
    if number != expected:
        what = Text("{n} statements, where {expected} were written.", n=number, expected=expected)
        yield Fault(what, where)
    if content.hex() != release.manifest.content:
        yield Fault(Text("The statements are not those that were written."), where)
    stray = sum(1 for quad in graphs.triples() if not graphs.stated(quad))
    if unmerged or stray:
        what = Text("The default graph is not the merge of the named graphs.")
        yield Fault(what, where)


_RESOURCES = """
SELECT iri, kind, label_fr, label_en, sort_fr, sort_en, summary_fr, summary_en,
       modified, label, other, description_fr, description_en
FROM resource LEFT JOIN words ON words.rowid = resource.id ORDER BY iri"""
_BROADER = "SELECT narrow, broad FROM broader ORDER BY narrow, broad"
_POINTS = "SELECT iri, longitude, latitude FROM point JOIN resource USING (id) ORDER BY iri"
_FINDINGS = """
SELECT * FROM finding ORDER BY focus, severity, path, value, constraint_name, message_fr"""
_SPANS = """
SELECT resource.iri, path, one, other, begun, ended FROM span JOIN resource USING (id)
ORDER BY 1, 2, 3, 4"""
_DUMPS = (_RESOURCES, _FINDINGS, _BROADER, _POINTS, _SPANS)


def _index(release: Release, rebuilt: Path) -> Iterator[Fault]:
    kept = release.folder / archive.INDEX
    try:
        agrees = all(_same(kept, rebuilt, query) for query in _DUMPS)
        agrees = agrees and Index(kept).filters() == Index(rebuilt).filters()
    except sqlite3.DatabaseError:
        agrees = False
    if not agrees:
        yield Fault(
            Text("The search index does not agree with the statements; “faces reindex” mends it."),
            str(kept),
        )


def _same(one: Path, other: Path, query: str) -> bool:
    pairs = itertools.zip_longest(_rows(one, query), _rows(other, query))
    return all(left == right for left, right in pairs)


def _rows(path: Path, query: str) -> Iterator[tuple[object, ...]]:
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        yield from database.execute(query)
    finally:
        database.close()
