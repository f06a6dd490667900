"""Relationships as sentences: “accompanied by Mesclun since 2011, in consolidation”.

The sentences and their forms come from the shapes and the vocabularies (``registry.sentences``),
dates and names from the relationship's own record, which each sentence leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from registry.describe import Description, Properties, Value
from registry.namespaces import PREFIXES, RDF_TYPE
from registry.reference import VOCABULARIES
from registry.sentences import Slot, Wording, local_name, pieces, wording
from registry.texts import Text, best
from registry.web.links import Linker
from registry.web.periods import attested, period
from registry.web.views import Shown, Told, linked

_START: Final = PREFIXES["faces"] + "startDate"
_END: Final = PREFIXES["faces"] + "endDate"
_ATTESTED: Final = PREFIXES["faces"] + "attestedOn"
_STATUS: Final = PREFIXES["adms"] + "status"
_ENDED: Final = VOCABULARIES + "record-status/ended"
#: Relationships that are not told any more.
_GONE: Final = {VOCABULARIES + f"record-status/{name}" for name in ("withdrawn", "superseded")}
_CONCEPT: Final = "concept"
#: So many values of one property are named in a sentence, the others are counted.
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """One relationship of the record in words.

    ``others`` are the actors in it, ``named`` is everything that its record names.
    """

    iri: str
    label: str
    href: str
    pieces: tuple[Shown, ...]
    others: tuple[str, ...]
    named: frozenset[str]
    start: Value | None
    end: Value | None
    past: bool


@dataclass(frozen=True, slots=True)
class Relations:
    """The relationships of one class in which the record has one role.

    ``total`` counts those beyond the first page too.
    """

    cls: str
    title: str
    path: str
    total: int
    sentences: tuple[Sentence, ...]
    inverse: bool = True

    @property
    def name(self) -> str:
        """What a link to all of them is called."""
        return self.title


@dataclass(slots=True)
class Teller:
    """Tells the relationships of what a page is about; ``today`` is the day of the release."""

    about: Description
    linker: Linker
    today: str
    _words: Wording = field(default_factory=wording)

    def relations(self) -> list[Relations]:
        """Return all of them that have a sentence, by class and role, in the order of lists."""
        found: dict[tuple[str, str], list[Sentence]] = {}
        for link in self.about.incoming:
            for iri in link.subjects:
                for cls, sentence in self._told(iri, link.path):
                    found.setdefault((cls, link.path), []).append(sentence)
        totals = {link.path: link.total for link in self.about.incoming}
        shown = {link.path: len(link.subjects) for link in self.about.incoming}
        kinds = {kind.class_iri: kind for kind in self.linker.site.schema.kinds}
        return [
            Relations(
                cls,
                best(kinds[cls].plural, self.linker.language) if cls in kinds else "",
                path,
                totals[path] if totals[path] > shown[path] else len(sentences),
                tuple(_in_order(sentences)),
            )
            for (cls, path), sentences in sorted(
                found.items(),
                key=lambda item: (kinds[item[0][0]].order if item[0][0] in kinds else 0, item[0]),
            )
        ]

    def _told(self, iri: str, path: str) -> Iterator[tuple[str, Sentence]]:
        said = self.about.relations.get(iri, {})
        if any(value.text in _GONE for value in said.get(_STATUS, ())):
            return
        for cls in said.get(RDF_TYPE.value, ()):
            template = self._words.templates.get((cls.text, path))
            sentence = self._sentence(iri, said, template) if template else None
            if sentence:
                yield cls.text, sentence

    def _sentence(self, iri: str, said: Properties, template: Mapping[str, str]) -> Sentence | None:
        values = self._values(said)
        parts = pieces(best(template, self.linker.language), frozenset(values))
        if parts is None:
            return None
        written = tuple(
            shown
            for part in parts
            for shown in (values[part.name] if isinstance(part, Slot) else (Shown(part),))
        )
        start, end = _only(said, _START), _only(said, _END)
        ended = any(value.text == _ENDED for value in said.get(_STATUS, ()))
        past = ended or (end is not None and end.text < self.today[: len(end.text)])
        href, _ = self.linker.href(iri)
        return Sentence(
            iri,
            self.linker.label(iri),
            href,
            written,
            self._others(said),
            frozenset({iri, *(v.text for values in said.values() for v in values if v.iri)}),
            start,
            end,
            past,
        )

    def _others(self, said: Properties) -> tuple[str, ...]:
        actors = (value.text for path in self._words.roles for value in said.get(path, ()))
        return tuple(dict.fromkeys(iri for iri in actors if iri != self.about.iri))

    def _values(self, said: Properties) -> dict[str, tuple[Shown, ...]]:
        """Return what may stand in a sentence, by the name that stands for it."""
        language = self.linker.language
        found = {
            local_name(path): tuple(self._listed(own))
            for path, values in said.items()
            if (own := [v.text for v in values if v.iri and v.text != self.about.iri])
        }
        start, end = _only(said, _START), _only(said, _END)
        words = {
            "period": period(start, end, language, self.today),
            "attested": "" if start or end else attested(_only(said, _ATTESTED), language),
        }
        found |= {name: (Shown(text),) for name, text in words.items() if text}
        endings = (best(self._words.agreements.get(c, {}), language) for c in self.about.classes)
        ending = next(filter(None, endings), "") if language == "fr" else ""
        return found | {"agreement": (Shown(ending),)}

    def _listed(self, iris: list[str]) -> Iterator[Shown]:
        """Name the first values, count the rest: “A, B, C and 2 others”."""
        language = self.linker.language
        shown = sorted(map(self._named, iris), key=lambda value: value.text.casefold())
        more = len(shown) - _NAMED
        if more > 1:
            del shown[_NAMED:]
            shown.append(Shown(Text("{n} others", n=more).to(language)))
        conjunction = Text("and").to(language)
        for place, each in enumerate(shown):
            if place:
                yield Shown(f" {conjunction} " if place == len(shown) - 1 else ", ")
            yield each

    def _named(self, iri: str) -> Shown:
        phrase = best(self._words.phrases.get(iri, {}), self.linker.language)
        if phrase or self.linker.kind(iri) == _CONCEPT:
            return Shown(phrase or self.linker.label(iri))
        return linked(self.linker, iri)


def told(relations: Iterable[Relations]) -> Told:
    """Return what the sentences say already, so that no row has to repeat it."""
    listed = list(relations)
    shortcuts: dict[str, tuple[frozenset[str], int]] = {}
    for path, classes in wording().shortcuts.items():
        of = [each for each in listed if each.cls in classes]
        named = frozenset[str]().union(*(s.named for each in of for s in each.sentences))
        shortcuts[path] = named, max((each.total for each in of), default=0)
    return Told(frozenset(s.iri for each in listed for s in each.sentences), shortcuts)


def _in_order(sentences: list[Sentence]) -> list[Sentence]:
    """Return those that go on first, the latest first, without a date at their end; by words."""
    by_words = sorted(sentences, key=lambda s: "".join(p.text for p in s.pieces).casefold())
    latest = sorted(by_words, key=lambda s: s.start.text if s.start else "", reverse=True)
    return sorted(latest, key=lambda s: s.past)


def _only(said: Properties, path: str) -> Value | None:
    values = said.get(path, ())
    return values[0] if values else None
