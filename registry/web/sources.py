"""Who says what stands on a page: its sources with title, licence and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registry.describe import Description
from registry.releases.sources import Source
from registry.texts import Text, best
from registry.web.links import Linker
from registry.web.site import Visit

#: Names of licences that open data are published under; others are shown by their IRI.
LICENCES: Final = {
    "https://spdx.org/licenses/etalab-2.0": "Licence Ouverte 2.0",
    "https://www.etalab.gouv.fr/licence-ouverte-open-licence": "Licence Ouverte",
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://spdx.org/licenses/CC-BY-4.0": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
    "https://opendatacommons.org/licenses/odbl/1-0/": "ODbL 1.0",
}


@dataclass(frozen=True, slots=True)
class Stated:
    """A source as a page names it."""

    title: str
    href: str
    licence: str
    licence_href: str
    modified: str


def stated_by(linker: Linker, about: Description, known: Mapping[str, Source]) -> list[Stated]:
    """Return the sources that state what the page shows."""
    return [_stated(linker, iri, known.get(iri)) for iri in about.graphs]


def licensed(view: Visit) -> list[Stated]:
    """Return every source of the release, by title."""
    known = view.release.sources
    linker = Linker(view.site, view.release.index.hits(known, view.language), view.language)
    return sorted((_stated(linker, *each) for each in known.items()), key=lambda s: s.title)


def _stated(linker: Linker, iri: str, source: Source | None) -> Stated:
    if iri == linker.site.iris.metadata_graph:
        return Stated(Text("The registry itself").to(linker.language), "/", "", "", "")
    href, _ = linker.href(iri)
    if source is None:
        return Stated(linker.label(iri), href, "", "", "")
    title = best(source.titles, linker.language, linker.label(iri))
    licence_href = source.licence if source.licence.startswith(("https://", "http://")) else ""
    name = LICENCES.get(source.licence, source.licence)
    return Stated(title, href, name, licence_href, source.modified)
