"""``/quality``: how fresh and complete the records are, and what the rules found, by source."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from registry.errors import NotFoundError
from registry.search.index import FindingCount
from registry.texts import Text, best
from registry.web.caching import not_modified, page_validator, stamped
from registry.web.completeness import Completeness
from registry.web.links import Linker
from registry.web.rendering import page
from registry.web.search import short
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
    rows: tuple[Row, ...]


@blueprint.get("/quality")
def quality() -> Response:
    """Show how fresh and complete the records are; of one source with ``?source=``."""
    view = visit()
    etag = page_validator(view, "quality")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    counted = Completeness(view)
    addresses = {iri: short(view, iri) for iri in counted.sources}
    chosen = _chosen(addresses)
    counts = view.release.index.finding_counts(view.language)
    found = _findings(counts)
    return page(
        view,
        etag,
        "quality.html",
        vary=_VARY,
        chosen=counted.title(chosen) if chosen else "",
        fresh=[counted.freshness(iri, found[iri]) for iri in counted.sources],
        addresses=addresses,
        said=list(counted.said(chosen)),
        blocks=_blocks(view, counted, [c for c in counts if not chosen or c.source == chosen]),
        total=sum(found.values()),
    )


@blueprint.get("/quality/freshness.csv")
def freshness_as_csv() -> Response:
    """Answer a row for each source."""
    view = visit()
    etag = page_validator(view, "freshness.csv")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    counted = Completeness(view)
    found = _findings(view.release.index.finding_counts(view.language))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["source", "source_label", "imported", "records", "verified", "latest", "to_check"]
    )
    for iri in counted.sources:
        of = counted.freshness(iri, found[iri])
        writer.writerow([iri, of.title, of.modified, of.records, of.verified, of.year, of.findings])
    return _file(text.getvalue(), "faces-freshness.csv", etag)


@blueprint.get("/quality.csv")
def as_csv() -> Response:
    """Answer a row for each source, kind and field; the first rows are of all sources together."""
    view = visit()
    etag = page_validator(view, "quality.csv")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    counted = Completeness(view)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["source", "kind", "kind_label", "field", "field_label", "records", "saying", "percent"]
    )
    for source in ("", *counted.sources):
        for each in counted.said(source):
            kind, name = (best(w, view.language) for w in (each.kind.plural, each.field.name))
            numbers = (each.records, each.saying, f"{each.share:.1f}")
            writer.writerow([source, each.kind.class_iri, kind, each.field.path, name, *numbers])
    return _file(text.getvalue(), "faces-quality.csv", etag)


def _file(text: str, name: str, etag: str) -> Response:
    response = Response(text, content_type="text/csv; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return stamped(response, etag, _VARY)


def _findings(counts: Iterable[FindingCount]) -> Counter[str]:
    """Return how much was found in each source."""
    found = Counter[str]()
    for each in counts:
        found[each.source] += each.findings
    return found


def _chosen(addresses: dict[str, str]) -> str:
    """Return the IRI of the source that the address names; the empty text for all of them."""
    wanted = request.args.get("source", "")
    chosen = next((iri for iri, name in addresses.items() if wanted in {iri, name}), "")
    if wanted and not chosen:
        raise NotFoundError(
            Text("There is no source “{name}”.", name=wanted[:100]),
            remedy=Text("The address /quality lists them all."),
        )
    return chosen


def _blocks(view: Visit, counted: Completeness, counts: Iterable[FindingCount]) -> list[Block]:
    """Return a block for each source in which something was found, by title."""
    counts = list(counts)
    hits = view.release.index.hits((c.example for c in counts), view.language)
    linker = Linker(view.site, hits, view.language)
    found: dict[str, list[Row]] = {}
    for each in counts:
        found.setdefault(each.source, []).append(_row(linker, each))
    blocks = (Block(counted.title(iri), tuple(rows)) for iri, rows in found.items())
    return sorted(blocks, key=lambda block: block.title)


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
