"""What one application serves, and one visit to it: the values that every handler needs."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlencode

from flask import current_app, g, request

from registry import __version__
from registry.errors import IntegrityError, NotFoundError, UnusableIndexError, UsageError
from registry.federation.asking import Federation
from registry.identifiers import Iris
from registry.query.model import QueryLimits
from registry.query.pool import QueryPool
from registry.releases.archive import Archive, Release
from registry.schema import Schema, schema
from registry.search.index import Hit
from registry.settings import MIB, Settings
from registry.texts import Text
from registry.web.assets import Assets
from registry.web.clients import Clients
from registry.web.languages import chosen, preferred
from registry.web.theme import FOLDER, Theme

EXTENSION: Final = "faces"
#: Where a request's scope says that it is wrong; the pages put that into words.
ERROR: Final = "faces.error"
#: Where it says which path and query were asked for, when others stand for them (``shortcuts``).
ADDRESS: Final = "faces.address"


def query_limits(settings: Settings) -> QueryLimits:
    """Return the limits of public queries that the settings ask for."""
    return QueryLimits(
        deadline_seconds=settings.query_deadline,
        queue_seconds=settings.query_queue,
        memory_bytes=settings.query_memory_mib * MIB,
        query_bytes=settings.query_bytes,
        nesting_depth=settings.query_depth,
        waiting=settings.query_waiting,
        services=settings.services,
    )


class Site:
    """One registry as it is served; shared by all threads, made by ``create_app``."""

    def __init__(self, settings: Settings, data_dir: Path, pool: QueryPool | None) -> None:
        self.settings = settings
        self.archive = Archive(data_dir)
        self.iris = Iris(settings.base_iri)
        self.limits = query_limits(settings)
        self.theme = Theme.read(data_dir / FOLDER)
        self.assets = Assets(self.theme)
        self.clients = Clients(settings)
        self.federation = Federation(settings, self.limits)
        self._pool = pool
        self._lock = threading.Lock()

    @functools.cached_property
    def schema(self) -> Schema:
        """What ontology and shapes say of presentation."""
        return schema()

    @functools.cached_property
    def build(self) -> str:
        """Changes with the software, so that validators of pages do as well."""
        settings = self.settings
        own = (settings.name, settings.operator, settings.contact, *settings.services)
        text = " ".join((__version__, self.assets.digest, *own))
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def pool(self) -> QueryPool:
        """The workers for public queries; started by the first query where none were given."""
        if self._pool is None:
            with self._lock:
                if self._pool is None:
                    self._pool = QueryPool(self.settings.query_workers, self.limits)
        return self._pool


def site() -> Site:
    """Return the site that the current application serves."""
    return cast("Site", current_app.extensions[EXTENSION])


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the site, the one release that answers it, and the reader's language.

    ``asked`` is the language that the address asks for (``?lang=``), which links keep; without
    it the browser's preference decides and addresses stay short. ``dated`` tells that the address
    names the release (``?release=``), which links keep, too.
    """

    site: Site
    release: Release
    language: str
    asked: str | None
    dated: bool = False

    def link(self, path: str, /, **query: object) -> str:
        """Return the address of a path of the site, with parameters, in the language asked for.

        Left out are parameters that are None, and page 1. An empty one stays: it says something
        else than none, such as “any” of a ready-made question.
        """
        kept = ((k, v) for k, v in query.items() if v is not None and (k, v) != ("page", 1))
        values = {k.rstrip("_"): v for k, v in kept}
        if self.asked:
            values["lang"] = self.asked
        if self.dated:
            values["release"] = self.release.number
        path, hash_sign, fragment = path.partition("#")
        if values:
            path += ("&" if "?" in path else "?") + urlencode(values)
        return path + hash_sign + fragment

    def names(self, iris: Iterable[str], language: str = "") -> dict[str, Hit]:
        """Return what is known of each IRI; nothing where the index is of other software.

        For answers that say the same without names.
        """
        try:
            return self.release.index.hits(iris, language or self.language)
        except UnusableIndexError:
            return {}

    def document(self, path: str) -> str:
        """Return the address of a document for machines, in the release that the address names."""
        if not self.dated:
            return path
        return f"{path}{'&' if '?' in path else '?'}release={self.release.number}"


def note(name: str, value: object) -> None:
    """Have the line that the log gets for this request say so; see ``asgi``."""
    request.environ.get("asgi.scope", {}).get("faces", {})[name] = value


def language() -> str:
    """Return the language of the reader, also where there is no release to show."""
    known = cast("Visit | None", g.get("visit"))
    if known:
        return known.language
    return chosen(request.args.get("lang")) or preferred(request.headers.get("Accept-Language"))


def earlier(here: Site, number: str) -> Release:
    """Return a release whose pages can be shown; a released index is not derived again."""
    release = here.archive.written(number)
    try:
        release.index.counts()
    except IntegrityError as error:
        raise NotFoundError(
            Text("Release {number} was made for another version of this site.", number=number),
            remedy=Text("Its statements can still be asked by SPARQL, with release={n}.", n=number),
        ) from error
    return release


def _one_release(given: list[str]) -> str | None:
    if len(given) > 1:
        raise UsageError(
            Text("The parameter “{name}” is given twice.", name="release"), where="release"
        )
    return given[0] if given else None


def visit(number: str | None = None) -> Visit:
    """Return the current visit; the release is taken once and used for all of the answer.

    It is the one of that number, else the one that the address names, else the current one.
    Raises UsageError or NotFoundError when there is none of that number.
    """
    found = g.get("visit")
    if found is None:
        here = site()
        wanted = number or _one_release(request.args.getlist("release"))
        release = earlier(here, wanted) if wanted else here.archive.current()
        asked = chosen(request.args.get("lang"))
        found = Visit(here, release, language(), asked, dated=bool(wanted))
        note("release", release.number)
        g.visit = found
    return cast("Visit", found)
