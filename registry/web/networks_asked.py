"""What an address below ``/networks`` asks for, and the sets of members that this leaves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from flask import request
from pyroaring import BitMap

from registry.errors import NotFoundError, UsageError
from registry.namespaces import PREFIXES
from registry.releases.archive import Release
from registry.search.facets import KIND
from registry.search.spans import ACCOMPANIED, MEMBER
from registry.texts import Text
from registry.web.overlaps import groups
from registry.web.search import Asked, asked, parameter, short
from registry.web.search_sparql import members_as_sparql
from registry.web.site import Visit, visit

FOUNDED: Final = PREFIXES["faces"] + "foundingDate"
#: Networks that are drawn together; of more, groups of so many at most are.
MOST_TOGETHER: Final = 40
#: Those that have members.
KINDS: Final = ("initiative", "organization", "network")
#: Filters that choose among members; a network is not chosen here, it is what is shown.
NOT_HERE: Final = frozenset({MEMBER, ACCOMPANIED})
#: The groups of all members: they cost the most of a view, and each of their own views asks again.
_OF_ALL: Final[WeakKeyDictionary[Release, list[list[str]]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Wanted:
    """What the address asks for: filters of the members, and the year that is looked at."""

    view: Visit
    what: Asked
    #: None: relationships are those of today.
    year: int | None
    #: A network whose group is looked into, or ``""``.
    within: str

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """The values chosen of each property."""
        return {p: v for p, v in self.what.wanted.choices.items() if p not in NOT_HERE}

    @cached_property
    def records(self) -> BitMap:
        """The records that may be members."""
        facets = self.view.release.index.facets
        return facets.chosen(facets.having(KIND, KINDS), self.choices)

    def sets(self, path: str) -> dict[str, BitMap]:
        """Return the records that have each value of a property, the largest set first."""
        if self.year:
            related = self.view.release.index.spans.related(path, self.year)
        else:
            facets = self.view.release.index.facets
            counts = facets.counts(path, self.records, {})
            related = {each.value: facets.having(path, [each.value]) for each in counts}
        found = {iri: self.records & members for iri, members in related.items()}
        order = sorted(found, key=lambda iri: (-len(found[iri]), iri))
        return {iri: found[iri] for iri in order if found[iri]}

    @property
    def alone(self) -> BitMap:
        """The initiatives in no network; in a year, of those that are not known to be younger."""
        index = self.view.release.index
        initiatives = self.records & index.facets.having(KIND, ["initiative"])
        if not self.year:
            return initiatives - index.facets.having_any(MEMBER)
        later = [year for year in index.facets.own(FOUNDED) if year > f"{self.year:04}"]
        younger = index.facets.having(FOUNDED, later)
        return initiatives - younger - index.spans.holding(MEMBER, self.year)

    @cached_property
    def networks(self) -> dict[str, BitMap]:
        """The members of each network, the largest one first."""
        return self.sets(MEMBER)

    @cached_property
    def groups(self) -> list[list[str]]:
        """Networks that share members, in groups that can be drawn; none where all can be."""
        if len(self.networks) <= MOST_TOGETHER:
            return []
        if self.kept():
            return groups(self.networks, MOST_TOGETHER)
        release = self.view.release
        if release not in _OF_ALL:
            _OF_ALL[release] = groups(self.networks, MOST_TOGETHER)
        return _OF_ALL[release]

    @cached_property
    def group_sets(self) -> dict[str, BitMap]:
        """The members of each group, by its largest network."""
        return {
            group[0]: BitMap.union(*(self.networks[iri] for iri in group)) for group in self.groups
        }

    @cached_property
    def group(self) -> list[str]:
        """The group that is looked into. Raises NotFoundError when the network is in none."""
        if not self.groups or not self.within:
            return []
        for group in self.groups:
            if self.within in group:
                return group
        raise NotFoundError(
            Text("There is no group of networks around “{name}”.", name=self.within[:200]),
            where="group",
            remedy=Text("Choose a group from the list of them, or take filters away."),
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Return the filters as an address names them."""
        return [
            (parameter(field), short(self.view, value))
            for field in self.what.fields.values()
            if field.path not in NOT_HERE
            for value in self.what.wanted.choices.get(field.path, ())
        ]

    def kept(self) -> list[tuple[str, str]]:
        """Return all that other addresses of this page keep."""
        return [*self.pairs(), *([("year", str(self.year))] if self.year else [])]

    def around(self, iri: str) -> list[tuple[str, str]]:
        """Return what an address of the group around a network says."""
        return [*self.kept(), ("group", short(self.view, iri))]

    def here(self) -> list[tuple[str, str]]:
        """Return what the address of this view says."""
        return self.around(self.group[0]) if self.group else self.kept()

    def members(self, path: str, *iris: str) -> str:
        """Return where the records are listed that have these values of a property."""
        if self.year or len(iris) > 1:
            query = members_as_sparql(path, iris, self.choices, self.year)
            return self.view.link("/sparql", query=query, format="html")
        name = next(n for n, field in self.what.fields.items() if field.path == path)
        pairs = [*self.pairs(), (name, short(self.view, *iris))]
        return self.view.link(f"/search?{urlencode(pairs)}")


def wanted() -> Wanted:
    """Return what the current address asks for. Raises UsageError where the year is none."""
    view = visit()
    year = _year(request.args.get("year", ""), view.release.manifest.year)
    within = request.args.get("group", "")
    if within.startswith("id/"):
        within = view.site.iris.iri(within)
    return Wanted(view, asked(view, "initiative"), year, within)


def _year(text: str, last: int) -> int | None:
    """Return the year that somebody wrote; of later ones than the release nothing is known."""
    if not text:
        return None
    if not re.fullmatch("[0-9]{4}", text) or not 0 < int(text) <= last:
        raise UsageError(
            Text("“{year}” is not a year of the past.", year=text[:40]),
            where="year",
            expected=Text("A year of four digits, {last} at the latest.", last=str(last)),
        )
    return int(text)


def address(pairs: list[tuple[str, str]], path: str = "/networks") -> str:
    """Return an address below ``/networks``, without the language."""
    return f"{path}?{urlencode(pairs)}" if pairs else path
