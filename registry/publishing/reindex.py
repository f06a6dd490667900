"""Writes the index of the current release anew, as a release of its own.

A release never changes, so a damaged or outdated index is mended by the next one, whose
statements are the same.
"""

from __future__ import annotations

from dataclasses import replace

from registry.findings import INFO, WARNING
from registry.progress import Progress
from registry.publishing.next_release import now, reindexed, software
from registry.releases import archive
from registry.releases.archive import Archive
from registry.releases.checksum import Checksum
from registry.releases.manifest import Manifest
from registry.releases.patch import PatchWriter
from registry.releases.writer import Writer, file_checksums
from registry.settings import Settings
from registry.texts import Text


def reindex(
    writer: Writer,
    releases: Archive,
    settings: Settings,
    *,
    message: str,
    author: str,
    progress: Progress,
) -> Manifest:
    """Publish a release with the same statements and a new index. O(statements)."""
    current = releases.current()
    staging = writer.stage()
    current.graphs.clone(staging / archive.RDF)
    with PatchWriter(staging / archive.PATCH, Checksum(current.manifest.content)):
        pass  # no statement changes
    report = reindexed(current, staging / archive.INDEX, settings, progress)
    manifest = replace(
        current.manifest,
        number=current.number + 1,
        parent=current.number,
        created=now(),
        author=author,
        message=message,
        added=0,
        removed=0,
        software=software(),
        sources=(),
        warnings=len(report.of(WARNING, INFO)),
        restores=None,
        files=file_checksums(staging),
    )
    with progress.stage("publish", Text("Publishing")):
        writer.publish(manifest)
    return manifest
