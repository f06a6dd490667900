"""Compact JSON-LD 1.1 with the readable names of ``ontology/context.jsonld``.

The engine writes JSON-LD in expanded form only, which is right for programs and hard on people.
This writes the examples of the reference: a few resources, their parts nested in them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from registry import resources
from registry.identifiers import record_of
from registry.namespaces import PREFIXES, RDF_TYPE
from registry.store import Term

#: Where the site serves the context, below the base.
CONTEXT_PATH: Final = "ontology/context.jsonld"
_XSD: Final = PREFIXES["xsd"]


@functools.cache
def context() -> Mapping[str, Any]:
    """Return the shipped context."""
    path = resources.folder("ontology") / "context.jsonld"
    read: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["@context"]
    return read


@dataclass(frozen=True, slots=True)
class _Name:
    """A name of the context: how the values of its property are written."""

    name: str
    type: str = ""
    by_language: bool = False


@functools.cache
def _prefixes() -> dict[str, str]:
    said = context().items()
    return {k: v for k, v in said if isinstance(v, str) and "://" in v}


@functools.cache
def _names() -> dict[str, list[_Name]]:
    found: dict[str, list[_Name]] = {}
    for name, said in context().items():
        rules = said if isinstance(said, dict) else {"@id": said}
        iri = _expanded(rules["@id"]) if name not in _prefixes() and "@id" in rules else ""
        if iri:
            containers = rules.get("@container", ())
            language = containers == "@language" or "@language" in containers
            coercion = rules.get("@type", "")
            coerced = coercion if coercion.startswith("@") else _expanded(coercion)
            found.setdefault(iri, []).append(_Name(name, coerced, language))
    return found


def _expanded(name: Any) -> str:
    prefix, colon, local = str(name).partition(":")
    return _prefixes()[prefix] + local if colon and prefix in _prefixes() else ""


def compact(triples: Iterable[Triple], base: str) -> str:
    """Return the triples as a JSON-LD document whose IRIs are relative to ``base``."""
    said: dict[str, dict[str, list[Term]]] = {}
    for triple in triples:
        subject, path = _iri(triple.subject), _iri(triple.predicate)
        said.setdefault(subject, {}).setdefault(path, []).append(triple.object)
    writer = _Writer(said, base)
    nodes = [writer.node(iri) for iri in said if record_of(iri) == iri or not writer.is_part(iri)]
    document = {"@context": [base + CONTEXT_PATH, {"@base": base}]}
    whole = document | (nodes[0] if len(nodes) == 1 else {"@graph": nodes})
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _iri(node: object) -> str:
    if not isinstance(node, NamedNode):
        raise TypeError("examples have no blank nodes")
    return node.value


@dataclass(frozen=True, slots=True)
class _Writer:
    said: Mapping[str, Mapping[str, list[Term]]]
    base: str

    def is_part(self, iri: str) -> bool:
        """Whether another node holds it: a part of a record that points to it."""
        own = self.said.get(record_of(iri), {})
        return any(NamedNode(iri) in values for values in own.values())

    def node(self, iri: str) -> dict[str, Any]:
        """Return a resource with its parts."""
        written: dict[str, Any] = {"id": self._shortened(iri)}
        for path, values in self.said[iri].items():
            if path == RDF_TYPE.value:
                written["type"] = _one([_class(_iri(v)) for v in values])
                continue
            written |= self._by_name(path, values)
        return written

    def _by_name(self, path: str, values: list[Term]) -> dict[str, Any]:
        lists: dict[str, list[Any]] = {}
        languages: dict[str, dict[str, list[str]]] = {}
        for value in values:
            name = _fitting(path, value)
            if name.by_language and isinstance(value, Literal):
                tag = value.language or "@none"
                languages.setdefault(name.name, {}).setdefault(tag, []).append(value.value)
            else:
                lists.setdefault(name.name, []).append(self._value(value, name))
        maps = {n: {t: _one(v) for t, v in texts.items()} for n, texts in languages.items()}
        return maps | {name: _one(found) for name, found in lists.items()}

    def _value(self, value: Term, name: _Name) -> Any:
        if isinstance(value, NamedNode):
            if record_of(value.value) != value.value and self.is_part(value.value):
                return self.node(value.value)
            short = self._shortened(value.value)
            return short if name.type == "@id" else {"id": short}
        if not isinstance(value, Literal):
            raise TypeError("examples have no blank nodes")
        if value.language:
            return {"@value": value.value, "@language": value.language}
        if value.datatype.value in {name.type, f"{_XSD}string"}:
            return value.value
        if value.datatype.value == f"{_XSD}boolean" and value.value in {"true", "false"}:
            return value.value == "true"
        return {"@value": value.value, "@type": _prefixed(value.datatype.value)}

    def _shortened(self, iri: str) -> str:
        return iri.removeprefix(self.base) or iri


def _fitting(path: str, value: Term) -> _Name:
    """Return the name under which the value keeps its meaning: its kind, language, datatype."""
    plain = _Name(_prefixed(path))
    for name in _names().get(path, ()):
        if isinstance(value, NamedNode):
            fits = name.type in {"", "@id"} and not name.by_language
        else:
            datatype = value.datatype.value if isinstance(value, Literal) else ""
            own = datatype in {f"{_XSD}string", PREFIXES["rdf"] + "langString"}
            fits = (own and not name.type) or name.type == datatype
            fits = fits or (not name.type and not name.by_language)
        if fits:
            return name
    return plain


def _class(iri: str) -> str:
    return next((name.name for name in _names().get(iri, ())), _prefixed(iri))


def _prefixed(iri: str) -> str:
    for prefix, namespace in _prefixes().items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
