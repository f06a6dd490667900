"""Answers to the 25 questions, worked out from the records in Python, for the README.

Nothing here reads RDF or runs SPARQL: whoever tests the saved queries can compare.
"""

# ruff: noqa: D401 - the texts of the functions are headings of the README

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from math import asin, cos, radians, sin, sqrt

from demo_model import Record, Term, places, plain, stages
from demo_world import TODAY, World

#: Old port of Marseille: the point of question 11.
POINT, REACH_KM = (5.3698, 43.2965), 30
EARTH_KM = 6371.0088
MEANS = {"pooling-kind:means", "pooling-kind:premises", "pooling-kind:logistics"}
MEANS |= {"pooling-kind:equipment"}
STAFF = {"pooling-kind:staff", "pooling-kind:skills", "pooling-kind:working-time"}
RISK = {"pooling-kind:risk", "pooling-kind:mutual-fund"}


class Answers:
    """What the questions need to know of the world, looked up once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.initiatives = world.of("initiative")
        self.accompaniments = world.of("accompaniment")
        self.poolings = world.of("pooling")
        self.members: dict[Term, set[Term]] = defaultdict(set)
        self.ever: dict[Term, set[Term]] = defaultdict(set)
        for one in world.of("membership"):
            member, network = one.one("org:member"), one.one("org:organization")
            self.ever[network].add(member)
            if current(one):
                self.members[network].add(member)

    def key(self, iri: Term) -> str:
        """Return the key of a record, as the README writes it."""
        return f"`{self.world.records[iri].key}`"

    def keys(self, iris: Iterable[Term]) -> str:
        """Return keys in order, or a dash."""
        return ", ".join(sorted({self.key(iri) for iri in iris})) or "–"

    def at_stage(self, stage: str) -> list[Record]:
        """Return the active initiatives whose latest statement is of that stage."""
        return [one for one in self.initiatives if active(one) and latest(one) == stage]

    def helpers(self, initiative: Record) -> set[Term]:
        """Return who accompanies an initiative today."""
        return {
            helper
            for one in self.accompaniments
            if current(one) and initiative.iri in one.all("faces:accompanied")
            for helper in one.all("faces:accompanier")
        }

    def within(self, network: Record, other: Record) -> bool:
        """Tell whether the territory of a network lies within that of another."""
        return area(other) in parents(area(network))


def current(record: Record) -> bool:
    """Tell whether a relationship has no known end."""
    return not record.one("faces:endDate") and active(record)


def active(record: Record) -> bool:
    """Tell whether a record is neither ended nor withdrawn."""
    return not record.one("adms:status")


def latest(record: Record) -> str:
    """Return the latest stage stated."""
    return stages(record)[-1][1]


def area(record: Record) -> str:
    """Return the key of the territory of a record: commune-13055."""
    return record.one("dcterms:spatial").removesuffix(">").rpartition("/")[2]


def parents(territory: str) -> set[str]:
    """Return a territory of PACA and those that contain it."""
    level, _, code = territory.partition("-")
    found = {territory, "region-93"}
    if level == "commune":
        found |= {f"epci-{places()[code].epci}", f"departement-{places()[code].departement}"}
    return found


def departement(record: Record) -> str:
    """Return the code of the département of an initiative."""
    return places()[area(record).removeprefix("commune-")].departement


def short(term: Term) -> str:
    """Return the short name of a concept."""
    return term.partition(":")[2]


# --- One function per question, in order; its text is the heading in the README ---------------


def _rounded(value: int, divisor: int) -> str:
    """Return a quotient with one decimal, halves rounded up."""
    tenths = (20 * value + divisor) // (2 * divisor)
    return f"{tenths // 10}.{tenths % 10}"


def q01(a: Answers) -> list[str]:
    """Initiatives in consolidation accompanied by no network, or by nobody."""
    nobody, others = [], []
    for one in a.at_stage("consolidation"):
        helpers = a.helpers(one)
        if not helpers:
            nobody.append(one.iri)
        elif not any(a.world.records[helper].kind == "network" for helper in helpers):
            others.append(one.iri)
    return [f"By nobody: {a.keys(nobody)}.", f"By others than networks: {a.keys(others)}."]


def q02(a: Answers) -> list[str]:
    """Initiatives accompanied by experts only, by département."""
    approaches: dict[Term, set[str]] = defaultdict(set)
    for one in a.accompaniments:
        for accompanied in one.all("faces:accompanied"):
            approaches[accompanied] |= set(one.all("faces:approach"))
    found: dict[str, list[Term]] = defaultdict(list)
    for one in a.initiatives:
        if approaches[one.iri] == {"accompaniment-approach:expert"}:
            found[departement(one)].append(one.iri)
    return [f"{code}: {a.keys(found[code])}." for code in sorted(found)]


def q03(a: Answers) -> list[str]:
    """Share of peers, networks and experts in accompaniment, per stage and département."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    totals: Counter[tuple[str, str]] = Counter()
    for one in a.accompaniments:
        if not (stage := short(one.one("faces:targetStage"))):
            continue
        for code in {departement(a.world.records[iri]) for iri in one.all("faces:accompanied")}:
            totals[code, stage] += 1
            counts[code, stage].update(short(approach) for approach in one.all("faces:approach"))
    rows = []
    for (code, stage), total in sorted(totals.items()):
        shares = ", ".join(
            f"{approach} {number} ({_rounded(100 * number, total)} %)"
            for approach, number in sorted(counts[code, stage].items())
        )
        rows.append(f"{code}, {stage}, {total} in all: {shares}.")
    return rows


def q04(a: Answers) -> list[str]:
    """Networks that overlap, and how many present members they share."""
    rows = []
    for one, other in combinations(a.world.of("network"), 2):
        if a.within(one, other) or a.within(other, one):
            shared = a.members[one.iri] & a.members[other.iri]
            themes = set(one.all("faces:theme")) & set(other.all("faces:theme"))
            common = ", ".join(sorted(map(short, themes))) or "no common theme"
            rows.append(
                f"{a.key(one.iri)} and {a.key(other.iri)}: {len(shared)} ({a.keys(shared)});"
                f" {common}."
            )
    return rows


def q05(a: Answers) -> list[str]:
    """Initiatives that belong to no network."""
    joined = set().union(*a.members.values())
    ever = set().union(*a.ever.values())
    isolated = [one.iri for one in a.initiatives if active(one) and one.iri not in joined]
    return [
        f"Never in a network: {a.keys(iri for iri in isolated if iri not in ever)}.",
        f"No longer in one: {a.keys(iri for iri in isolated if iri in ever)}.",
    ]


def q06(a: Answers) -> list[str]:
    """Networks with a facilitation function, and who carries it."""
    return [
        f"{a.key(one.one('faces:facilitatedNetwork'))}: {a.keys(one.all('faces:carrier'))},"
        f" since {plain(one.one('faces:startDate'))}."
        for one in a.world.of("facilitation")
        if current(one)
    ]


def q07(a: Answers) -> list[str]:
    """Informal networks, and who hosts them."""
    return [
        f"{a.key(one.iri)}: {a.keys(one.all('faces:host'))}."
        for one in a.world.of("network")
        if one.one("faces:formality") == "network-formality:informal"
    ]


def q08(a: Answers) -> list[str]:
    """Event networks that recur in a place, and their members."""
    editions: dict[Term, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in a.world.of("event"):
        if network := one.one("faces:eventNetwork"):
            for territory in parents(area(one)):
                editions[network][territory].append(plain(one.one("faces:startDate"))[:4])
    rows = []
    for network, by_place in editions.items():
        recurring = [
            f"{place} ({len(years)}: {', '.join(sorted(years))})"
            for place, years in sorted(by_place.items())
            if len(years) > 1
        ]
        rows.append(f"{a.key(network)} recurs in {', '.join(recurring)}.")
        rows.append(f"Members of {a.key(network)} today: {a.keys(a.members[network])}.")
    return rows


def territorial(a: Answers) -> list[Record]:
    """Return the territorial networks."""
    kind = "network-kind:territorial"
    return [one for one in a.world.of("network") if kind in one.all("faces:networkKind")]


def q09(a: Answers) -> list[str]:
    """Territorial networks that cover a commune, and at which level."""
    rows = []
    for code in ("13055", "13004", "05046", "06088"):
        over = parents(f"commune-{code}")
        covering = [
            f"{a.key(one.iri)} ({area(one)})" for one in territorial(a) if area(one) in over
        ]
        rows.append(f"{places()[code].name} ({code}): {', '.join(covering)}.")
    return rows


def q10(a: Answers) -> list[str]:
    """Communes and EPCI with initiatives but no local territorial network."""
    local = {area(one) for one in territorial(a) if area(one).startswith(("commune-", "epci-"))}
    touched = set().union(*(parents(one) for one in local))
    rows = []
    for level in ("commune", "epci"):
        counts = Counter(
            territory
            for one in a.initiatives
            if active(one)
            for territory in parents(area(one))
            if territory.startswith(level)
        )
        bare = {
            territory: number
            for territory, number in counts.items()
            if not parents(territory) & local and territory not in touched
        }
        listed = ", ".join(f"{one} ({bare[one]})" for one in sorted(bare))
        rows.append(f"{len(bare)} at the level {level}, with their initiatives: {listed}.")
    return rows


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two points in kilometres, as the crow flies."""
    (x1, y1), (x2, y2) = (tuple(map(radians, point)) for point in (one, other))
    root = sin((y2 - y1) / 2) ** 2 + cos(y1) * cos(y2) * sin((x2 - x1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(root))


def q11(a: Answers) -> list[str]:
    """Initiatives that pool staff within 30 km of the old port of Marseille."""
    rows = []
    for pooling in a.poolings:
        if not current(pooling) or not set(pooling.all("faces:poolingKind")) & STAFF:
            continue
        for iri in pooling.all("faces:participant"):
            geometry = a.world.records[iri].parts_of("geo:hasGeometry")[0]
            lon, lat = plain(geometry.one("geo:asWKT"))[6:-1].split()
            away = distance(POINT, (float(lon), float(lat)))
            if away <= REACH_KM:
                kinds = ", ".join(map(short, pooling.all("faces:poolingKind")))
                rows.append(
                    f"{a.key(iri)}: {kinds} in {a.key(pooling.iri)}, about {away:.1f} km,"
                    f" {short(geometry.one('faces:geocodingPrecision'))}."
                )
    return rows


def _current_poolings(a: Answers, kinds: set[str]) -> list[str]:
    return [
        f"{a.key(one.iri)} ({', '.join(map(short, one.all('faces:poolingKind')))};"
        f" carried by {a.keys(one.all('faces:carrier'))}): {a.keys(one.all('faces:participant'))}."
        for one in a.poolings
        if current(one) and set(one.all("faces:poolingKind")) & kinds
    ]


def q12(a: Answers) -> list[str]:
    """Who pools premises, logistics or equipment."""
    return _current_poolings(a, MEANS)


def q13(a: Answers) -> list[str]:
    """Mutual funds that share risk, and who is covered."""
    return _current_poolings(a, RISK)


def q14(a: Answers) -> list[str]:
    """Poolings carried by a network, and those that stand alone."""
    carried, alone = [], []
    for one in a.poolings:
        kinds = {a.world.records[iri].kind for iri in one.all("faces:carrier")}
        (carried if "network" in kinds else alone).append(one.iri)
    return [f"Carried by a network: {a.keys(carried)}.", f"Standing alone: {a.keys(alone)}."]


def q15(a: Answers) -> list[str]:
    """Reciprocal accompaniments."""
    direct, through = [], []
    for one in a.accompaniments:
        for other in a.accompaniments:
            helpers, helped = set(one.all("faces:accompanier")), set(one.all("faces:accompanied"))
            back, to = set(other.all("faces:accompanier")), set(other.all("faces:accompanied"))
            if not helped & back:
                continue
            pair = f"{a.key(one.iri)} and {a.key(other.iri)}"
            if helpers & to:
                if one.key < other.key:
                    stated = one.iri in other.all("faces:reciprocates")
                    direct.append(f"Direct: {pair}{', stated as such' if stated else ''}.")
                continue
            for network, members in a.members.items():
                circle = members | {network}
                if helpers & circle and (to - helped) & members:
                    through.append(f"Through {a.key(network)}: {pair}.")
    return direct + through


def _months(start: str, end: str) -> int:
    """Return the months touched; a year alone stands for January to December."""
    first = 12 * int(start[:4]) + int(start[5:7] or 1)
    return 12 * int(end[:4]) + int(end[5:7] or 12) - first + 1


def _around(record: Record, start: str, end: str) -> tuple[str, str]:
    """Return the stage before the start and after the end, as far as they are stated."""
    stated = stages(record)
    before = [stage for day, stage in stated if day <= start]
    later = [stage for day, stage in stated if day[: len(end)] > end]
    during = [stage for day, stage in stated if day > start and day[: len(end)] <= end]
    after = later[:1] or during[-1:]
    return (before[-1] if before else "", after[0] if after else "")


def q16(a: Answers) -> list[str]:
    """How long accompaniments last, and which ended without a change of stage."""
    rows = []
    for one in a.accompaniments:
        start, end = plain(one.one("faces:startDate")), plain(one.one("faces:endDate"))
        if not end:
            continue
        for iri in one.all("faces:accompanied"):
            before, after = _around(a.world.records[iri], start, end)
            verdict = "changed" if before != after else "unchanged"
            verdict = verdict if before and after else "not known"
            rows.append(
                f"{a.key(one.iri)}, {a.key(iri)}: {start} to {end}, {_months(start, end)} months,"
                f" {before or '?'} → {after or '?'}: {verdict}."
            )
    return rows


def _over_before(end: str, day: str) -> bool:
    """Tell whether an end is known and before a day: 2015 is not before March 2015."""
    shared = min(len(end), len(day))
    return bool(end) and end[:shared] < day[:shared]


def q17(a: Answers) -> list[str]:
    """Initiatives that moved from emergence to consolidation, after which accompaniment."""
    rows = []
    for one in a.initiatives:
        stated = stages(one)
        first = [day for day, stage in stated if stage == "emergence"]
        then = [
            day for day, stage in stated if stage == "consolidation" and first and day > first[0]
        ]
        if not then:
            continue
        helped = [
            other.iri
            for other in a.accompaniments
            if one.iri in other.all("faces:accompanied")
            and plain(other.one("faces:startDate")) < then[0]
            and not _over_before(plain(other.one("faces:endDate")), first[0])
        ]
        rows.append(f"{a.key(one.iri)}: {first[0]} to {then[0]}, after {a.keys(helped)}.")
    return rows


def q18(a: Answers) -> list[str]:
    """Accompanists with methods suited to a theme."""
    by_theme: dict[str, list[str]] = defaultdict(list)
    for one in a.world.of("method"):
        for theme in one.all("faces:theme"):
            by = a.keys(one.all("faces:developedBy"))
            by_theme[short(theme)].append(f"{a.key(one.iri)} by {by}")
    return [f"{theme}: {'; '.join(by_theme[theme])}." for theme in sorted(by_theme)]


def q19(a: Answers) -> list[str]:
    """Members of territorial networks accompanied by a network of accompanists or its members."""
    piles: set[Term] = set()
    for one in a.world.of("network"):
        if "network-kind:accompanists" in one.all("faces:networkKind"):
            piles |= {one.iri} | a.ever[one.iri]
    return [
        f"{a.key(iri)}, of {a.key(network.iri)}: {a.key(one.iri)}, by {a.keys(helpers)}."
        for network in territorial(a)
        for one in a.accompaniments
        for iri in one.all("faces:accompanied")
        if (helpers := set(one.all("faces:accompanier")) & piles) and iri in a.ever[network.iri]
    ]


def q20(a: Answers) -> list[str]:
    """Mix of resources that consolidating initiatives declare; shares not stated are left out."""
    shares: dict[str, list[int]] = defaultdict(list)
    declaring: Counter[str] = Counter()
    for one in a.at_stage("consolidation"):
        parts = one.parts_of("faces:resourceStatement")
        newest = max((plain(part.one("faces:attestedOn")) for part in parts), default="")
        for part in parts:
            if plain(part.one("faces:attestedOn")) != newest:
                continue
            kind = short(part.one("faces:resourceKind"))
            declaring[kind] += 1
            if share := part.one("faces:share"):
                shares[kind].append(int(plain(share)))
    return [
        f"{kind}: {declaring[kind]} initiatives, mean {_rounded(sum(known), len(known))}, least"
        f" {min(known)}, greatest {max(known)}."
        if (known := shares[kind])
        else f"{kind}: {declaring[kind]} initiatives, no share stated."
        for kind in sorted(declaring)
    ]


def q21(a: Answers) -> list[str]:
    """Difficulties that recur, by theme: ended initiatives met them too."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in a.initiatives:
        for theme in one.all("faces:theme"):
            counts[short(theme)].update(map(short, one.all("faces:difficulty")))
    rows = []
    for theme in sorted(counts):
        often = [f"{name} {times}" for name, times in sorted(counts[theme].items()) if times > 1]
        if often:
            rows.append(f"{theme}: {', '.join(often)}.")
    return rows


def q22(a: Answers) -> list[str]:
    """Cooperations that answered a tender together, or did action research."""
    wanted = {"cooperation-kind:joint-tender", "cooperation-kind:action-research"}
    return [
        f"{a.key(one.iri)}, {short(one.one('faces:cooperationKind'))}:"
        f" {a.keys(one.all('faces:participant'))}."
        for one in a.world.of("cooperation")
        if one.one("faces:cooperationKind") in wanted
    ]


def q23(a: Answers) -> list[str]:
    """Initiatives that are legally ESS, on which ground; holders of a valid ESUS agreement."""
    grounds: dict[str, list[Term]] = defaultdict(list)
    valid, expired = [], []
    for one in a.initiatives:
        for claim in one.parts_of("faces:essClaim") if active(one) else ():
            ground = short(claim.one("faces:ground"))
            grounds[ground].append(one.iri)
            if ground == "esus":
                end = plain(claim.one("faces:endDate"))
                (valid if end >= TODAY else expired).append(f"{a.key(one.iri)} until {end}")
    rows = [f"{ground}: {a.keys(grounds[ground])}." for ground in sorted(grounds)]
    return [*rows, f"ESUS valid: {'; '.join(valid)}.", f"ESUS expired: {'; '.join(expired)}."]


def q24(a: Answers) -> list[str]:
    """Records changed since a date."""
    rows = []
    for since in ("2026-01-01", "2026-10-01"):
        changed = [
            one for one in a.world.records.values() if plain(one.one("dcterms:modified")) >= since
        ]
        kinds = Counter(one.kind for one in changed)
        said = ", ".join(f"{kinds[kind]} {kind}" for kind in sorted(kinds))
        rows.append(f"Since {since}: {len(changed)} records ({said}).")
    return [*rows, f"The last ones: {a.keys(one.iri for one in changed)}."]


def q25(a: Answers) -> list[str]:
    """Records unverified, and the contacts without a basis; possible duplicates are planted."""
    verified = {one.iri: plain(one.one("faces:verifiedOn")) for one in a.world.records.values()}
    rows = []
    for limit in ("2025-11-15", "2024-11-15"):
        old = [iri for iri, day in verified.items() if day and day < limit]
        rows.append(f"{len(old)} not verified since {limit}: {a.keys(old)}.")
    rows.append(f"Never verified: {a.keys(iri for iri, day in verified.items() if not day)}.")
    without = [
        one.iri
        for one in a.world.records.values()
        if one.one("schema:email") and not one.one("faces:contactBasis")
    ]
    return [*rows, f"E-mail without a basis: {a.keys(without)}."]


QUESTIONS: tuple[Callable[[Answers], list[str]], ...] = (
    q01,
    q02,
    q03,
    q04,
    q05,
    q06,
    q07,
    q08,
    q09,
    q10,
    q11,
    q12,
    q13,
    q14,
    q15,
    q16,
    q17,
    q18,
    q19,
    q20,
    q21,
    q22,
    q23,
    q24,
    q25,
)

PLURALS = {
    "initiative": "initiatives",
    "network": "networks",
    "organization": "organisations",
    "membership": "memberships",
    "facilitation": "facilitations",
    "accompaniment": "accompaniments",
    "method": "methods",
    "pooling": "poolings",
    "cooperation": "cooperations",
    "event": "events",
    "programme": "programme",
}

INTRODUCTION = """\
# Demonstration data

Made up, by `data/build/demo.py`:
{counts}.

No organisation named here exists; any likeness is chance. Each record says `faces:fictitious true`
and « (démonstration) » in its name. There are no SIREN, SIRET or RNA numbers: no range of them is
known never to be allotted. Addresses are in the domain `.example`, which nobody can own. The
territories are real, and come from the reference data.

Loaded by `faces init --demo` only, as the source `demo`. Licence: Licence Ouverte 2.0.

To write the files again: `python data/build/demo.py`. The same bytes come out each time.

## Conventions of the answers below

The first part of each answer says what was **planted** by hand and why; the second, after “In all”,
is the complete answer over these data, worked out in Python from the same records, without RDF or
SPARQL (`data/build/demo_answers.py`). Other sources of a registry may add to it. “Today” is
{today}; a relationship goes on when no end is known; an initiative whose record has ended does not
count as one of today.

What is filled in at random accompanies nobody in the département 04, has no health-care initiative,
joins neither `demo-net-03` nor `demo-net-04`, links no planted initiative, and was last modified
before October 2026.

## Networks

{networks}
"""


def readme(world: World) -> str:
    """Return the README: what there is, and for each question which records answer it, and why."""
    answers = Answers(world)
    kinds = Counter(one.kind for one in world.records.values())
    counts = ", ".join(f"{kinds[kind]} {plural}" for kind, plural in PLURALS.items())
    networks = "\n".join(
        f"- `{one.key}` {one.name}: {', '.join(map(short, one.all('faces:networkKind')))},"
        f" {area(one)}, {len(answers.members[one.iri])} present members."
        for one in world.of("network")
    )
    text = [INTRODUCTION.format(counts=counts, today=TODAY, networks=networks)]
    for number, answer in enumerate(QUESTIONS, 1):
        title = (answer.__doc__ or "").removesuffix(".")
        planted = [
            f"- `{one.key}` {one.name}: {why}." for asked, one, why in world.told if asked == number
        ]
        rows = [f"- {row}" for row in answer(answers)]
        text.append("\n".join([f"\n## {number}. {title}\n", *planted, "\nIn all:\n", *rows, ""]))
    return "".join(text)
