"""Mints IRIs and turns them into paths of the site and back. Pure functions of values.

A *record* is what has a page: ``{base}id/{kind}/{key}``. Its *parts* (identifiers, address, dated
stages) are hash IRIs of it, ``{record}#siren``, described in the record's document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from registry.errors import UsageError
from registry.texts import Text

_SOURCE_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_SOURCE_NAME = 60
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")
#: Characters that an IRI may not hold (RFC 3987 §2.2), whatever else is wrong with it.
_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`]")


def check_source_name(name: str) -> str:
    """Return the name of a source, or raise UsageError when it is not of the allowed form."""
    if len(name) <= _MAX_SOURCE_NAME and _SOURCE_NAME.fullmatch(name):
        return name
    raise UsageError(
        Text("“{name}” cannot name a source.", name=name),
        where="--source",
        expected=Text(
            "Lower-case letters without accents, digits and single hyphens, at most {n} characters,"
            " for example “mesclun-2026”.",
            n=_MAX_SOURCE_NAME,
        ),
    )


def escape_key(key: str) -> str:
    """Return the key with all but letters, digits and hyphens written ``~XX`` per UTF-8 byte.

    Injective, and free of ``_``, ``.`` and ``/``: what stands around a key in an IRI stays
    recognisable.
    """
    return "".join(c if c in _UNRESERVED else "".join(f"~{b:02X}" for b in c.encode()) for c in key)


def record_of(iri: str) -> str:
    """Return the record that an IRI is or is part of: the IRI without its fragment."""
    return iri.partition("#")[0]


def is_iri(text: str) -> bool:
    """Return whether the text can stand as an absolute IRI."""
    scheme, colon, rest = text.partition(":")
    return bool(
        colon and rest and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.\-]*", scheme)
    ) and not _NOT_IN_IRI.search(text)


@dataclass(frozen=True, slots=True)
class Iris:
    """The IRIs of one registry, all below its ``base_iri`` (which ends in ``/``)."""

    base: str

    def record(self, kind: str, key: str) -> str:
        """Return the IRI of the record of that kind with that key (as it stands in the IRI)."""
        return f"{self.base}id/{kind}/{key}"

    def mint(self, kind: str, source: str, key: str) -> str:
        """Return the IRI of the record that a source calls ``key``.

        Injective: the source's name holds no ``_`` and the escaped key neither.
        """
        return self.record(kind, f"{source}_{escape_key(key)}")

    def source(self, name: str) -> str:
        """Return the IRI of a source, which is also the name of its graph."""
        return self.record("source", name)

    @property
    def metadata_graph(self) -> str:
        """The graph that describes all sources: the registry speaking of itself."""
        return self.source("registry")

    @property
    def genid(self) -> str:
        """Prefix of the IRIs that stand for blank nodes (RDF 1.1 Concepts §3.5)."""
        return f"{self.base}.well-known/genid/"

    def path(self, iri: str) -> str | None:
        """Return the path below the site's root where the IRI is dereferenced, or None.

        The fragment is kept, so that a link to a part leads to its place on the record's page.
        """
        if not iri.startswith(self.base):
            return None
        local, hash_sign, fragment = iri[len(self.base) :].partition("#")
        return "/" + quote(local, safe="/:@!$&'()*+,;=~%") + hash_sign + fragment

    def iri(self, path: str) -> str:
        """Return the IRI of a decoded path below the site's root: the inverse of ``path``."""
        return self.base + path.removeprefix("/")
