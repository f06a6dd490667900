"""The form of a saved query: a native control for each parameter, and what people typed in it.

A record is chosen by its name, by the end of its IRI, or by both, as ``Marseille (commune-13055)``,
which is what the form proposes and shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from registry.errors import NotFoundError, UsageError
from registry.identifiers import record_of
from registry.saved_queries import Parameter, SavedQuery, bound, check_known, saved_queries
from registry.search.folding import sort_key
from registry.search.index import Hit
from registry.texts import Text, best
from registry.vocabularies import labels
from registry.web.site import Visit

#: Up to so many records are proposed in the form itself.
_MOST_OPTIONS: Final = 300
_MOST_SUGGESTIONS: Final = 8
_EXAMPLES: Final = 3
_NAMED: Final = re.compile(r".+ \((?P<key>[^()\s]+)\)\s*")


@dataclass(frozen=True, slots=True)
class Option:
    """A value that the form proposes."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Control:
    """How a parameter is asked for; ``kind`` is select, date, number or text."""

    name: str
    label: str
    kind: str
    value: str
    optional: bool
    step: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()
    #: Values to try, where the field has none.
    examples: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one field, and values that may have been meant."""

    name: str
    sentences: tuple[str, ...]
    suggestions: tuple[Option, ...] = ()


class UnknownNameError(UsageError):
    """No record, or several, have the name that was typed."""

    def __init__(self, value: str, where: str, hits: tuple[Hit, ...]) -> None:
        what = Text("“{value}” is not the name of exactly one record.", value=value[:100])
        remedy = Text("Choose one of these:") if hits else Text("Check the name, or give its code.")
        super().__init__(what, where=where, remedy=remedy)
        self.hits = hits


def question_named(view: Visit, slug: str) -> SavedQuery:
    """Return the saved query of that name; raise NotFoundError where there is none."""
    for query in saved_queries(view.site.settings.base_iri):
        if query.slug == slug:
            return query
    raise NotFoundError(
        Text("There is no saved query “{name}”.", name=slug[:100]),
        remedy=Text("The address /queries lists them all."),
    )


@dataclass(slots=True)
class Form:
    """The parameters of a query with the values that the address gives them."""

    view: Visit
    saved: SavedQuery
    given: Mapping[str, str]
    wrong: Wrong | None = field(default=None)

    def values(self) -> dict[str, str]:
        """Return the values for ``bind``; raise UsageError, with the field, where one is none."""
        meant = {p.name: self._meant(p) for p in self.saved.parameters if p.name in self.given}
        check_known(self.view.release.graphs, bound(self.saved, meant))
        return meant

    def refuse(self, error: UsageError) -> None:
        """Show at its field what is wrong with a value."""
        hits = error.hits if isinstance(error, UnknownNameError) else ()
        parameter = next((p for p in self.saved.parameters if p.name == error.where), None)
        if parameter is None:
            raise error
        suggestions = tuple(Option(self._key(parameter, hit.iri), hit.label) for hit in hits)
        sentences = tuple(error.sentences(self.view.language))
        self.wrong = Wrong(parameter.name, sentences, suggestions)

    def controls(self) -> list[Control]:
        """Return the controls, in the order of the query's header."""
        return [self._control(parameter) for parameter in self.saved.parameters]

    def _meant(self, parameter: Parameter) -> str:
        """Return the key of the record whose name was typed; anything else as it is."""
        typed = self.given[parameter.name].strip()
        if not parameter.class_iri or not typed:
            return typed
        named = _NAMED.fullmatch(typed)
        if named:
            return named["key"]
        try:
            check_known(
                self.view.release.graphs,
                {parameter.name: bound(self.saved, {parameter.name: typed})[parameter.name]},
            )
        except UsageError:
            return self._by_name(parameter, typed)
        return typed

    def _by_name(self, parameter: Parameter, typed: str) -> str:
        found = self.view.release.index.search(
            typed,
            self.view.language,
            kind=self._segment(parameter),
            limit=_MOST_SUGGESTIONS,
        )
        same = [hit for hit in found.hits if sort_key(hit.label) == sort_key(typed)]
        if len(same) == 1:
            return self._key(parameter, same[0].iri)
        raise UnknownNameError(typed, parameter.name, found.hits)

    def _control(self, parameter: Parameter) -> Control:
        label = best(parameter.label, self.view.language)
        value = self._shown_value(parameter)
        shown = (parameter.name, label)
        if parameter.scheme:
            return Control(
                *shown, "select", value, parameter.optional, options=self._concepts(parameter)
            )
        if parameter.class_iri:
            hint = Text("A name, or the end of the record’s address.").to(self.view.language)
            options = self._records(parameter)
            examples = () if value else self._examples(parameter)
            optional = parameter.optional
            return Control(
                *shown, "text", value, optional, hint=hint, options=options, examples=examples
            )
        if parameter.type in {"integer", "decimal"}:
            step = "1" if parameter.type == "integer" else "any"
            return Control(*shown, "number", value, parameter.optional, step=step)
        return Control(*shown, parameter.type, value, parameter.optional)

    def _shown_value(self, parameter: Parameter) -> str:
        typed = self.given.get(parameter.name)
        default = parameter.default.value if parameter.default is not None else ""
        if parameter.scheme:
            return (default if typed is None else typed).rpartition("/")[2]
        if not parameter.class_iri:
            return default if typed is None else typed
        key = self._key(parameter, default) if typed is None else typed.strip()
        segment = self._segment(parameter)
        iri = self.view.site.iris.record(segment, key)
        hit = self.view.release.index.hits([iri], self.view.language).get(iri)
        return f"{hit.label} ({key})" if hit else key

    def _concepts(self, parameter: Parameter) -> tuple[Option, ...]:
        language = self.view.language
        found = labels(self.view.release, parameter.scheme)
        options = [Option(iri.rpartition("/")[2], best(w, language)) for iri, w in found.items()]
        return tuple(sorted(options, key=lambda option: sort_key(option.label)))

    def _records(self, parameter: Parameter) -> tuple[Option, ...]:
        """Return the records to choose from; none where they are too many to be sent along."""
        found = self.view.release.index.browse(
            self._segment(parameter), self.view.language, offset=0, limit=_MOST_OPTIONS
        )
        if found.total > _MOST_OPTIONS:
            return ()
        keys = [(self._key(parameter, hit.iri), hit.label) for hit in found.hits]
        return tuple(Option(f"{label} ({key})", label) for key, label in keys)

    def _examples(self, parameter: Parameter) -> tuple[Option, ...]:
        """Return the records of the parameter's kind that most others name by a filter."""
        index, segment = self.view.release.index, self._segment(parameter)
        named = index.facets.most_named(self.view.site.iris.record(segment, ""))[:_EXAMPLES]
        hits = index.hits(named, self.view.language)
        return tuple(Option(self._key(parameter, i), hits[i].label) for i in named if i in hits)

    def _segment(self, parameter: Parameter) -> str:
        kind = self.view.site.schema.kind_of([parameter.class_iri])
        return kind.segment if kind else ""

    def _key(self, parameter: Parameter, iri: str) -> str:
        """Return the end of a record's IRI, as short as ``bind`` understands it."""
        base = self.view.site.iris.record("", "").removesuffix("/")
        return record_of(iri).removeprefix(base).removeprefix(f"{self._segment(parameter)}/")
