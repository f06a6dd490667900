"""A search of the pages as a SPARQL query, to take it further."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from registry.namespaces import PREFIXES, shorten

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


def begun_as_sparql(what: Asked, begun: tuple[str, str], dateless: str) -> str:
    """Return a query for the number of relationships of these records that began in each year.

    ``begun`` is the class of the relationships and the property that leads from one to the record;
    those without a date are counted together, under this name.
    """
    lines = [f"  ?record a {_term(what.kinds[0].class_iri)} ."]
    for number, (path, chosen) in enumerate(what.wanted.choices.items(), start=1):
        lines += _choice(f"?chosen{number}", path, chosen)
    lines.append(f"  ?relationship a {_term(begun[0])} ; {_term(begun[1])} ?record .")
    lines.append("  OPTIONAL { ?relationship faces:startDate ?start }")
    name = json.dumps(dateless, ensure_ascii=False)
    lines.append(f"  BIND(COALESCE(SUBSTR(STR(?start), 1, 4), {name}) AS ?year)")
    select = "SELECT ?year (COUNT(DISTINCT ?relationship) AS ?relationships)"
    return _query(select, lines, "GROUP BY ?year\nORDER BY ?year")


def members_as_sparql(
    path: str, iris: Sequence[str], choices: Mapping[str, tuple[str, ...]], until: str
) -> str:
    """Return a query for what has all these values of a property, and what filters leave of it.

    ``until`` is the year in which or before which they were founded, or ``""``.
    """
    values = " , ".join(f"<{iri}>" for iri in iris)
    lines = [f"  ?record {_term(path)} {values} ; rdfs:label ?name ."]
    for number, (each, chosen) in enumerate(choices.items(), start=1):
        lines += _choice(f"?value{number}", each, chosen)
    if until:
        lines.append("  ?record faces:foundingDate ?founded .")
        lines.append(f'  FILTER(SUBSTR(STR(?founded), 1, 4) <= "{until}")')
    lines += _NAME
    return _selected(lines)


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
