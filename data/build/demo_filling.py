"""What is filled in at random, so that maps, networks and counts look real.

So that the planted answers stay what they are, the filling keeps to this:
- nobody in the département 04 is accompanied, and health care is no theme of its initiatives;
- nobody joins Le Filet des Marais or Les Passeurs du Lac;
- it links no planted initiative, and nothing of it was modified after September 2026.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from demo_model import Place, Record, count, date, places, plain, stages, text
from demo_stories import Cast
from demo_words import COMPLEMENTS, PROJECTS, SECOND, THEMES
from demo_world import Period, Words, World, concepts

INITIATIVES, ACCOMPANIMENTS, POOLINGS, COOPERATIONS = 150, 90, 24, 20
#: Stages passed before the latest one, at most; stages after which some step back.
MOST_PASSED, SETTLED = 4, {"consolidation", "scale-up", "transmission"}
STAGES = ("emergence", "creation", "development", "consolidation", "scale-up", "transmission")
DEPARTEMENTS = {"04": 10, "05": 10, "06": 18, "13": 30, "83": 18, "84": 20}
FORMS = {
    "association": 62, "scic": 8, "scop": 5, "cooperative": 6, "ess-company": 6, "informal": 12,
    "foundation": 1,
}  # fmt: skip
GROUNDS = {
    "association": "association", "scic": "cooperative", "scop": "cooperative",
    "cooperative": "cooperative", "ess-company": "ess-company", "foundation": "foundation",
}  # fmt: skip
#: How long a year is in text, and the last month in which something ends.
YEAR, LAST = 4, (2026, 9)
PROGRAMME_YEARS = range(2021, 2024)
DIFFICULTIES = (
    "individualism", "volunteer-retention", "funder-demands", "own-income-pressure",
    "loss-of-shared-vision", "isolation", "skills-and-organisation",
)  # fmt: skip
#: Mixes of resources, each of 100 percent.
MIXES: tuple[dict[str, int], ...] = (
    {"public-funding": 55, "sales": 25, "volunteering": 20},
    {"public-funding": 35, "sales": 40, "membership-fees": 5, "volunteering": 20},
    {"sales": 70, "public-funding": 20, "in-kind": 10},
    {"sales": 50, "donations": 15, "public-funding": 25, "volunteering": 10},
    {"volunteering": 60, "membership-fees": 15, "donations": 25},
    {"public-funding": 70, "sales": 10, "volunteering": 20},
)
#: Themes whose name and activity suit a territory of any kind: health care is left to the stories.
FILLED_THEMES = tuple(theme for theme in THEMES if theme != "health-care")


def fill(world: World, cast: Cast) -> None:
    """Fill the world up to the numbers above."""
    planted = {record.iri for record in world.of("initiative")}
    names = {record.name for record in world.of("initiative")}
    while len(world.of("initiative")) < INITIATIVES:
        _initiative(world, cast, names)
    fillers = [one for one in world.of("initiative") if one.iri not in planted]
    for initiative in fillers:
        _memberships(world, cast, initiative)
    while len(world.of("accompaniment")) < ACCOMPANIMENTS:
        _accompaniment(world, cast, fillers)
    while len(world.of("pooling")) < POOLINGS:
        _pooling(world, fillers)
    while len(world.of("cooperation")) < COOPERATIONS:
        _cooperation(world, fillers)


def _weighted(world: World, weights: dict[str, int]) -> str:
    return world.rng.choices(list(weights), list(weights.values()))[0]


def place_of(record: Record) -> Place:
    """Return the commune of an initiative."""
    return places()[record.one("dcterms:spatial").removesuffix(">").rpartition("-")[2]]


def theme_of(record: Record) -> str:
    """Return the first theme of an initiative."""
    return record.one("faces:theme").partition(":")[2]


def founded(record: Record) -> int:
    """Return the year in which an initiative was founded."""
    return int(plain(record.one("faces:foundingDate")))


# --- Initiatives -----------------------------------------------------------------------------


def _initiative(world: World, cast: Cast, names: set[str]) -> None:
    rng = world.rng
    theme = rng.choice(FILLED_THEMES)
    others = [one for one in FILLED_THEMES if one != theme]
    themes = [theme, *rng.sample(others, rng.choice((0, 0, 1)))]
    words = THEMES[theme]
    name = f"{rng.choice(words.nouns)} {rng.choice(COMPLEMENTS)}"
    while name in names:
        name = f"{rng.choice(words.nouns)} {rng.choice(COMPLEMENTS)}"
    names.add(name)
    departement = _weighted(world, DEPARTEMENTS)
    communes = {
        code: math.isqrt(place.population)
        for code, place in places().items()
        if place.departement == departement
    }
    code = _weighted(world, communes)
    year = rng.randint(2009, 2023)
    record = world.initiative(
        _words(world, name, theme, places()[code], year),
        code,
        themes,
        _stages(world, year),
        precision=rng.choice(("exact", "exact", "street", "street", "commune")),
    )
    record.say("faces:legalForm", f"legal-form:{_weighted(world, FORMS)}")
    record.say("faces:foundingDate", date(str(year)))
    _people(world, record)
    _resources(world, record)
    _claims(world, cast, record)
    record.say(
        "faces:difficulty", *concepts("difficulty", rng.sample(DIFFICULTIES, rng.randint(0, 3)))
    )
    if world.chance(0.55):
        world.contact(
            record, rng.choice(("public-page", "public-page", "organisation-consent", ""))
        )
    if world.chance(0.04):
        record.say("adms:status", "record-status:ended")


def _words(world: World, name: str, theme: str, place: Place, year: int) -> Words:
    rng = world.rng
    words = THEMES[theme]
    does_fr, does_en = rng.choice(words.does)
    second_fr, second_en = rng.choice(SECOND)
    english = world.chance(0.65)
    return Words(
        name,
        f"{name}, {place.at} depuis {year}, {does_fr}. {second_fr}",
        f"{name}, in {place.name} since {year}, {does_en}. {second_en}" if english else "",
        name if english else "",
    )


def _stages(world: World, year: int) -> list[tuple[str, str]]:
    """Return one to five statements, in order of time; some stand still, some step back."""
    rng = world.rng
    last = rng.choices(range(6), (8, 14, 30, 34, 9, 5))[0]
    passed = [stage for stage in range(last) if world.chance(0.7)][-MOST_PASSED:]
    steps = [STAGES[stage] for stage in (*passed, last)]
    if steps[-1] in SETTLED and len(passed) < MOST_PASSED and world.chance(0.15):
        steps.append("development")
    elif len(steps) <= MOST_PASSED and world.chance(0.7):
        # Stated again: nothing has changed.
        again = rng.randrange(len(steps))
        steps.insert(again, steps[again])
    years = sorted(rng.sample(range(year, 2027), min(len(steps), 2027 - year)))
    return [
        (f"{one}-{rng.randint(1, 9):02d}" if world.chance(0.5) else str(one), step)
        for one, step in zip(years, steps[-len(years) :], strict=True)
    ]


def _people(world: World, record: Record) -> None:
    rng = world.rng
    informal = record.one("faces:legalForm") == "legal-form:informal"
    if world.chance(0.8):
        record.say("faces:volunteers", count(rng.randint(3, 60)))
    if not informal and world.chance(0.7):
        record.say("faces:employees", count(rng.choice((0, 1, 2, 3, 4, 6, 9, 14, 22))))
    if world.chance(0.35):
        french, english = rng.choice(PROJECTS)
        record.say("faces:associativeProject", text(french, "fr"), text(english, "en"))
        sells_fr, sells_en = THEMES[theme_of(record)].sells
        record.say(
            "faces:economicModel",
            text(f"Les recettes viennent surtout de : {sells_fr}.", "fr"),
            text(f"Income comes above all from {sells_en}.", "en"),
        )


def _resources(world: World, record: Record) -> None:
    rng = world.rng
    for year in rng.sample(("2021", "2023", "2025"), rng.choice((0, 0, 1, 1, 2))):
        if int(year) > founded(record):
            mix: dict[str, int | None] = dict(rng.choice(MIXES))
            if world.chance(0.1):
                mix["in-kind"] = None
            world.resources(record, year, mix)


def _claims(world: World, cast: Cast, record: Record) -> None:
    rng = world.rng
    form = record.one("faces:legalForm").partition(":")[2]
    if form in GROUNDS and world.chance(0.5):
        world.claim(record, GROUNDS[form], cast.org["chamber"], Period())
    if form in {"association", "scic", "ess-company"} and world.chance(0.12):
        year = rng.randint(2018, 2025)
        period = Period(f"{year}-03-01", f"{year + 5}-02-28")
        world.claim(record, "esus", cast.org["authority"], period)


# --- Relationships ---------------------------------------------------------------------------


def _suits(name: str, record: Record) -> bool:
    """Tell whether an initiative may join a network."""
    themes = {theme.partition(":")[2] for theme in record.all("faces:theme")}
    place = place_of(record)
    return {
        "tresse": place.code == "13055",
        "baous": place.departement == "06",
        "racines": bool(themes & {"solidarity-garden", "food"}),
        "boucle": bool(themes & {"reuse", "environment"}),
        "quai": place.departement == "13" and bool(themes & {"fair-trade"}),
        "semaines": True,
        "quinzaine": place.departement == "83",
        "cercle": record.one("faces:legalForm") in {"legal-form:scic", "legal-form:cooperative"},
        "alliance": True,
    }.get(name, False)


JOINS = {"semaines": 0.15, "alliance": 0.2, "quinzaine": 0.5}


def _memberships(world: World, cast: Cast, initiative: Record) -> None:
    rng = world.rng
    if world.chance(0.15):
        return
    for name, network in cast.net.items():
        if not _suits(name, initiative) or not world.chance(JOINS.get(name, 0.8)):
            continue
        start = rng.randint(founded(initiative) + 1, 2025)
        end = str(rng.randint(start, 2025)) if world.chance(0.12) else ""
        month = f"-{rng.randint(1, 12):02d}" if not end and world.chance(0.3) else ""
        role = "board" if world.chance(0.15) else "member"
        world.member(initiative, network, Period(f"{start}{month}", end), role)


def _networks_of(world: World, initiative: Record) -> set[str]:
    return {
        one.one("org:organization")
        for one in world.of("membership")
        if one.one("org:member") == initiative.iri
    }


def _accompaniers(
    world: World, cast: Cast, initiative: Record, approach: str, fillers: list[Record]
) -> list[Record]:
    rng = world.rng
    if approach == "expert":
        experts = [cast.org[one] for one in ("eclaircie", "guichet", "quille", "lieux")]
        return rng.sample(experts, rng.choice((1, 1, 1, 2)))
    if approach == "accompanist-network":
        piles = [cast.org[one] for one in ("amers", "lampisterie", "estive")]
        return [rng.choice((*piles, cast.net["balises"]))]
    if approach == "trade":
        joined = sorted(_networks_of(world, initiative) - {cast.net["semaines"].iri})
        return [world.records[rng.choice(joined)]] if joined else []
    peers = [
        one for one in fillers if one is not initiative and theme_of(one) == theme_of(initiative)
    ]
    return rng.sample(peers, min(len(peers), rng.choice((1, 1, 2))))


def _accompaniment(world: World, cast: Cast, fillers: list[Record]) -> None:
    rng = world.rng
    initiative = rng.choice([one for one in fillers if place_of(one).departement != "04"])
    weights = {"expert": 48, "accompanist-network": 22, "trade": 18, "peer": 12}
    approach = _weighted(world, weights)
    accompaniers = _accompaniers(world, cast, initiative, approach, fillers)
    if not accompaniers:
        return
    start, target = _aim(world, initiative)
    record = world.accompany(
        initiative,
        accompaniers,
        [approach],
        target if world.chance(0.93) else "",
        _period(world, start),
    )
    record.say(
        "faces:need", *concepts("difficulty", rng.sample(DIFFICULTIES, rng.choice((0, 1, 2))))
    )
    if approach in {"accompanist-network", "trade"} and world.chance(0.5):
        record.say("faces:method", rng.choice(cast.methods).iri)
    if world.chance(0.7):
        record.say(
            "faces:format", f"accompaniment-format:{rng.choice(('individual', 'collective'))}"
        )
    if cast.programme and start in PROGRAMME_YEARS and approach != "expert" and world.chance(0.6):
        record.say("faces:programme", cast.programme.iri)


def _aim(world: World, initiative: Record) -> tuple[int, str]:
    """Return the year in which help starts, and the stage aimed at: mostly the next one stated."""
    stated = stages(initiative)
    if len(stated) > 1 and world.chance(0.7):
        step = world.rng.randrange(len(stated) - 1)
        (day, stage), (next_day, target) = stated[step : step + 2]
        if target == stage:
            target = STAGES[min(STAGES.index(stage) + 1, len(STAGES) - 1)]
        return world.rng.randint(int(day[:4]), int(next_day[:4])), target
    start = world.rng.randint(founded(initiative), 2025)
    return start, world.rng.choices(STAGES, (6, 14, 25, 40, 10, 5))[0]


def _period(world: World, start: int) -> Period:
    """Return a period of one to thirty months, in years, months or days; a third goes on."""
    rng = world.rng
    month, months = rng.randint(1, 12), rng.randint(1, 30)
    last = start * 12 + month - 1 + months
    year, last_month = last // 12, last % 12 + 1
    precision = rng.choice((4, 7, 7, 10))
    goes_on = world.chance(0.25) or (year, last_month) > ((2025, 12) if precision == YEAR else LAST)
    first = f"{start}-{month:02d}-{rng.randint(1, 28):02d}"[:precision]
    end = f"{year}-{last_month:02d}-{rng.randint(1, 28):02d}"[:precision]
    return Period(first, "" if goes_on else end)


POOLED = {
    "working-time": ("Emploi partagé", "Shared job"),
    "skills": ("Compétences partagées", "Shared skills"),
    "premises": ("Locaux communs", "Common premises"),
    "logistics": ("Logistique commune", "Common logistics"),
    "equipment": ("Matériel commun", "Common equipment"),
    "mutual-fund": ("Fonds de secours", "Relief fund"),
}


def _near(fillers: Iterable[Record], initiative: Record) -> list[Record]:
    """Return the others of the same département, the ended ones left out."""
    return [
        one
        for one in fillers
        if one is not initiative
        and place_of(one).departement == place_of(initiative).departement
        and not one.one("adms:status")
    ]


def _pooling(world: World, fillers: list[Record]) -> None:
    rng = world.rng
    kind = rng.choice(list(POOLED))
    initiative = rng.choice(fillers)
    near = _near(fillers, initiative)
    partners = rng.sample(near, min(len(near), rng.randint(1, 4)))
    participants = [initiative, *partners]
    carriers = sorted(_networks_of(world, initiative))
    carrier = world.records[rng.choice(carriers)] if carriers and world.chance(0.5) else None
    french, english = POOLED[kind]
    start = rng.randint(max(founded(one) for one in participants), 2025)
    end = str(rng.randint(start, 2025)) if world.chance(0.2) else ""
    world.pool(
        Words(
            f"{french} autour de « {initiative.name} »",
            f"{french} entre {len(participants)} initiatives du même département.",
            f"{english} among {len(participants)} initiatives of the same département.",
            f"{english} around “{initiative.name}”",
        ),
        [kind],
        participants,
        Period(str(start), end),
        carrier,
    )


COOPERATED = {
    "exchange": ("Échange de pratiques", "Exchange of practice"),
    "mutual-learning": ("Visites croisées", "Mutual visits"),
    "action-research": ("Recherche-action", "Action research"),
    "awareness": ("Campagne commune", "Common campaign"),
    "joint-tender": ("Réponse groupée à un marché", "Joint answer to a tender"),
}


def _cooperation(world: World, fillers: list[Record]) -> None:
    rng = world.rng
    kind = rng.choice(list(COOPERATED))
    initiative = rng.choice(fillers)
    near = _near(fillers, initiative)
    participants = [initiative, *rng.sample(near, min(len(near), rng.randint(1, 3)))]
    french, english = COOPERATED[kind]
    start = rng.randint(max(founded(one) for one in participants), 2025)
    end = str(rng.randint(start, 2025)) if world.chance(0.5) else ""
    world.cooperate(
        Words(
            f"{french} autour de « {initiative.name} »",
            "",
            "",
            f"{english} around “{initiative.name}”",
        ),
        kind,
        participants,
        Period(str(start), end),
        theme_of(initiative),
    )
