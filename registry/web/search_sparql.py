"""A search of the pages as a SPARQL query, to take it further."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from registry.lifecycle import ACTIVE, ENDED
from registry.namespaces import PREFIXES, shorten
from registry.search.spans import SHORTCUTS, Shortcut

if TYPE_CHECKING:
    from registry.web.search import Asked

_NAMES: Final = "rdfs:label|skos:prefLabel|dcterms:title|foaf:name"
_BROADER: Final = "(skos:broader|geo:sfWithin)*"
#: Every record has a name in French, not every one in English.
_NAME: Final = ('  FILTER(LANG(?name) = "fr")',)
_NAME_OR_FRENCH: Final = (
    '  FILTER(LANG(?french) = "fr")',
    f'  OPTIONAL {{ ?record {_NAMES} ?english . FILTER(LANG(?english) = "en") }}',
    "  BIND(COALESCE(?english, ?french) AS ?name)",
)
_WORDS: Final = (
    "  # The pages look at all texts, whatever their accents; this at names, accents and all."
)


def as_sparql(what: Asked, language: str, without: str | None = None) -> str:
    """Return a query for the records that the filters leave, and their names.

    ``without`` is a property of which they have no value. Words are looked for in names only:
    SPARQL has no index of texts.
    """
    classes = [_term(kind.class_iri) for kind in what.kinds]
    kind = classes[0] if len(classes) == 1 else "?kind"
    lines = [f"  ?record a {kind} ; {_NAMES} ?{'name' if language == 'fr' else 'french'} ."]
    if kind == "?kind":
        lines.append(f"  VALUES ?kind {{ {' '.join(classes)} }}")
    for number, (path, values) in enumerate(what.wanted.choices.items(), start=1):
        lines += _choice(f"?value{number}", path, values)
    if without:
        lines.append(f"  MINUS {{ ?record {_term(without)} ?any }}")
    lines += _NAME if language == "fr" else _NAME_OR_FRENCH
    if what.wanted.words:
        lines.append(_WORDS)
        for word in what.wanted.words.split():
            text = json.dumps(word.lower(), ensure_ascii=False)
            lines.append(f"  FILTER(CONTAINS(LCASE(?name), {text}))")
    return _selected(lines)


def _selected(lines: Sequence[str]) -> str:
    return _query("SELECT DISTINCT ?record ?name", lines, "ORDER BY ?name")


def _query(select: str, lines: Sequence[str], end: str) -> str:
    body = "\n".join(lines)
    used = [p for p in PREFIXES if f"{p}:" in body]
    head = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in used)
    return f"{head}{select} WHERE {{\n{body}\n}}\n{end}\n"


def counts_as_sparql(what: Asked, values: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return a query for the number of records with each pair of values, (property, values)."""
    lines = [f"  ?record a {_term(what.kinds[0].class_iri)} ."]
    for number, (path, chosen) in enumerate(what.wanted.choices.items(), start=1):
        lines += _choice(f"?chosen{number}", path, chosen)
    for variable, (path, counted) in zip(("?row", "?column"), values, strict=True):
        if counted and all(value.isdigit() for value in counted):
            lines.append(f"  ?record {_term(path)} {variable}Date .")
            lines.append(f"  BIND(SUBSTR(STR({variable}Date), 1, 4) AS {variable})")
        else:
            lines += _choice(variable, path, tuple(counted))
    select = "SELECT ?row ?column (COUNT(DISTINCT ?record) AS ?records)"
    return _query(select, lines, "GROUP BY ?row ?column\nORDER BY ?row ?column")


def years_as_sparql(what: Asked, shortcut: Shortcut, years: Iterable[int]) -> str:
    """Return a query for how many of the records are related to others in each of the years."""
    lines = [f"  ?record a {_term(what.kinds[0].class_iri)} ."]
    for number, (path, chosen) in enumerate(what.wanted.choices.items(), start=1):
        lines += _choice(f"?chosen{number}", path, chosen)
    lines.append(f"  VALUES ?year {{ {' '.join(map(str, years))} }}")
    lines += _related(shortcut, "?other", "?year", 1)
    select = "SELECT ?year (COUNT(DISTINCT ?record) AS ?records)"
    return _query(select, lines, "GROUP BY ?year\nORDER BY ?year")


def members_as_sparql(
    path: str, iris: Sequence[str], choices: Mapping[str, tuple[str, ...]], year: int | None
) -> str:
    """Return a query for what has all these values of a shortcut, and what filters leave of it.

    In a year, or as it is today.
    """
    lines = ["  ?record rdfs:label ?name ."]
    if year:
        shortcut = next(each for each in SHORTCUTS if each.path == path)
        for number, iri in enumerate(iris, start=1):
            lines += _related(shortcut, f"<{iri}>", str(year), number)
    else:
        lines.append(f"  ?record {_term(path)} {' , '.join(f'<{iri}>' for iri in iris)} .")
    for number, (each, chosen) in enumerate(choices.items(), start=1):
        lines += _choice(f"?value{number}", each, chosen)
    lines += _NAME
    return _selected(lines)


def _related(shortcut: Shortcut, other: str, year: str, number: int) -> list[str]:
    """Return the lines for a relationship of ?record to another in a year, as in spans.py."""
    it, since, until = f"?relationship{number}", f"?since{number}", f"?until{number}"
    start, attested, end = f"?start{number}", f"?attested{number}", f"?end{number}"
    active, ended = f"<{ACTIVE}>", f"<{ENDED}>"
    return [
        f"  {it} a {_term(shortcut.of)} ;"
        f" {_term(shortcut.one)} ?record ; {_term(shortcut.other)} {other} .",
        f"  OPTIONAL {{ {it} faces:startDate {start} }}",
        f"  OPTIONAL {{ {it} faces:attestedOn {attested} }}",
        f"  OPTIONAL {{ {it} faces:endDate {end} }}",
        f"  BIND(xsd:integer(SUBSTR(STR(COALESCE({start}, {attested})), 1, 4)) AS {since})",
        f'  BIND(xsd:integer(SUBSTR(STR(COALESCE({end}, "9999")), 1, 4)) AS {until})',
        f"  FILTER({since} <= {year} && {year} <= {until})",
        "  # Left out: what is no longer there, or ended nobody knows when.",
        f"  MINUS {{ {it} adms:status ?gone FILTER(?gone NOT IN ({active}, {ended})) }}",
        f"  MINUS {{ {it} adms:status {ended} FILTER NOT EXISTS {{ {it} faces:endDate ?any }} }}",
    ]


def _choice(variable: str, path: str, values: tuple[str, ...]) -> list[str]:
    if values and all(value.isdigit() for value in values):
        years = ", ".join(f'"{value}"' for value in values)
        return [
            f"  ?record {_term(path)} {variable} .",
            f"  FILTER(SUBSTR(STR({variable}), 1, 4) IN ({years}))",
        ]
    terms = " ".join(f"<{value}>" for value in values)
    return [
        f"  ?record {_term(path)}/{_BROADER} {variable} .",
        f"  VALUES {variable} {{ {terms} }}",
    ]


def _term(iri: str) -> str:
    name = shorten(iri)
    return f"<{iri}>" if name == iri else name
