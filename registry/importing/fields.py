"""Reads the records of a mapping file: their fields, links, parts and conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from registry.importing import known
from registry.importing.cells import as_date, expanded, is_date_format
from registry.importing.rules import (
    MAPPING_PREFIXES,
    ON_ERROR,
    OPERATORS,
    VALUE_TYPES,
    VOCABULARIES,
    Area,
    Cell,
    Condition,
    Constants,
    FixedRecord,
    Layout,
    Link,
    OnError,
    Part,
    Record,
)
from registry.importing.section import Section, nearest
from registry.texts import Text

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_WAYS: Final = ("record", "kind", "scheme", "template")
#: Stands where a mistake was noted: the mapping is refused before it is used.
_MISTAKE: Final = NamedNode("urn:x-faces:mistake")
_EXAMPLE: Final = Text("A prefixed name such as faces:acronym, or an address (IRI).")


@dataclass(slots=True)
class Names:
    """The prefixes of a mapping."""

    section: Section
    prefixes: dict[str, str] = field(default_factory=lambda: dict(MAPPING_PREFIXES))

    def __post_init__(self) -> None:
        for name in self.section.values:
            self.prefixes[name] = self.section.text(name, required=True)
        self.section.done()

    def iri(self, section: Section, key: str, name: str) -> NamedNode:
        """Return the IRI of a prefixed name, noting a mistake when it is none or not known."""
        iri = expanded(name, self.prefixes)
        prefix, colon, _ = name.partition(":")
        if iri is None or not colon:
            section.mistake(key, Text("“{value}” is not a name.", value=name), _EXAMPLE)
        elif prefix not in self.prefixes and "//" not in name and not name.startswith("urn:"):
            what = Text("The prefix “{value}” is used without being declared.", value=prefix)
            section.mistake(key, what, nearest(prefix, self.prefixes))
        elif not known.is_known(iri.value):
            what = Text("The ontology does not know “{value}”.", value=name)
            section.mistake(key, what, nearest(name, known.short_names()))
        else:
            return iri
        return _MISTAKE


def record(section: Section, names: Names, layout: Layout, on_error: OnError) -> Record:
    """Read one ``[[records]]`` table."""
    kind = section.text("kind", required=True)
    if kind and kind not in known.kinds():
        what = Text("There is no kind of record “{value}”.", value=kind)
        section.mistake("kind", what, nearest(kind, known.kinds()))
    result = Record(
        name=section.text("name", kind),
        kind=kind,
        classes=_classes(section, names),
        key=section.texts("key", required=True),
        constants=_constants(section, names),
        cells=_cells(section, names, layout, on_error),
        links=tuple(_link(s, names, on_error) for s in section.tables("links")),
        parts=tuple(_part(s, names, layout, on_error) for s in section.tables("parts")),
        when=conditions(section),
        optional=section.flag("optional"),
        repeats=section.flag("repeats"),
    )
    section.done()
    return result


def fixed_record(section: Section, names: Names) -> FixedRecord:
    """Read one ``[[fixed_records]]`` table."""
    name = section.text("iri", required=True)
    result = FixedRecord(
        iri=names.iri(section, "iri", name) if name else _MISTAKE,
        classes=_classes(section, names),
        constants=_constants(section, names),
    )
    section.done()
    return result


def _classes(section: Section, names: Names) -> tuple[NamedNode, ...]:
    return tuple(
        names.iri(section, "class", name) for name in section.texts("class", required=True)
    )


def _property(section: Section, names: Names, default: str = "") -> NamedNode:
    name = section.text("property", default, required=not default)
    return names.iri(section, "property", name) if name else _MISTAKE


def _constants(section: Section, names: Names) -> Constants:
    table = section.table("constants")
    result: list[tuple[NamedNode, NamedNode | Literal]] = []
    for name, value in table.values.items():
        prop = names.iri(table, name, name)
        found: Iterable[NamedNode | Literal]
        if isinstance(value, dict):
            found = _literals(table.table(name))
        else:
            found = [names.iri(table, name, iri) for iri in table.texts(name, required=True)]
        result.extend((prop, constant) for constant in found)
    table.done()
    return tuple(result)


def _literals(section: Section) -> list[Literal]:
    """Read ``{ text = "…" }``, ``{ date = "2026-02" }`` or ``{ fr = "…", en = "…" }``."""
    if section.has("date"):
        text = section.text("date")
        date = as_date(text)
        if date is None:
            what = Text("“{value}” is not a date.", value=text)
            section.mistake("date", what, Text("For example 2026-02-18, 2026-02 or 2026."))
        found = [date or Literal("")]
    elif section.has("text"):
        found = [Literal(section.text("text", required=True), language=_language(section))]
    else:
        good = [name for name in section.values if _LANGUAGE.fullmatch(name)]
        found = [Literal(section.text(name, required=True), language=name) for name in good]
    section.done()
    return found


def _cells(section: Section, names: Names, layout: Layout, on_error: OnError) -> tuple[Cell, ...]:
    return tuple(_cell(s, names, layout, on_error) for s in section.tables("fields"))


def _cell(section: Section, names: Names, layout: Layout, on_error: OnError) -> Cell:
    kind = section.choice("type", VALUE_TYPES, "text")
    cell = Cell(
        columns=section.texts("column", required=True),
        property=_property(section, names, "adms:identifier" if kind == "identifier" else ""),
        type=kind,
        language=_language(section),
        values=_values(section, names, kind),
        otherwise=section.optional("otherwise"),
        template=_template(section, {}),
        formats=_formats(section),
        true=tuple(word.casefold() for word in section.texts("true")),
        false=tuple(word.casefold() for word in section.texts("false")),
        matches=_pattern(section, "matches"),
        scheme=_scheme(section, required=kind == "identifier"),
        required=section.flag("required"),
        on_error=section.choice("on_error", ON_ERROR, on_error),
        decimal_comma=section.flag("decimal_comma", default=layout.decimal_comma),
        assume_http=section.flag("assume_http"),
        within=_area(section),
        prefixes=names.prefixes,
    )
    if kind == "point" and len(cell.columns) > 2:  # noqa: PLR2004 - as on a map
        what = Text("A point has two coordinates.")
        section.mistake("column", what, Text("The columns of longitude and latitude."))
    if kind == "boolean" and not (cell.true and cell.false):
        section.mistake(
            "true",
            Text("Say which words mean yes, and which mean no."),
            Text('For example true = ["oui"] and false = ["non"].'),
        )
    if cell.otherwise is not None and cell.values is None:
        section.mistake("otherwise", Text("This key goes with “values”, which is missing."))
    section.done()
    return cell


def _language(section: Section) -> str | None:
    language = section.optional("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        section.mistake(
            "language",
            Text("“{value}” does not fit here.", value=language),
            Text("The code of a language, for example “fr”."),
        )
        return None
    return language


def _values(section: Section, names: Names, kind: str) -> dict[str, str] | None:
    if not section.has("values"):
        return None
    table = section.table("values")
    values = {}
    for word in table.values:
        meaning = table.text(word)
        if kind == "iri" and meaning:
            names.iri(table, word, meaning)
        values[word.casefold()] = meaning
    return values


def _formats(section: Section) -> tuple[str, ...]:
    formats = section.texts("formats") or ("yyyy-mm-dd",)
    for form in formats:
        if not is_date_format(form):
            section.mistake(
                "formats",
                Text("“{value}” is not a form of date.", value=form),
                Text("yyyy, mm and dd as they stand in the cells: “dd/mm/yyyy”."),
            )
    return tuple(form for form in formats if is_date_format(form))


def _pattern(section: Section, name: str) -> str | None:
    pattern = section.optional(name)
    if pattern is None:
        return None
    try:
        re.compile(pattern)
    except re.error as error:
        what = Text("The pattern is not well formed: {message}.", message=str(error))
        section.mistake(name, what)
        return None
    return pattern


def _scheme(section: Section, *, required: bool) -> str | None:
    name = section.text("scheme", required=required)
    if not name:
        return None
    iri = f"{VOCABULARIES}identifier-scheme/{name}"
    if not known.is_known(iri):
        schemes = [n.rpartition("/")[2] for n in known.short_names() if "identifier-scheme/" in n]
        what = Text("There is no identifier scheme “{value}”.", value=name)
        section.mistake("scheme", what, nearest(name, schemes))
    return name


def _template(section: Section, prefixes: Mapping[str, str]) -> str | None:
    """Read a text with a place for the cell's value, which may begin with one of the prefixes."""
    template = section.optional("template")
    if template is None:
        return None
    if template.count("{value}") != 1:
        section.mistake(
            "template",
            Text("“{value}” does not fit here.", value=template),
            Text("A text that holds {mark} once.", mark="{value}"),
        )
    prefix, colon, rest = template.partition(":")
    return prefixes[prefix] + rest if colon and prefix in prefixes else template


def _link(section: Section, names: Names, on_error: OnError) -> Link:
    ways = [way for way in _WAYS if section.has(way)]
    if len(ways) != 1:
        section.mistake(
            "record",
            Text("A link leads to exactly one thing."),
            Text("One of: {values}.", values=", ".join(_WAYS)),
        )
    link = Link(
        property=_property(section, names),
        columns=section.texts("column", required=ways != ["record"]),
        record=section.optional("record"),
        kind=section.optional("kind"),
        source=section.optional("source"),
        scheme=_scheme(section, required=False),
        template=_template(section, names.prefixes),
        exists=section.flag("exists"),
        required=section.flag("required"),
        on_error=section.choice("on_error", ON_ERROR, on_error),
    )
    if link.kind and link.kind not in known.kinds():
        what = Text("There is no kind of record “{value}”.", value=link.kind)
        section.mistake("kind", what, nearest(link.kind, known.kinds()))
    section.done()
    return link


def _part(section: Section, names: Names, layout: Layout, on_error: OnError) -> Part:
    fragment = section.text("fragment", required=True)
    if fragment and not _NAME.fullmatch(fragment):
        section.mistake(
            "fragment",
            Text("“{value}” does not fit here.", value=fragment),
            Text("Lower-case letters, digits and hyphens, for example “address”."),
        )
    part = Part(
        fragment=fragment,
        property=_property(section, names),
        classes=_classes(section, names),
        constants=_constants(section, names),
        cells=_cells(section, names, layout, on_error),
        when=conditions(section),
    )
    if not part.cells and not part.when:
        what = Text("Nothing says when this part is made.")
        section.mistake("fields", what, Text("Fields, or conditions under “when”."))
    section.done()
    return part


def _area(section: Section) -> Area | None:
    """Read ``within = [west, south, east, north]``."""
    if not section.has("within"):
        return None
    value = section.values["within"]
    good = isinstance(value, list) and all(type(v) in {int, float} for v in value)
    area = Area(*map(float, value)) if good and len(value) == len(Area._fields) else None
    if area is None or area.west >= area.east or area.south >= area.north:
        section.mistake(
            "within",
            Text("“{value}” does not fit here.", value=value),
            Text("West, south, east and north, in degrees: [-5.2, 41.3, 9.6, 51.1]."),
        )
    return area


def conditions(section: Section) -> tuple[Condition, ...]:
    """Read the list of conditions under ``when``, all of which must hold."""
    return tuple(_condition(s) for s in section.tables("when")) if section.has("when") else ()


def _condition(section: Section) -> Condition:
    column = section.text("column", required=True)
    given = [operator for operator in OPERATORS if section.has(operator)]
    operator = given[0] if given else "is"
    values: tuple[str, ...]
    if len(given) != 1:
        section.mistake(
            operator,
            Text("A condition compares the column in exactly one way."),
            Text("One of: {values}.", values=", ".join(OPERATORS)),
        )
    match operator:
        case "empty":
            values = ("yes",) if section.flag("empty") else ()
        case "matches":
            values = (_pattern(section, "matches") or "",)
        case _:
            values = section.texts(operator, required=True)
    section.done()
    return Condition(column, operator, values)
