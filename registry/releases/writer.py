"""Writes releases. One writer at a time; a release is complete or it is not there at all.

Everything is made in a staging folder, synced, renamed into ``releases/`` and made current by one
atomic rename of a symbolic link. A writer that dies leaves a staging folder, or a release that
was never current; the next writer removes both.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from registry.errors import BusyError
from registry.releases.archive import (
    CHANGED,
    CURRENT,
    PATCH,
    RELEASES,
    Archive,
    Release,
    folder_name,
)
from registry.releases.manifest import Manifest
from registry.texts import Text

_LOCK = "writer.lock"
_STAGING = ".staging"
_NEXT = ".current.next"
_LOOK_AGAIN_SECONDS = 0.05


class Writer:
    """The one writer of a data directory, as a context manager.

    Raises BusyError when another writer does not finish within ``wait_seconds``.
    """

    def __init__(self, data_dir: Path, *, wait_seconds: float = 0.0) -> None:
        self._data_dir = data_dir
        self._releases = data_dir / RELEASES
        self._wait_seconds = wait_seconds
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self._releases.mkdir(parents=True, exist_ok=True)
        self._lock = self._acquire()
        self._remove_orphans()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            shutil.rmtree(self.staging, ignore_errors=True)
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    @property
    def staging(self) -> Path:
        """The folder in which the next release is made."""
        return self._releases / _STAGING

    def _acquire(self) -> int:
        # The kernel drops the lock when its holder dies, however it dies; not inherited by
        # children, so a stray one cannot hold it.
        lock = os.open(self._data_dir / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        give_up = time.monotonic() + self._wait_seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < give_up:
                    time.sleep(_LOOK_AGAIN_SECONDS)
                    continue
                holder = os.pread(lock, 100, 0).decode("ascii", "replace").strip()
                os.close(lock)
                raise BusyError(
                    Text("Another writer is at work on this registry ({holder}).", holder=holder),
                    where=str(self._data_dir),
                    remedy=Text("Try again when it has finished."),
                ) from None
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"process {os.getpid()}\n".encode(), 0)
            return lock

    def _current_number(self) -> int:
        link = self._data_dir / CURRENT
        return int(link.readlink().name) if link.is_symlink() else 0

    def _remove_orphans(self) -> None:
        """Remove what a writer that died has left."""
        current = self._current_number()
        for path in self._releases.iterdir():
            unfinished = not path.name.isdigit()
            if unfinished or int(path.name) > current:
                shutil.rmtree(path)
        with contextlib.suppress(FileNotFoundError):
            (self._data_dir / _NEXT).unlink()

    def current(self) -> Release | None:
        """Return the current release, or None in a new registry."""
        number = self._current_number()
        return Archive(self._data_dir).release(number) if number else None

    def stage(self) -> Path:
        """Make an empty staging folder and return it."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir()
        return self.staging

    def publish(self, manifest: Manifest, step: Callable[[str], None] = lambda _: None) -> None:
        """Make the staged release current: sync, rename, swap.

        ``step`` is told the name of each step that was reached (the tests kill the writer there).
        """
        manifest.write(self.staging)
        sync_tree(self.staging)
        step("synced")
        final = self._releases / folder_name(manifest.number)
        self.staging.rename(final)
        _sync_folder(self._releases)
        step("renamed")
        link = self._data_dir / _NEXT
        link.symlink_to(Path(RELEASES) / final.name)
        step("linked")
        link.rename(self._data_dir / CURRENT)
        _sync_folder(self._data_dir)
        step("current")


def file_checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the files that nothing else vouches for: the patch and its records.

    The database has the checksum of its content, and the index is compared with one that is
    derived anew; reading hundreds of megabytes for each edit would say no more.
    """
    return {name: sha256(folder / name) for name in (PATCH, CHANGED)}


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_tree(folder: Path) -> None:
    """Force a folder and all that is in it to disk."""
    for root, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(Path(root) / name, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        _sync_folder(Path(root))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
