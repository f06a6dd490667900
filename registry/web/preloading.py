"""Reads what pages need of a new release before the first of them asks for it.

A release is served from the moment that it is published. What is read from it once – filters,
places, sources: up to a second at 200,000 initiatives – is read beside the requests as soon as a
web process sees the release, so that hardly any request waits for it.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading

from registry.errors import RegistryError
from registry.releases.archive import Archive, Release


class Preloading:
    """Minds which release of an archive has been read."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._read: int | None = None
        self._thread: threading.Thread | None = None

    def now(self) -> None:
        """Read the current release, and wait for it: nobody is served yet."""
        with contextlib.suppress(RegistryError):  # requests will be told
            release = self._archive.current()
            self._read = release.number
            _read(release)

    def look(self) -> None:
        """Begin to read the current release if it is a new one; one is read at a time."""
        if self._thread and self._thread.is_alive():
            return
        with contextlib.suppress(RegistryError):
            if self._archive.current_number() == self._read:
                return
            release = self._archive.current()
            self._read = release.number
            # It ends by itself, and holds nobody up when the process is to end.
            self._thread = threading.Thread(target=_read, args=(release,), daemon=True)
            self._thread.start()


def _read(release: Release) -> None:
    with contextlib.suppress(RegistryError, sqlite3.Error):  # pages say what is wrong with it
        release.preload()
