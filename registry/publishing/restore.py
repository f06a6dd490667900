"""Rolls back: a new release whose content is an old one's; and what differs between two."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from registry.errors import UnusableIndexError, UsageError
from registry.findings import INFO, WARNING
from registry.progress import Progress
from registry.publishing.next_release import now, reindexed, software
from registry.releases import archive, patch
from registry.releases.archive import Archive, Release
from registry.releases.checksum import Checksum
from registry.releases.manifest import Manifest
from registry.releases.patch import Change, PatchWriter
from registry.releases.writer import Writer, file_checksums
from registry.settings import Settings
from registry.texts import Text


def difference(releases: Archive, old: int, new: int) -> Iterator[Change]:
    """Yield what has to be added and removed to get from one release to the other.

    Either may be the newer one. Composed from the patches in between: O(their size).
    """
    releases.folder(old)
    releases.folder(new)
    low, high = sorted((old, new))
    changes = _between(releases, low, high)
    return changes if old <= new else patch.inverse(changes)


def _between(releases: Archive, low: int, high: int) -> Iterator[Change]:
    patches = [
        patch.read(releases.folder(number) / archive.PATCH) for number in range(low + 1, high + 1)
    ]
    return patches[0] if len(patches) == 1 else patch.net(patches)


def roll_back(  # noqa: PLR0913 — where from and to, and what the release says of itself
    writer: Writer,
    releases: Archive,
    settings: Settings,
    number: int,
    *,
    message: str,
    author: str,
    progress: Progress,
) -> Manifest:
    """Publish a release whose content is that of release ``number``; history stays whole.

    It passed the gate when it was published and is not validated again: undoing must always be
    possible. Raises UsageError when that release is the current one.
    """
    current, old = releases.current(), releases.release(number)
    if old.number == current.number:
        raise UsageError(Text("Release {number} is the current one already.", number=number))
    staging = writer.stage()
    with progress.stage("compare", Text("Comparing")):
        content = Checksum(current.manifest.content)
        with PatchWriter(staging / archive.PATCH, content) as written:
            for operation, statement in difference(releases, current.number, number):
                record = written.add if operation == patch.ADDED else written.remove
                record(statement)
                progress.advance(1)
    with progress.stage("copy", Text("Restoring")):
        old.graphs.clone(staging / archive.RDF)
    warnings = _bring_index(old, staging / archive.INDEX, settings, progress)
    manifest = Manifest(
        number=current.number + 1,
        parent=current.number,
        created=now(),
        author=author,
        message=message,
        base_iri=current.manifest.base_iri,
        statements=old.manifest.statements,
        added=written.added,
        removed=written.removed,
        content=content.hex(),
        software=software(),
        sources=(),
        warnings=warnings,
        restores=number,
        files=file_checksums(staging),
    )
    with progress.stage("publish", Text("Publishing")):
        writer.publish(manifest)
    return manifest


def _bring_index(old: Release, path: Path, settings: Settings, progress: Progress) -> int:
    """Copy the index of a release, or derive it again; return how many warnings it holds."""
    try:
        old.check_index()
    except UnusableIndexError:
        return len(reindexed(old, path, settings, progress).of(WARNING, INFO))
    shutil.copyfile(old.folder / archive.INDEX, path)
    return old.manifest.warnings
