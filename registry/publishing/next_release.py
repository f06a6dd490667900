"""Makes the next release from a difference: clone, apply, validate, index, publish."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pyoxigraph import Quad

from registry import __version__
from registry.findings import INFO, WARNING, Report
from registry.progress import Progress
from registry.releases import archive
from registry.releases.archive import Release
from registry.releases.checksum import Checksum
from registry.releases.manifest import Manifest
from registry.releases.patch import PatchWriter
from registry.releases.writer import Writer, file_checksums
from registry.schema import schema
from registry.search.build import IndexBuilder
from registry.settings import Settings
from registry.store import Draft, Graphs
from registry.texts import Text
from registry.validation.reach import Reach, all_subjects
from registry.validation.run import validate
from registry.validation.shapes import load_shapes

#: After a change of so many statements the database is compacted, so that it reads fast.
_LARGE_CHANGE = 100_000
_REPORT_EVERY = 5000


class NextRelease:
    """The release in the making, in the writer's staging folder.

    Call ``apply``, ``check``, ``index`` and ``publish``, in this order; whoever stops in between
    publishes nothing.
    """

    def __init__(
        self,
        writer: Writer,
        settings: Settings,
        base: Release | None,
        progress: Progress,
        step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._base = base
        self._progress = progress
        self._step = step
        self._reach = Reach(load_shapes().inverse_paths)
        self.added = 0
        self.removed = 0
        self._content = ""
        self._warnings = 0

    @property
    def changed(self) -> bool:
        """Whether anything was added or removed."""
        return bool(self.added or self.removed)

    def apply(self, removed: Iterable[Quad], added: Iterable[Quad]) -> None:
        """Apply an exact difference to a clone of the base release, writing the patch."""
        rdf = self._writer.staging / archive.RDF
        content = Checksum()
        if self._base is not None:
            self._base.graphs.clone(rdf)
            content = Checksum(self._base.manifest.content)
        draft = Draft.open(rdf)
        self._step("cloned")
        with PatchWriter(self._writer.staging / archive.PATCH, content) as patch:
            draft.remove(self._noted(removed, patch.remove))
            draft.add(self._noted(added, patch.add))
        self.added, self.removed, self._content = patch.added, patch.removed, content.hex()
        draft.flush()
        if self.added + self.removed > _LARGE_CHANGE:
            draft.optimize()
        self._step("applied")

    def _noted(self, quads: Iterable[Quad], record: Callable[[str], None]) -> Iterator[Quad]:
        for number, quad in enumerate(quads, start=1):
            record(str(quad))
            self._reach.note(quad)
            if number % _REPORT_EVERY == 0:
                self._progress.advance(_REPORT_EVERY)
            yield quad

    def check(self) -> Report:
        """Validate every node that the change can affect."""
        rdf = self._writer.staging / archive.RDF
        focus_nodes = self._reach.focus_nodes(Graphs.open(rdf))
        title = Text("Validating")
        with self._progress.stage("validate", title, len(focus_nodes)):
            report = validate(
                rdf,
                focus_nodes,
                processes_wanted=self._settings.import_processes,
                progress=self._progress.advance,
            )
        self._focus_nodes = focus_nodes
        self._step("validated")
        return report

    def index(self, report: Report) -> None:
        """Bring the index up to date, the findings below the gate included."""
        path = self._writer.staging / archive.INDEX
        if self._base is not None:
            shutil.copyfile(self._base.folder / archive.INDEX, path)
        graphs = Graphs.open(self._writer.staging / archive.RDF)
        subjects = self._reach.subjects()
        with (
            self._progress.stage("index", Text("Indexing"), len(subjects)),
            IndexBuilder(path, schema()) as builder,
        ):
            builder.update(graphs, subjects, self._progress.advance)
            kept = report.of(WARNING, INFO)
            builder.replace_findings(kept, graphs, self._focus_nodes)
            self._warnings = builder.count_findings()
        self._step("indexed")

    def publish(
        self, *, message: str, author: str, sources: Iterable[str], restores: int | None = None
    ) -> Manifest:
        """Make it the current release and return its manifest."""
        base = self._base.manifest if self._base else None
        with self._progress.stage("publish", Text("Publishing")):
            manifest = Manifest(
                number=base.number + 1 if base else 1,
                parent=base.number if base else None,
                created=now(),
                author=author,
                message=message,
                base_iri=self._settings.base_iri,
                statements=(base.statements if base else 0) + self.added - self.removed,
                added=self.added,
                removed=self.removed,
                content=self._content,
                software=software(),
                sources=tuple(sources),
                warnings=self._warnings,
                restores=restores,
                files=file_checksums(self._writer.staging),
            )
            self._writer.publish(manifest, self._step)
        return manifest


def reindexed(release: Release, path: Path, settings: Settings, progress: Progress) -> Report:
    """Write the index of a release anew to ``path``, from its RDF alone; return the report."""
    focus_nodes = all_subjects(release.graphs)
    with progress.stage("validate", Text("Validating"), len(focus_nodes)):
        report = validate(
            release.folder / archive.RDF,
            focus_nodes,
            processes_wanted=settings.import_processes,
            progress=progress.advance,
        )
    records = sum("#" not in node for node in focus_nodes)
    with (
        progress.stage("index", Text("Indexing"), records),
        IndexBuilder(path, schema()) as builder,
    ):
        builder.add_all(release.graphs, progress.advance)
        builder.replace_findings(report.of(WARNING, INFO), release.graphs, None)
    return report


def software() -> str:
    """Return the name and version of what writes releases."""
    return f"faces-registry {__version__}"


def now() -> str:
    """Return the time in UTC, to the second, in ISO 8601."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
