"""``/history?iri=…``: the releases that changed a record, and what changed between two of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, jsonify, request

from registry.describe import Description, describe
from registry.errors import IntegrityError, NotFoundError, UsageError
from registry.formats import HTML, Format
from registry.identifiers import is_iri, record_of
from registry.negotiation import negotiate
from registry.releases.archive import Release
from registry.releases.manifest import Manifest
from registry.search.index import Hit
from registry.texts import Text
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.departed import departure
from registry.web.differences import Difference, DifferenceView, Row, Statement, difference
from registry.web.links import Linker, document_path
from registry.web.paging import page_number
from registry.web.problems import NotAvailableError
from registry.web.rendering import page
from registry.web.site import Visit, visit
from registry.web.views import ResourceView

blueprint: Final = Blueprint("history", __name__)

_VARY: Final = "Accept, Accept-Language"
_JSON: Final = Format("json", "json", ("application/json",))
_PER_PAGE: Final = 10


@dataclass(frozen=True, slots=True)
class Followed:
    """A record through the releases.

    ``changes`` is one page of the ``total`` releases that changed it, ``unknown`` are those of
    which nobody noted it. ``now`` is what the current release says, None where that is nothing.
    """

    view: Visit
    iri: str
    page: int
    changes: tuple[Manifest, ...]
    total: int
    unknown: tuple[int, ...]
    now: Description | None

    @property
    def withdrawn(self) -> bool:
        """Whether it was withdrawn: no more is told of it than what its own address tells."""
        gone = self.now and departure(self.now, self.view.site.schema, self.view.release.graphs)
        return bool(gone and not gone.to)

    def at(self, release: Release) -> Description | None:
        """Return what a release says of it itself; opens the release."""
        if release.number == self.view.release.number:
            return self.now
        return _said(describe(release, self.iri, self.view.site.iris, wanted=None))


@dataclass(frozen=True, slots=True)
class Compared:
    """Two releases and what they say differently; ``old`` is None before the first one."""

    old: Release | None
    new: Release
    found: Difference

    @property
    def known(self) -> Description | None:
        """What is known of the record: what the newer one says that says anything."""
        return self.found.new or self.found.old


@blueprint.get("/history")
def history() -> Response:
    """Show the releases that changed a record, and what two releases say differently of it."""
    view = visit()
    chosen = negotiate(request.headers.get("Accept"), (HTML, _JSON))
    if chosen is None:
        raise NotAvailableError((HTML, _JSON))
    etag = page_validator(view, f"history {chosen.name}")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    followed = _followed(view)
    compared = _compared(followed)
    if not followed.total and followed.now is None and not (compared and compared.known):
        raise NotFoundError(
            Text("No kept release of the registry changed “{iri}”.", iri=followed.iri[:300]),
            remedy=Text("Search for its name, or check the address."),
        )
    if chosen is HTML:
        return _page(followed, compared, etag)
    response = jsonify(_record(followed, compared))
    if followed.page * _PER_PAGE < followed.total:
        following = view.link("/history", iri=followed.iri, page=followed.page + 1)
        response.headers.add("Link", f'<{following}>; rel="next"')
    return stamped(response, etag, _VARY)


def _followed(view: Visit) -> Followed:
    iri = request.args.get("iri", "")
    if not is_iri(iri):
        raise UsageError(
            Text("The parameter “iri” has to be an absolute IRI."),
            remedy=Text("Write it in full and percent-encoded, as in ?iri=https%3A%2F%2F…"),
        )
    number, archive = page_number(), view.site.archive
    numbers, unknown = archive.following(iri, view.release.number)
    listed = numbers[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    if number > 1 and not listed:
        raise NotFoundError(
            Text("There is no page “{page}”.", page=str(number)),
            remedy=Text("The first page names the newest changes."),
        )
    now = _said(describe(view.release, iri, view.site.iris, wanted=None))
    changes = tuple(archive.manifest(each) for each in listed)
    return Followed(view, iri, number, changes, len(numbers), tuple(unknown), now)


def _said(about: Description | None) -> Description | None:
    """Return the description of what says something itself, and is not only linked to."""
    return about if about and about.properties else None


def _compared(followed: Followed) -> Compared | None:
    """Compare the two releases that the address names, else the newest change's and its parent."""
    new = _newer(followed)
    if new is None:
        return None
    old = _older(followed, new)
    if followed.withdrawn:
        return None
    before = followed.at(old) if old else None
    return Compared(old, new, difference(before, followed.at(new)))


def _newer(followed: Followed) -> Release | None:
    archive, wanted = followed.view.site.archive, request.args.get("to")
    if wanted:
        return archive.written(wanted, "to")
    if request.args.get("from"):
        return followed.view.release
    return archive.release(followed.changes[0].number) if followed.changes else None


def _older(followed: Followed, new: Release) -> Release | None:
    archive, wanted = followed.view.site.archive, request.args.get("from")
    if not wanted:
        return archive.release(new.manifest.parent) if new.manifest.parent else None
    old = archive.written(wanted, "from")
    if old.number < new.number:
        return old
    raise UsageError(
        Text(
            "Release {old} is not older than release {new}.",
            old=str(old.number),
            new=str(new.number),
        ),
        where="from",
        expected=Text("An older release in “from” than in “to”."),
    )


def _page(followed: Followed, compared: Compared | None, etag: str) -> Response:
    view = followed.view
    linker = _linker(followed, compared)
    about = followed.now or (compared.known if compared else None)
    schema = view.site.schema
    head = ResourceView(about, linker, schema, view.language).head() if about else None
    return page(
        view,
        etag,
        "history.html",
        vary=_VARY,
        followed=followed,
        label=head.label if head else linker.label(followed.iri),
        path=document_path(view.site, followed.iri),
        compared=compared,
        rows=_rows(view, compared, linker) if compared else [],
        size=_PER_PAGE,
    )


def _rows(view: Visit, compared: Compared, linker: Linker) -> list[Row]:
    bare = replace(view, asked=None)  # the template adds the language

    def address(path: str, added: bool) -> str:  # noqa: FBT001 — a callback
        number = compared.new.number if added or not compared.old else compared.old.number
        return bare.link(path, release=None if number == view.release.number else str(number))

    return DifferenceView(compared.found, linker, address).rows()


def _linker(followed: Followed, compared: Compared | None) -> Linker:
    """Return the names of what is shown: today's, else those in the releases compared."""
    view = followed.view
    wanted = {followed.iri}
    releases = [view.release]
    if compared:
        wanted |= set(_named((*compared.found.removed, *compared.found.added)))
        releases += [each for each in (compared.new, compared.old) if each]
    hits: dict[str, Hit] = {}
    for release in releases:
        missing = sorted(wanted - hits.keys())
        # An index of other software is not read: what is said is there without its names.
        with contextlib.suppress(IntegrityError):
            hits |= release.index.hits(missing, view.language) if missing else {}
    return Linker(view.site, hits, view.language)


def _named(statements: Iterable[Statement]) -> Iterable[str]:
    for _, _, value in statements:
        if value.iri:
            yield from (value.text, record_of(value.text))


def _record(followed: Followed, compared: Compared | None) -> dict[str, object]:
    return {
        "iri": followed.iri,
        "release": followed.view.release.number,
        "total": followed.total,
        "page": followed.page,
        "changes": [_release(each) for each in followed.changes],
        "unknown": followed.unknown,
        "difference": {
            "from": _release(compared.old.manifest) if compared.old else None,
            "to": _release(compared.new.manifest),
            "removed": [_triple(each) for each in compared.found.removed],
            "added": [_triple(each) for each in compared.found.added],
            "truncated": compared.found.truncated,
        }
        if compared
        else None,
    }


def _release(manifest: Manifest) -> dict[str, object]:
    return {
        "release": manifest.number,
        "parent": manifest.parent,
        "created": manifest.created,
        "author": manifest.author,
        "message": manifest.message,
        "restores": manifest.restores,
    }


def _triple(statement: Statement) -> dict[str, object]:
    """Return a statement, its value as the JSON results of SPARQL write terms (§3.2.2)."""
    subject, path, value = statement
    term = {"type": "uri" if value.iri else "literal", "value": value.text}
    if value.language:
        term["xml:lang"] = value.language
    elif value.datatype:
        term["datatype"] = value.datatype
    return {"subject": subject, "predicate": path, "object": term}
