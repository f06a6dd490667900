"""Settings of a registry: ``faces.toml`` in its data directory, overridden by the environment.

Read once, at the edge, and passed on; nothing else looks at the environment. Each setting is
declared here and nowhere else: name, type, default, bounds, meaning.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from registry.errors import ConfigurationError
from registry.texts import Text

FILE_NAME = "faces.toml"
ENVIRONMENT_PREFIX = "FACES_"
#: Environment variables with our prefix that are not settings.
OTHER_VARIABLES = frozenset({"FACES_DATA_DIR", "FACES_LANG", "FACES_DEBUG"})
MIB = 1 << 20
_TOKEN_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CONTACTS = ("https://", "http://", "mailto:")
_ENDPOINT = re.compile(r"https?://[^\x00-\x20<>\"{}|\\^`#]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _setting(
    default: str | float | tuple[str, ...],
    meaning: str,
    *,
    least: float | None = None,
    most: float | None = None,
    optional: bool = False,
) -> Any:
    metadata = {"meaning": meaning, "least": least, "most": most, "optional": optional}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set; every field has a default that serves as it is."""

    base_iri: str = _setting(
        "https://w3id.org/faces/",
        "Beginning of the IRI of every resource; ends in “/”. Fixed once data are published.",
    )
    name: str = _setting("Registre FACES", "Name of the registry, on every page.")
    operator: str = _setting(
        "", "Who publishes this registry, for the legal notice: name and address.", optional=True
    )
    contact: str = _setting(
        "",
        "How to reach them: the address of a page, or “mailto:” and a role mailbox.",
        optional=True,
    )
    host: str = _setting("127.0.0.1", "Address that “faces serve” listens on.")
    port: int = _setting(8000, "Port that “faces serve” listens on.", least=0, most=65535)
    web_processes: int = _setting(2, "Web processes of “faces serve”.", least=1, most=64)
    web_threads: int = _setting(8, "Threads for pages in each web process.", least=1, most=256)
    query_workers: int = _setting(
        3,
        "Query workers of each web process; slow queries hold half at most, a client all but one.",
        least=1,
        most=64,
    )
    query_deadline: float = _setting(30.0, "Seconds that a query may take.", least=0.1, most=3600)
    query_queue: float = _setting(
        5.0, "Seconds that a query may wait for a worker.", least=0, most=600
    )
    query_memory_mib: int = _setting(
        1024, "Memory that a query may take, in MiB.", least=64, most=1 << 20
    )
    query_bytes: int = _setting(100_000, "Longest query, in bytes.", least=1000, most=10_000_000)
    query_depth: int = _setting(100, "Deepest nesting of a query.", least=10, most=200)
    query_result_mib: int = _setting(
        256, "Longest answer to a query, in MiB; it is broken off there.", least=1, most=1 << 20
    )
    query_waiting: int = _setting(
        100, "Queries that may wait for a worker, in each web process.", least=1, most=10_000
    )
    client_queries: int = _setting(
        10, "Queries of one client at the same time, in each web process.", least=1, most=10_000
    )
    client_connections: int = _setting(
        100,
        "Connections of one address at the same time, in each web process.",
        least=1,
        most=2000,
    )
    client_seconds: float = _setting(
        30.0,
        "Seconds of a worker that one client may use each minute, in each web process.",
        least=1,
        most=100_000,
    )
    services: tuple[str, ...] = _setting(
        (), "Endpoints that a query may ask by SERVICE: their IRIs, exactly as queries name them."
    )
    service_result_mib: int = _setting(
        4, "Longest answers of other endpoints to one query, together, in MiB.", least=1, most=64
    )
    tokens: dict[str, str] = field(
        default_factory=dict,
        hash=False,
        metadata={"meaning": "Known clients: name = SHA-256 of the token that each sends."},
    )
    token_factor: float = _setting(
        10.0, "How many times as much a known client may use.", least=1, most=1000
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (), "Addresses or networks of proxies whose X-Forwarded-For is believed."
    )
    metrics_allow: tuple[str, ...] = _setting(
        ("127.0.0.0/8", "::1"), "Addresses or networks that may read /metrics."
    )
    log_queries: bool = _setting(
        default=False, meaning="Whether the log holds the text of queries, not only a hash."
    )
    result_cache_mib: int = _setting(
        32,
        "Memory in each web process for answers and pages that are asked again, in MiB; 0: none.",
        least=0,
        most=4096,
    )
    page_size: int = _setting(50, "Rows on a page of a list.", least=5, most=500)
    import_processes: int = _setting(
        0, "Processes that validate; 0: as many as there are cores.", least=0, most=256
    )
    lock_seconds: float = _setting(
        10.0, "Seconds that a writer waits for another one to finish.", least=0, most=3600
    )

    def __post_init__(self) -> None:
        for declared in fields(self):
            _check(declared.name, getattr(self, declared.name), declared.metadata)
        parts = urlsplit(self.base_iri)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
            raise _wrong("base_iri", self.base_iri, Text("an http or https address"))
        if parts.fragment or not self.base_iri.endswith("/"):
            raise _wrong("base_iri", self.base_iri, Text("an address that ends in “/”"))
        for name in ("trusted_proxies", "metrics_allow"):
            _check_networks(name, getattr(self, name))
        if self.contact and not self.contact.startswith(_CONTACTS):
            raise _wrong("contact", self.contact, Text("an address with https:// or mailto:"))
        for service in self.services:
            if not _is_endpoint(service):
                raise _wrong("services", service, Text("http or https addresses of endpoints"))
        for name, digest in self.tokens.items():
            if not _TOKEN_NAME.fullmatch(name) or not _SHA256.fullmatch(str(digest)):
                expected = Text("a name of letters and digits, and a SHA-256 of 64 hex digits")
                raise _wrong("tokens", name, expected)

    @classmethod
    def load(cls, data_dir: Path, environment: Mapping[str, str] | None = None) -> Self:
        """Read ``faces.toml`` (if there) and the environment.

        Raises ConfigurationError for a file that is not TOML, an unknown key (naming the nearest
        known one) or a value out of its type or bounds.
        """
        values = _from_file(data_dir / FILE_NAME)
        values |= _from_environment(os.environ if environment is None else environment)
        return cls(**values)


def _truth(text: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _pairs(text: str) -> dict[str, str]:
    return {name: digest for name, _, digest in (pair.partition("=") for pair in _list(text))}


@dataclass(frozen=True, slots=True)
class _Kind:
    """What values a setting takes, how the environment writes them, what to say of others."""

    types: tuple[type, ...]
    read: Callable[[str], Any]
    expected: Text


_KINDS: dict[str, _Kind] = {
    "str": _Kind((str,), str, Text("a text")),
    "int": _Kind((int,), int, Text("a whole number")),
    "float": _Kind((int, float), float, Text("a number")),
    "bool": _Kind((bool,), _truth, Text("true or false")),
    "tuple[str, ...]": _Kind((tuple,), _list, Text("a list of texts")),
    "dict[str, str]": _Kind((dict,), _pairs, Text("a table of names and texts")),
}


def _kinds() -> dict[str, _Kind]:
    return {f.name: _KINDS[str(f.type)] for f in fields(Settings)}


def _wrong(name: str, value: object, expected: Text) -> ConfigurationError:
    return ConfigurationError(
        Text("The setting “{name}” cannot be “{value}”.", name=name, value=repr(value)),
        where=name,
        expected=Text("Expected: {expected}.", expected=expected),
        remedy=Text("Change it in faces.toml or in the environment."),
    )


def _check(name: str, value: object, bounds: Mapping[str, Any]) -> None:
    kind = _kinds()[name]
    # Python's True is an int; ours is not.
    if not isinstance(value, kind.types) or isinstance(value, bool) != (bool in kind.types):
        raise _wrong(name, value, kind.expected)
    if isinstance(value, str) and not (value.strip() or bounds["optional"]):
        raise _wrong(name, value, kind.expected)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        least, most = bounds["least"], bounds["most"]
        # Written so that NaN, which compares false with everything, is refused.
        if not least <= value <= most:
            raise _wrong(
                name, value, Text("a number from {least} to {most}", least=least, most=most)
            )


def _check_networks(name: str, values: tuple[object, ...]) -> None:
    for value in values:
        try:
            ip_network(str(value), strict=False)
        except ValueError as error:
            raise _wrong(name, value, Text("addresses or networks of the Internet")) from error


def _is_endpoint(iri: object) -> bool:
    """Tell whether it is an address to send queries to: absolute, without user or fragment."""
    if not isinstance(iri, str) or not _ENDPOINT.fullmatch(iri):
        return False
    try:
        parts = urlsplit(iri)
        return bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def _unknown(name: str, where: str) -> ConfigurationError:
    near = difflib.get_close_matches(name, _kinds(), n=1, cutoff=0.5)
    remedy = (
        Text("Did you mean “{near}”?", near=near[0])
        if near
        else Text("Known settings: {names}.", names=", ".join(_kinds()))
    )
    return ConfigurationError(
        Text("There is no setting “{name}”.", name=name), where=where, remedy=remedy
    )


def _from_file(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(
            Text("The settings cannot be read: {reason}.", reason=str(error)), where=str(path)
        ) from error
    for name in found:
        if name not in _kinds():
            raise _unknown(name, str(path))
    return {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable in OTHER_VARIABLES:
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if name not in _kinds():
            raise _unknown(name, variable)
        try:
            values[name] = _kinds()[name].read(text)
        except ValueError as error:
            raise _wrong(name, text, _kinds()[name].expected) from error
    return values
