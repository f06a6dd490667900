"""The made-up world: one method per kind of record, which numbers and names it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from demo_model import CLASSES, Place, Record, Term, date, places, slug, territory, text

#: The day that « today » stands for: nothing is dated later, except the end of agreements.
TODAY = "2026-11-15"
#: How far from the town hall a point may be, in degrees.
REACH = 0.06
FR_MARK, EN_MARK = " (démonstration)", " (demonstration)"


def concepts(scheme: str, names: Sequence[str]) -> list[Term]:
    """Return concepts of a vocabulary by their short names."""
    return [f"{scheme}:{name}" for name in names if name]


@dataclass(frozen=True)
class Period:
    """Start and end of a relationship, each a year, a month, a day or nothing."""

    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class Checked:
    """When a record was last verified, and last changed at its source."""

    verified: str = "2026-09-01"
    modified: str = "2025-12-01"


@dataclass(frozen=True)
class Words:
    """Name and description, in French and English; an empty text is not said."""

    fr: str
    about_fr: str = ""
    about_en: str = ""
    en: str = ""


@dataclass
class World:
    """All records by IRI, in the order made."""

    rng: random.Random
    records: dict[Term, Record] = field(default_factory=dict)
    #: What was planted by hand, for the README: question, record, why it is there.
    told: list[tuple[int, Record, str]] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def of(self, kind: str) -> list[Record]:
        """Return the records of a kind, in order."""
        return [record for record in self.records.values() if record.kind == kind]

    def chance(self, probability: float) -> bool:
        """Draw true with that probability."""
        return self.rng.random() < probability

    def tell(self, question: int, record: Record, why: str) -> Record:
        """Remember why a record was planted for a question."""
        self.told.append((question, record, why))
        return record

    def add(self, kind: str, prefix: str, words: Words, checked: Checked | None) -> Record:
        """Make a record with what all records say."""
        width = 3 if prefix in {"ini", "mem", "acc"} else 2
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        key = f"demo-{prefix}-{self._counts[prefix]:0{width}d}"
        record = Record(f"<id/{kind}/{key}>", CLASSES[kind], kind=kind, key=key, name=words.fr)
        record.say("rdfs:label", text(words.fr + FR_MARK, "fr"))
        record.say("rdfs:label", text(words.en and words.en + EN_MARK, "en"))
        record.say("dcterms:description", text(words.about_fr, "fr"))
        record.say("dcterms:description", text(words.about_en, "en"))
        record.say("faces:fictitious", "true")
        record.say("dcterms:source", "<id/source/demo>")
        checked = checked or self.some_check()
        record.say("faces:verifiedOn", date(checked.verified))
        record.say("dcterms:modified", date(checked.modified))
        self.records[record.iri] = record
        return record

    def some_check(self) -> Checked:
        """Return dates as a living registry has them: most recent, some old, some missing."""
        rng = self.rng
        years = ("", *("2022", "2023") * 2, *("2025",) * 6, *("2026",) * 10)
        verified = rng.choice(years)
        changed = rng.choice(("2022", "2023", "2024", "2024", "2025", "2025", "2025", "2026"))
        return Checked(verified and self._day(verified), self._day(changed))

    def _day(self, year: str) -> str:
        """Return a day of the first nine months of a year."""
        return f"{year}-{self.rng.randint(1, 9):02d}-{self.rng.randint(1, 28):02d}"

    # --- Actors ------------------------------------------------------------------------------

    def contact(self, record: Record, basis: str) -> None:
        """Give a site and a role mailbox; an empty basis is what question 25 looks for."""
        name = f"{slug(record.name)}-{record.key.rpartition('-')[2]}"
        record.say("foaf:homepage", f"<https://{name}.example/>")
        record.say("schema:email", text(f"contact@{name}.example"))
        record.say("faces:contactBasis", *concepts("contact-basis", [basis]))

    def point(self, record: Record, place: Place, precision: str) -> None:
        """Put the record on the map, around the town hall or at the commune’s centre."""
        (x, y), (cx, cy) = place.hall, place.centre
        lon, lat = cx, cy
        if precision != "commune":
            # From the town hall towards the centre: away from the sea, and never far.
            dx, dy = (max(-REACH, min(REACH, one)) for one in (cx - x, cy - y))
            along, aside = self.rng.uniform(0.05, 0.7), self.rng.uniform(-0.15, 0.15)
            lon = round(x + along * dx - aside * dy, 5)
            lat = round(y + along * dy + aside * dx, 5)
        methods = {
            "exact": "adresse trouvée au numéro",
            "street": "adresse trouvée à la rue",
            "commune": "centre de la commune",
        }
        part = record.part("geo:hasGeometry", "geometry", "geo:Geometry")
        part.say("geo:asWKT", f'"POINT({lon} {lat})"^^geo:wktLiteral')
        part.say("faces:geocodingPrecision", f"geocoding-precision:{precision}")
        part.say("faces:geocodingMethod", text(methods[precision] + " (inventée)", "fr"))

    def initiative(
        self,
        words: Words,
        place: str,
        themes: Sequence[str],
        stages: Sequence[tuple[str, str]],
        *,
        precision: str = "exact",
        checked: Checked | None = None,
    ) -> Record:
        """Make an initiative in a commune, with its dated stages."""
        commune = places()[place]
        record = self.add("initiative", "ini", words, checked)
        record.say("faces:theme", *concepts("theme", themes))
        record.say("dcterms:spatial", commune.iri)
        for day, stage in stages:
            part = record.part("faces:stageStatement", f"stage-{day}", "faces:StageStatement")
            part.say("faces:stage", f"stage:{stage}")
            part.say("faces:attestedOn", date(day))
        self.point(record, commune, precision)
        return record

    def resources(self, record: Record, year: str, shares: dict[str, int | None]) -> None:
        """State the mix of resources of a year, in percent; a share may be unknown."""
        for kind, share in shares.items():
            part = record.part(
                "faces:resourceStatement", f"resource-{year}-{kind}", "faces:ResourceStatement"
            )
            part.say("faces:resourceKind", f"resource-kind:{kind}")
            part.say("faces:share", "" if share is None else f'"{share}"^^xsd:decimal')
            part.say("faces:attestedOn", date(year))

    def claim(self, record: Record, ground: str, claimant: Record, period: Period) -> None:
        """State that somebody says that the actor belongs to the ESS."""
        number = len(record.all("faces:essClaim")) + 1
        part = record.part("faces:essClaim", f"ess-{number}", "faces:EssClaim")
        part.say("faces:ground", f"ess-ground:{ground}")
        part.say("faces:claimant", claimant.iri)
        part.say("faces:startDate", date(period.start))
        part.say("faces:endDate", date(period.end))
        part.say("faces:attestedOn", date("2026-06"))
        part.say("dcterms:source", "<id/source/demo>")

    def organization(self, words: Words, place: str, form: str = "association") -> Record:
        """Make an organisation that is no initiative: accompanist, host, claimant."""
        record = self.add("organization", "org", words, Checked())
        record.say("dcterms:spatial", territory(place))
        record.say("faces:legalForm", f"legal-form:{form}")
        if place.startswith("commune-"):
            self.point(record, places()[place.removeprefix("commune-")], "exact")
        return record

    def network(
        self,
        words: Words,
        place: str,
        kinds: Sequence[str],
        themes: Sequence[str] = (),
        *,
        host: Record | None = None,
        formal: bool = True,
    ) -> Record:
        """Make a network that acts in a territory."""
        record = self.add("network", "net", words, Checked())
        record.say("faces:networkKind", *concepts("network-kind", kinds))
        record.say("faces:formality", f"network-formality:{'formal' if formal else 'informal'}")
        record.say("faces:theme", *concepts("theme", themes))
        record.say("dcterms:spatial", territory(place))
        if formal:
            record.say("faces:legalForm", "legal-form:association")
        if host:
            record.say("faces:host", host.iri)
        return record

    # --- Relationships -----------------------------------------------------------------------

    def _dated(self, record: Record, period: Period) -> Record:
        record.say("faces:startDate", date(period.start))
        record.say("faces:endDate", date(period.end))
        return record

    def member(
        self,
        member: Record,
        network: Record,
        period: Period,
        role: str = "member",
        checked: Checked | None = None,
    ) -> Record:
        """Make a membership."""
        words = Words(
            f"Adhésion de « {member.name} » à « {network.name} »",
            en=f"Membership of “{member.name}” in “{network.name}”",
        )
        record = self.add("membership", "mem", words, checked)
        record.say("org:member", member.iri)
        record.say("org:organization", network.iri)
        record.say("org:role", f"role:{role}")
        return self._dated(record, period)

    def accompany(
        self,
        accompanied: Record,
        accompaniers: Sequence[Record],
        approaches: Sequence[str],
        target: str,
        period: Period,
        checked: Checked | None = None,
    ) -> Record:
        """Make an accompaniment."""
        by_fr = " et ".join(f"« {one.name} »" for one in accompaniers)
        by_en = " and ".join(f"“{one.name}”" for one in accompaniers)
        words = Words(
            f"Accompagnement de « {accompanied.name} » par {by_fr}",
            en=f"Accompaniment of “{accompanied.name}” by {by_en}",
        )
        record = self.add("accompaniment", "acc", words, checked)
        record.say("faces:accompanied", accompanied.iri)
        record.say("faces:accompanier", *(one.iri for one in accompaniers))
        record.say("faces:approach", *concepts("accompaniment-approach", approaches))
        record.say("faces:targetStage", *concepts("stage", [target]))
        return self._dated(record, period)

    def pool(
        self,
        words: Words,
        kinds: Sequence[str],
        participants: Sequence[Record],
        period: Period,
        carrier: Record | None = None,
        checked: Checked | None = None,
    ) -> Record:
        """Make a pooling, in the territory of its first participant."""
        record = self.add("pooling", "poo", words, checked)
        record.say("faces:poolingKind", *concepts("pooling-kind", kinds))
        record.say("faces:participant", *(one.iri for one in participants))
        record.say("faces:carrier", carrier.iri if carrier else "")
        record.say("dcterms:spatial", participants[0].one("dcterms:spatial"))
        return self._dated(record, period)

    def cooperate(
        self,
        words: Words,
        kind: str,
        participants: Sequence[Record],
        period: Period,
        theme: str = "",
        checked: Checked | None = None,
    ) -> Record:
        """Make a cooperation."""
        record = self.add("cooperation", "coo", words, checked)
        record.say("faces:cooperationKind", f"cooperation-kind:{kind}")
        record.say("faces:participant", *(one.iri for one in participants))
        record.say("faces:theme", *concepts("theme", [theme]))
        record.say("dcterms:spatial", participants[0].one("dcterms:spatial"))
        return self._dated(record, period)

    def facilitate(self, network: Record, carriers: Sequence[Record], period: Period) -> Record:
        """Make a facilitation."""
        by_fr = " et ".join(f"« {one.name} »" for one in carriers)
        by_en = " and ".join(f"“{one.name}”" for one in carriers)
        words = Words(
            f"Animation de « {network.name} » par {by_fr}",
            en=f"Facilitation of “{network.name}” by {by_en}",
        )
        record = self.add("facilitation", "fac", words, Checked())
        record.say("faces:facilitatedNetwork", network.iri)
        record.say("faces:carrier", *(one.iri for one in carriers))
        record.say("org:role", "role:facilitator")
        return self._dated(record, period)

    def event(
        self, words: Words, place: str, period: Period, animators: Sequence[Record]
    ) -> Record:
        """Make an event in a commune."""
        record = self.add("event", "evt", words, Checked())
        record.say("faces:animator", *(one.iri for one in animators))
        record.say("dcterms:spatial", places()[place].iri)
        self.point(record, places()[place], "commune")
        return self._dated(record, period)

    def method(
        self, words: Words, themes: Sequence[str], target: str, developers: Sequence[Record]
    ) -> Record:
        """Make a method of accompaniment."""
        record = self.add("method", "met", words, Checked())
        record.say("faces:developedBy", *(one.iri for one in developers))
        record.say("faces:theme", *concepts("theme", themes))
        record.say("faces:targetStage", *concepts("stage", [target]))
        return record
