"""Reads a mapping file (TOML) and finds every mistake in it before a row is read.

``docs/mapping.md`` is the manual of the format.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Final

from registry.errors import InputError
from registry.importing.cells import node
from registry.importing.fields import Names, conditions, fixed_record, record
from registry.importing.rules import (
    ON_ERROR,
    Column,
    Layout,
    LeaveOut,
    Record,
    SourceDescription,
    TableMapping,
    Unmapped,
)
from registry.importing.section import MappingError, Mistake, Section, nearest
from registry.namespaces import term
from registry.texts import Text

_SOURCE_IRIS: Final = {
    "licence": "dcterms:license",
    "publisher": "dcterms:publisher",
    "homepage": "foaf:homepage",
    "primary_source": "prov:hadPrimarySource",
}
_ENCODINGS: Final = frozenset({"utf-8", "cp1252", "iso8859-1", "iso8859-15", "mac-roman"})
_REASON: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def load_mapping(path: Path) -> TableMapping:
    """Read a mapping file.

    Raises MappingError with all its mistakes, InputError when it is not TOML at all.
    """
    mistakes: list[Mistake] = []
    top = Section(_toml(path), "", mistakes)
    names = Names(top.table("prefixes"))
    source = _source(top.table("source"))
    settings = top.table("table")
    layout = _layout(settings, top.table("columns"))
    skips = settings.choice("invalid_rows", ("refuse", "skip"), "refuse") == "skip"
    on_error = settings.choice("on_error", ON_ERROR, "row")
    settings.done()
    unmapped = tuple(_unmapped(section) for section in top.tables("unmapped"))
    leave_out = tuple(_leave_out(section) for section in top.tables("leave_out"))
    fixed = tuple(fixed_record(section, names) for section in top.tables("fixed_records"))
    records = tuple(record(section, names, layout, on_error) for section in top.tables("records"))
    top.done()
    _check_records(records, top)
    mapping = TableMapping(
        str(path), source, layout, unmapped, leave_out, fixed, records, skips, on_error
    )
    _check_columns(mapping, top)
    if mistakes:
        raise MappingError(str(path), mistakes)
    return mapping


def _toml(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise InputError(
            Text("The file cannot be read: {reason}.", reason=error.strerror or str(error)),
            where=str(path),
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            Text("The file is not in UTF-8."),
            where=str(path),
            expected=Text("A text file saved with the encoding UTF-8."),
        ) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        message = str(error)[: found.start()] if found else str(error)
        raise InputError(
            Text("The mapping is not well-formed TOML: {message}.", message=message),
            where=":".join([str(path), *(found.groups() if found else ())]),
            remedy=Text("docs/mapping.md describes every key."),
        ) from error


def _source(section: Section) -> SourceDescription:
    iris = []
    for name, prop in _SOURCE_IRIS.items():
        value = section.text(name, required=name == "licence")
        if not value:
            continue
        iri = node(value)
        if iri is not None:
            iris.append((term(prop), iri))
        else:
            section.mistake(
                name,
                Text("“{value}” is not a complete address (IRI).", value=value),
                Text("An address such as https://example.org/page, without spaces."),
            )
    source = SourceDescription(
        title=section.bilingual("title", required=True),
        description=section.bilingual("description"),
        citation=section.bilingual("citation"),
        iris=tuple(iris),
    )
    section.done()
    return source


def _layout(section: Section, columns: Section) -> Layout:
    delimiter = section.text("delimiter", ",")
    if len(delimiter) != 1 or delimiter in '"\n\r':
        section.mistake(
            "delimiter",
            Text("“{value}” does not fit here.", value=delimiter),
            Text("One character, for example “;”."),
        )
        delimiter = ","
    ignore = frozenset({"", *section.texts("ignore")})
    return Layout(
        delimiter=delimiter,
        encoding=_encoding(section),
        decimal_comma=section.flag("decimal_comma"),
        columns={name: _column(columns.table(name), ignore) for name in columns.values},
        ignore=ignore,
    )


def _encoding(section: Section) -> str:
    wanted = section.text("encoding", "utf-8")
    try:
        name = codecs.lookup(wanted).name
    except LookupError:
        name = wanted
    if name in {"utf-8", "utf-8-sig"}:
        return "utf-8"
    if name not in _ENCODINGS:
        what = Text("“{value}” is not a value of this key.", value=wanted)
        section.mistake("encoding", what, nearest(wanted, _ENCODINGS))
    return name


def _column(section: Section, ignore: frozenset[str]) -> Column:
    column = Column(
        ignore=ignore | set(section.texts("ignore")),
        split=section.optional("split") or None,
        strip_suffix=section.optional("strip_suffix"),
        pad=section.number("pad"),
        trim=section.flag("trim", default=True),
    )
    section.done()
    return column


def _reason(section: Section) -> str:
    reason = section.text("reason", required=True)
    if reason and not _REASON.fullmatch(reason):
        section.mistake(
            "reason",
            Text("“{value}” does not fit here.", value=reason),
            Text("Lower-case letters, digits and hyphens, for example “closed-unit”."),
        )
    return reason


def _unmapped(section: Section) -> Unmapped:
    group = Unmapped(
        reason=_reason(section),
        label=section.bilingual("label", required=True),
        columns=section.texts("columns", required=True),
    )
    section.done()
    return group


def _leave_out(section: Section) -> LeaveOut:
    reason = _reason(section)
    rule = LeaveOut(reason, section.bilingual("label", required=True), conditions(section))
    if not rule.when and section.has("when"):
        section.mistake("when", Text("There is no condition here: every row would be left out."))
    elif not section.has("when"):
        section.mistake("when", Text("This key is missing."), Text("A list of conditions."))
    section.done()
    return rule


def _check_records(records: tuple[Record, ...], top: Section) -> None:
    if not records:
        top.mistake("records", Text("The mapping makes no record."), Text("A [[records]] table."))
    names = [record.name for record in records]
    for number, rec in enumerate(records, start=1):
        if names.index(rec.name) != number - 1:
            what = Text("Two records have the name “{name}”.", name=rec.name)
            top.mistake(f"records[{number}].name", what)
        for position, link in enumerate(rec.links, start=1):
            if link.record is not None and link.record not in names:
                what = Text("There is no record of that name: “{name}”.", name=link.record)
                key = f"records[{number}].links[{position}].record"
                top.mistake(key, what, nearest(link.record, names))


def _check_columns(mapping: TableMapping, top: Section) -> None:
    """Note columns that are both mapped and listed as unmapped, or cleaned and never used."""
    used = mapping.columns()
    listed: set[str] = set()
    for number, group in enumerate(mapping.unmapped, start=1):
        key = f"unmapped[{number}].columns"
        for name in group.columns:
            if name in used:
                top.mistake(key, Text("The column “{name}” is mapped.", name=name))
            if name in listed:
                top.mistake(key, Text("The column “{name}” is listed twice.", name=name))
            listed.add(name)
    for name in sorted(set(mapping.layout.columns) - used):
        what = Text("The mapping does not use the column “{name}”.", name=name)
        top.mistake(f"columns.{name}", what, nearest(name, used))
