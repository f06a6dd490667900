"""``/quality``: what the rules found that deserves attention, by source; and how fresh each is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from registry.describe import sources
from registry.search.index import FindingCount
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator
from registry.web.links import Linker
from registry.web.rendering import page
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("quality", __name__)

_VARY: Final = "Accept-Language"
_SEVERITIES: Final = {"Warning": Text("To be checked"), "Info": Text("For information")}


@dataclass(frozen=True, slots=True)
class Row:
    """One rule that found something: how often, in how many records, and one of them."""

    severity: str
    message: str
    findings: int
    records: int
    example: str
    href: str


@dataclass(frozen=True, slots=True)
class Block:
    """A source and what was found in it."""

    title: str
    href: str
    modified: str
    rows: tuple[Row, ...]


@blueprint.get("/quality")
def quality() -> Response:
    """Show how often each rule found something, by source."""
    view = visit()
    etag = page_validator(view, "quality")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    counts = view.release.index.finding_counts(view.language)
    return page(
        view,
        etag,
        "quality.html",
        vary=_VARY,
        blocks=_blocks(view, counts),
        total=sum(each.findings for each in counts),
    )


def _blocks(view: Visit, counts: Iterable[FindingCount]) -> list[Block]:
    """Return a block for each source, those without findings too, by title."""
    counts = list(counts)
    known = sources(view.release)
    iris = {*known, *(each.source for each in counts)}
    hits = view.release.index.hits([*iris, *(c.example for c in counts)], view.language)
    linker = Linker(view.site, hits, view.language)
    found = []
    for iri in iris:
        source = known.get(iri)
        found.append(
            Block(
                best(source.titles, view.language, "") if source else linker.label(iri),
                linker.href(iri)[0],
                source.modified if source else "",
                tuple(_row(linker, each) for each in counts if each.source == iri),
            )
        )
    return sorted(found, key=lambda block: (not block.rows, block.title))


def _row(linker: Linker, count: FindingCount) -> Row:
    severity = _SEVERITIES.get(count.severity, _SEVERITIES["Warning"])
    return Row(
        severity.to(linker.language),
        count.message,
        count.findings,
        count.records,
        linker.label(count.example),
        linker.href(count.example)[0],
    )
