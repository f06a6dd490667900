"""The saved queries of ``data/queries/``: questions with a title, parameters and column labels.

Each file ``NN-slug.rq`` is SPARQL that runs as it is, below a header of ``#+ `` lines that hold
TOML (``docs/questions.md`` describes it). A parameter is the line ``VALUES ?name { … }`` of the
query: what stands between the braces is its default, and ``bind`` puts another term there.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from registry import resources
from registry.errors import InputError, NotFoundError, UsageError
from registry.identifiers import Iris, is_iri
from registry.namespaces import PREFIXES, term
from registry.schema import schema
from registry.store import Graphs, in_memory
from registry.texts import LANGUAGES, Text, Words

Value = NamedNode | Literal

#: Vocabularies have the same IRIs in every registry.
VOCABULARIES: Final = "https://w3id.org/faces/vocab/"
_NUMBERS: Final = {
    "integer": re.compile(r"[+-]?[0-9]{1,15}"),
    "decimal": re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?"),
}
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_VOCABULARY: Final = re.compile(r"vocab/[a-z0-9-]+")
_KEY: Final = re.compile(r"[A-Za-z0-9_~.-]+")

_FILE: Final = re.compile(r"([0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)\.rq")
_HEADER: Final = "#+"
_KEYS: Final = frozenset({"title", "description", "tags", "columns", "parameters"})
_PARAMETER_KEYS: Final = frozenset({"type", "label", "optional"})


@dataclass(frozen=True, slots=True)
class Column:
    """A variable that the query selects, and its heading.

    The column ``xLabel`` holds the French label of what is in column ``x``.
    """

    name: str
    label: Words


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the reader may choose.

    ``type`` is a class (``faces:Territory``), a vocabulary (``vocab/theme``) or one of
    ``integer``, ``decimal``, ``date``, ``text``. ``default`` is None where the query says UNDEF:
    then an optional parameter restricts nothing, and another one needs a value.
    """

    name: str
    type: str
    label: Words
    optional: bool
    default: Value | None

    @property
    def scheme(self) -> str:
        """The IRI of the vocabulary from which the value is taken, or nothing."""
        if not _VOCABULARY.fullmatch(self.type):
            return ""
        return VOCABULARIES + self.type.removeprefix("vocab/")

    @property
    def class_iri(self) -> str:
        """The class of which the value is a record, or nothing."""
        return term(self.type).value if ":" in self.type else ""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question asked of the registry with that ``base``; ``text`` has its defaults in it."""

    number: int
    slug: str
    title: Words
    description: Words
    tags: tuple[str, ...]
    columns: tuple[Column, ...]
    parameters: tuple[Parameter, ...]
    text: str
    base: str


@functools.cache
def saved_queries(base: str) -> tuple[SavedQuery, ...]:
    """Return the shipped queries by number, for the registry whose IRIs begin with ``base``."""
    paths = sorted((resources.folder("data") / "queries").glob("*.rq"))
    return tuple(read(path, base) for path in paths)


def saved_query(base: str, name: str) -> SavedQuery:
    """Return the query with that number or slug; raise NotFoundError where there is none."""
    for query in saved_queries(base):
        if name == query.slug or (name.isdecimal() and int(name) == query.number):
            return query
    raise NotFoundError(
        Text("There is no saved query “{name}”.", name=name),
        remedy=Text("“faces ask” lists them, with their numbers."),
    )


def bind(query: SavedQuery, values: Mapping[str, str]) -> str:
    """Return the text of the query with these values, as people type them, in it.

    A parameter that is not among the values keeps its default; the empty text takes the value of
    an optional one away. Raises UsageError for what cannot be a value of its parameter.
    """
    text, chosen = query.text, bound(query, values)
    for name in values:
        line = _values_line(name).search(text)
        if line is None:  # read() has found it
            raise ValueError(name)
        said = "UNDEF" if chosen[name] is None else str(chosen[name])
        text = text[: line.start("value")] + said + text[line.end("value") :]
    return text


def bound(query: SavedQuery, values: Mapping[str, str]) -> dict[str, Value | None]:
    """Return the value of each parameter, the defaults included; raise UsageError as ``bind``."""
    known = {parameter.name for parameter in query.parameters}
    for name in values:
        if name not in known:
            names = ", ".join(sorted(known)) or "–"
            raise UsageError(
                Text("This query has no parameter “{name}”.", name=name),
                where=name,
                expected=Text("Its parameters: {names}.", names=names),
            )
    return {p.name: _chosen(p, values.get(p.name), query.base) for p in query.parameters}


def check_known(graphs: Graphs, chosen: Mapping[str, Value | None]) -> None:
    """Raise UsageError when a resource that was chosen is not in the registry.

    Without it, a slip in a key would look like a question that has no answer.
    """
    for name, value in chosen.items():
        if isinstance(value, NamedNode) and next(graphs.triples(value), None) is None:
            raise UsageError(
                Text("“{value}” is not in this registry.", value=value.value), where=name
            )


def _chosen(parameter: Parameter, value: str | None, base: str) -> Value | None:
    if value is None and (parameter.default is not None or parameter.optional):
        return parameter.default
    if value is None or not value.strip():
        if parameter.optional:
            return None
        raise UsageError(
            Text("A value is needed for “{name}”.", name=parameter.name),
            where=parameter.name,
            expected=_expected(parameter),
        )
    try:
        return _value(parameter, value.strip(), base)
    except ValueError as error:
        raise UsageError(
            Text("“{value}” cannot be the value of “{name}”.", value=value, name=parameter.name),
            where=parameter.name,
            expected=_expected(parameter),
        ) from error


def _value(parameter: Parameter, value: str, base: str) -> Value:
    """Return the term that a person means; raise ValueError where it is none of the type."""
    if parameter.scheme:
        own = parameter.scheme.removeprefix(VOCABULARIES) + "/"
        return _resource(value.removeprefix(own), f"{parameter.scheme}/")
    if parameter.class_iri:
        kind, slash, key = value.partition("/")
        if slash and schema().kind(kind) and _KEY.fullmatch(key):
            return NamedNode(Iris(base).record(kind, key))
        return _resource(value, Iris(base).record(_segment(parameter.class_iri), ""))
    if parameter.type in _NUMBERS:
        number = value.replace(",", ".")
        if not _NUMBERS[parameter.type].fullmatch(number):
            raise ValueError(value)
        return Literal(number, datatype=term(f"xsd:{parameter.type}"))
    if parameter.type == "date":
        if not _DATE.fullmatch(value):
            raise ValueError(value)
        date.fromisoformat(value)
        return Literal(value, datatype=term("xsd:date"))
    value.encode()  # half a character, as a command line can hold it, is no text
    return Literal(value)


def _resource(value: str, namespace: str) -> NamedNode:
    """Return the IRI that is given in full, or as its end."""
    if is_iri(value):
        return NamedNode(value)
    if not _KEY.fullmatch(value):
        raise ValueError(value)
    return NamedNode(namespace + value)


def _segment(class_iri: str) -> str:
    return next(kind.segment for kind in schema().kinds if kind.class_iri == class_iri)


def _expected(parameter: Parameter) -> Text:
    if parameter.scheme:
        return Text(
            "Expected: a concept of {scheme}, as its IRI or its code.", scheme=parameter.scheme
        )
    if parameter.class_iri:
        return Text(
            "Expected: an IRI, or its end such as “{kind}/…”.", kind=_segment(parameter.class_iri)
        )
    return {
        "integer": Text("Expected: a whole number."),
        "decimal": Text("Expected: a number such as 43.2965."),
        "date": Text("Expected: a date written YYYY-MM-DD."),
        "text": Text("Expected: a text."),
    }[parameter.type]


# --- Reading the files -------------------------------------------------------------------------


def read(path: Path, base: str) -> SavedQuery:
    """Return the query of a file; raise InputError where its name or header is not as it must."""
    name = _FILE.fullmatch(path.name)
    if name is None:
        raise _wrong(path, Text("The file’s name is not of the form “07-informal-networks.rq”."))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    count = next((i for i, line in enumerate(lines) if not line.startswith(_HEADER)), len(lines))
    try:
        header = tomllib.loads("".join(line.removeprefix(_HEADER) for line in lines[:count]))
        body = "".join(lines[count:]).strip() + "\n"
        return SavedQuery(
            number=int(name[1]),
            slug=name[2],
            base=base,
            text=f"BASE <{base}>\n{body}",
            **_metadata(header, body, base),
        )
    except (KeyError, StopIteration, SyntaxError, TypeError, ValueError) as error:
        raise _wrong(
            path, Text("The header is not as it must be: {reason}.", reason=str(error))
        ) from error


def _wrong(path: Path, what: Text) -> InputError:
    return InputError(what, where=str(path), remedy=Text("docs/questions.md describes the form."))


def _metadata(header: Mapping[str, Any], body: str, base: str) -> dict[str, Any]:
    _check_keys(header, _KEYS, required=_KEYS - {"parameters"})
    tags = header["tags"]
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise TypeError("tags")
    columns = header["columns"].items()
    parameters = header.get("parameters", {}).items()
    return {
        "title": _words(header["title"], "title"),
        "description": _words(header["description"], "description"),
        "tags": tuple(tags),
        "columns": tuple(Column(name, _words(label, name)) for name, label in columns),
        "parameters": tuple(_parameter(name, said, body, base) for name, said in parameters),
    }


def _check_keys(said: Mapping[str, Any], known: frozenset[str], required: frozenset[str]) -> None:
    if wrong := sorted((said.keys() - known) | (required - said.keys())):
        raise ValueError(", ".join(wrong))


def _words(said: Mapping[str, Any], where: str) -> dict[str, str]:
    words = dict(said)
    if words.keys() != set(LANGUAGES) or not all(isinstance(w, str) for w in words.values()):
        raise ValueError(where)
    return words


def _parameter(name: str, said: Mapping[str, Any], body: str, base: str) -> Parameter:
    _check_keys(said, _PARAMETER_KEYS, required=frozenset({"type", "label"}))
    kind, optional = said["type"], said.get("optional", False)
    if not _is_type(kind) or not isinstance(optional, bool):
        raise ValueError(name)
    default = _default(name, body, base)
    return Parameter(name, kind, _words(said["label"], name), optional, default)


def _is_type(kind: str) -> bool:
    if kind in {*_NUMBERS, "date", "text"} or _VOCABULARY.fullmatch(kind):
        return True
    prefix, colon, _ = kind.partition(":")
    return bool(colon) and prefix in PREFIXES and bool(_segment(term(kind).value))


def _values_line(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"^[ ]*VALUES \?{re.escape(name)} \{{ (?P<value>.+) \}}[ ]*$", flags=re.MULTILINE
    )


def _default(name: str, body: str, base: str) -> Value | None:
    """Let the engine read what the query says: prefixed names and relative IRIs are welcome."""
    found = list(_values_line(name).finditer(body))
    if len(found) != 1:
        raise ValueError(f"VALUES ?{name} {{ … }}")
    prologue = "".join(_prologue(body))
    question = f"BASE <{base}>\n{prologue}SELECT ?{name} WHERE {{ {found[0].group()} }}"
    rows = list(in_memory(()).select(question))
    if len(rows) != 1 or not isinstance(rows[0][0], NamedNode | Literal | None):
        raise ValueError(name)
    return rows[0][0]


def _prologue(body: str) -> Iterator[str]:
    return (line for line in body.splitlines(keepends=True) if line.startswith("PREFIX "))
