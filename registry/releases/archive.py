"""Reads releases: which one is current, and each one's graphs and index."""

from __future__ import annotations

import datetime as dt
import functools
import gc
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from registry.errors import NotFoundError, UsageError
from registry.releases import changed, sources
from registry.releases.manifest import Manifest
from registry.releases.sources import Source
from registry.search.index import Index
from registry.search.version import check_file
from registry.store import Graphs, query_text
from registry.texts import Text

CURRENT = "current"
RELEASES = "releases"
RDF = "rdf"
INDEX = "index.sqlite"
PATCH = "changes.rdfp.gz"
CHANGED = changed.FILE_NAME
_KEPT_OPEN = 2
_MOST_DIGITS = 10


def folder_name(number: int) -> str:
    """Return the folder name of a release, which sorts as its number does."""
    return f"{number:07d}"


class Release:
    """One immutable release. What it opens stays open as long as the object lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: The folder of its database.
        self.rdf = folder / RDF
        self.manifest = Manifest.read(folder)

    @property
    def number(self) -> int:
        """Its number, the validator of every answer made from it."""
        return self.manifest.number

    @property
    def created(self) -> dt.datetime:
        """When it was published."""
        return dt.datetime.fromisoformat(self.manifest.created)

    @functools.cached_property
    def graphs(self) -> Graphs:
        """Its statements."""
        return Graphs.open(self.rdf)

    @functools.cached_property
    def index(self) -> Index:
        """Its search index."""
        return Index(self.folder / INDEX)

    def check_index(self) -> None:
        """Raise UnusableIndexError when this software cannot use its index."""
        check_file(self.folder / INDEX)

    @functools.cached_property
    def sources(self) -> Mapping[str, Source]:
        """What is known of its sources, by the IRI of their graphs."""
        return sources.read(self.graphs)

    @functools.cached_property
    def positions(self) -> Mapping[str, int]:
        """The place of each concept that has one in its vocabulary, by IRI."""
        rows = self.graphs.select(query_text("positions"))
        return {
            concept.value: int(place.value)
            for concept, place in rows
            if isinstance(concept, NamedNode) and isinstance(place, Literal)
        }

    def preload(self) -> None:
        """Read what is kept of it, which whoever asks first would else wait for."""
        _ = self.sources, self.positions
        self.index.preload()


class Archive:
    """The releases of a data directory, for readers; shared between threads."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._current = str(data_dir / CURRENT)
        self._open: dict[int, Release] = {}
        self._created: dict[int, dt.datetime] = {}
        self._lock = threading.Lock()

    def current_number(self) -> int:
        """Return the number of the current release; one ``readlink``.

        Raises NotFoundError when the directory holds no registry.
        """
        try:
            # os, not pathlib: this runs for every request.
            return int(os.readlink(self._current).rpartition("/")[2])  # noqa: PTH115
        except (OSError, ValueError) as error:
            raise NotFoundError(
                Text("There is no registry in “{folder}”.", folder=str(self.data_dir)),
                remedy=Text("Make one with “faces init”, or name another folder with --data-dir."),
            ) from error

    def current(self) -> Release:
        """Return the current release."""
        return self._opened(self.current_number())

    def release(self, number: int) -> Release:
        """Return a release by its number. It and the newest that was asked for stay open.

        Raises NotFoundError when there is none, or none any more.
        """
        try:
            self.folder(number)
        except NotFoundError:
            with self._lock:
                self._open.pop(number, None)
            raise
        return self._opened(number)

    def _opened(self, number: int) -> Release:
        with self._lock:
            release = self._open.get(number)
            if release is None:
                release = Release(self.folder(number))
                while len(self._open) >= _KEPT_OPEN:
                    # The newest stays: most ask for the present, whoever looks at the past.
                    del self._open[min(self._open)]
                    # Pages that were made are circles, and hold the release that they were made of.
                    gc.collect()
                self._open[number] = release
            return release

    def written(self, text: str, where: str = "release") -> Release:
        """Return the release whose number somebody wrote, in a parameter of that name.

        Raises UsageError when it is no number, NotFoundError when there is no such release.
        """
        if not (text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS):
            raise UsageError(
                Text("There is no release “{release}”.", release=text[:40]),
                where=where,
                expected=Text(
                    "The number of a release, from 1 to {last}.", last=self.current_number()
                ),
            )
        return self.release(int(text))

    def folder(self, number: int) -> Path:
        """Return the folder of a release that exists and is not newer than the current one."""
        folder = self.data_dir / RELEASES / folder_name(number)
        if number < 1 or number > self.current_number() or not folder.is_dir():
            raise NotFoundError(
                Text("There is no release {number}.", number=number),
                remedy=Text("The newest is release {last}.", last=self.current_number()),
            )
        return folder

    def created(self, number: int) -> dt.datetime:
        """Return when a release was published."""
        found = self._created.get(number)
        if found is None:
            found = self._created[number] = Release(self.folder(number)).created
        return found

    def at(self, moment: dt.datetime) -> int:
        """Return the number of the release that was current then, the first one before that.

        O(releases).
        """
        numbers = self.numbers()
        return next((n for n in numbers if self.created(n) <= moment), numbers[-1])

    def manifest(self, number: int) -> Manifest:
        """Return what a release says about itself, without opening it."""
        return Manifest.read(self.folder(number))

    def following(self, iri: str, newest: int) -> tuple[list[int], list[int]]:
        """Return the releases up to ``newest`` that changed a record or a part, newest first.

        And those of which nobody knows: earlier software noted no changed records. O(releases).
        """
        found: list[int] = []
        unknown: list[int] = []
        for number in self.numbers():
            if number <= newest:
                try:
                    path = self.data_dir / RELEASES / folder_name(number) / CHANGED
                    if changed.touches(path, iri):
                        found.append(number)
                except FileNotFoundError:
                    unknown.append(number)
        return found, unknown

    def numbers(self) -> list[int]:
        """Return the numbers of the kept releases, newest first."""
        current = self.current_number()
        names = (path.name for path in (self.data_dir / RELEASES).iterdir())
        numbers = (int(name) for name in names if name.isdigit())
        return sorted((n for n in numbers if n <= current), reverse=True)
