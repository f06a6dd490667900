"""Which sets share members, and the groups that they form by it. Sets in, numbers out."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, product

from pyroaring import BitMap

#: Of each set so many others are looked at that it may form a group with.
_NEAREST = 8


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two sets by their names, and how many members they share."""

    one: str
    other: str
    shared: int
    #: In percent of the smaller one's members.
    share: int


def twice(sets: Mapping[str, BitMap]) -> BitMap:
    """Return the members that are in more than one set. O(sets)."""
    once, found = BitMap(), BitMap()
    for each in sets.values():
        found |= once & each
        once |= each
    return found


def overlaps(sets: Mapping[str, BitMap]) -> list[Overlap]:
    """Return the pairs of sets that share members, those that share most first. O(sets²)."""
    return _overlaps(combinations(sets.items(), 2))


def outward(inside: Mapping[str, BitMap], sets: Mapping[str, BitMap]) -> list[Overlap]:
    """Return the pairs of a set inside and one of the others. O(inside · sets)."""
    others = {name: members for name, members in sets.items() if name not in inside}
    return _overlaps(product(inside.items(), others.items()))


def _overlaps(
    pairs: Iterable[tuple[tuple[str, BitMap], tuple[str, BitMap]]],
) -> list[Overlap]:
    found = []
    for (one, members), (other, others) in pairs:
        shared = members.intersection_cardinality(others)
        if shared:
            share = round(100 * shared / min(len(members), len(others)))
            found.append(Overlap(one, other, shared, share))
    return sorted(found, key=lambda each: (-each.shared, each.one, each.other))


def groups(sets: Mapping[str, BitMap], most: int) -> list[list[str]]:
    """Return groups of sets that share members, so many sets in each at most; each set is in one.

    Those that have the greatest part of their members in common come together first, as in a
    clustering by single linkage; what would grow too large stays apart. The same sets give the
    same groups: the one with most sets first, the largest set first in each. Sets that share
    nothing are in none. O(sets²), some 30 ms for 300.
    """
    several = twice(sets)
    # What is in one set only is shared with none: most members, as a rule.
    rest = {name: part for name, members in sets.items() if (part := members & several)}
    order = sorted(rest, key=lambda name: (len(sets[name]), name))
    group_of = {name: [name] for name in order}
    for _, one, other in sorted(_near(sets, rest, order)):
        first, second = group_of[one], group_of[other]
        if first is not second and len(first) + len(second) <= most:
            first += second
            group_of.update(dict.fromkeys(second, first))
    found = {id(group): group for group in group_of.values()}.values()
    for group in found:
        group.sort(key=lambda name: (-len(sets[name]), name))
    return sorted(found, key=lambda group: (-len(group), group[0]))


def _near(
    sets: Mapping[str, BitMap], rest: Mapping[str, BitMap], order: list[str]
) -> list[tuple[float, str, str]]:
    """Return each set with the nearest of those that are larger, by the part that they share.

    Nearer pairs have the lesser numbers.
    """
    parts = [rest[name] for name in order]
    sizes = [len(sets[name]) for name in order]
    found = []
    for place, (name, size) in enumerate(zip(order, sizes, strict=True), start=1):
        shared = map(parts[place - 1].intersection_cardinality, parts[place:])
        near = [
            (number / (number - size - other), name, larger)
            for number, other, larger in zip(shared, sizes[place:], order[place:], strict=True)
            if number
        ]
        found += heapq.nsmallest(_NEAREST, near)
    return found
