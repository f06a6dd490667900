"""Reads a request of the SPARQL 1.1 Protocol (§2.1) into plain values; refuses what is not one."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Final

from flask import Request
from werkzeug.datastructures import MultiDict

from registry.errors import QueryRefusedError, UsageError
from registry.identifiers import is_iri
from registry.texts import Text
from registry.web.problems import UnsupportedFormError

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
#: A query may triple in length when its characters are percent-encoded; then other parameters.
_ENCODED: Final = 3
_OTHER_PARAMETERS: Final = 20_000
_MOST_GRAPHS: Final = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """One query with its dataset, the format asked for by name, and the client's own limit."""

    query: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    form: str | None
    timeout: float | None

    def digest(self) -> str:
        """Return a hash of what is asked, without the format."""
        text = repr((self.query, self.default_graphs, self.named_graphs))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_question(request: Request, most_bytes: int) -> Question | None:
    """Return the question, or None for a GET without one."""
    parameters = request.args
    if request.method == "POST":
        request.max_content_length = _ENCODED * most_bytes + _OTHER_PARAMETERS
        request.max_form_memory_size = request.max_content_length
        query, parameters = _posted(request)
    else:
        query = _one(parameters, "query")
    if "update" in parameters:
        raise _update_refused()
    if query is None:
        if request.method == "POST":
            raise UsageError(Text("The request holds no query."), where="query")
        return None
    return Question(
        query,
        _graphs(parameters, "default-graph-uri"),
        _graphs(parameters, "named-graph-uri"),
        parameters.get("format") or None,
        _timeout(parameters.get("timeout")),
    )


def _posted(request: Request) -> tuple[str | None, MultiDict[str, str]]:
    kind = request.mimetype
    if kind == _FORM:
        return _one(request.form, "query"), request.form
    if kind == _DIRECT:
        try:
            return request.get_data(cache=False).decode("utf-8"), request.args
        except UnicodeDecodeError as error:
            raise UsageError(Text("The query is not UTF-8 text.")) from error
    if kind == _UPDATE:
        raise _update_refused()
    raise UnsupportedFormError(
        Text("A query cannot be sent as “{kind}”.", kind=kind[:100]),
        expected=Text("Expected: {expected}.", expected=f"{_FORM}, {_DIRECT}"),
    )


def _update_refused() -> QueryRefusedError:
    return QueryRefusedError(Text("Updates are not taken here."))


def _one(parameters: MultiDict[str, str], name: str) -> str | None:
    values = parameters.getlist(name)
    if len(values) > 1:
        raise UsageError(Text("The parameter “{name}” is given twice.", name=name), where=name)
    return values[0] if values and values[0].strip() else None


def _graphs(parameters: MultiDict[str, str], name: str) -> tuple[str, ...] | None:
    graphs = tuple(parameters.getlist(name))
    if not graphs:
        return None
    if len(graphs) > _MOST_GRAPHS or not all(map(is_iri, graphs)):
        raise UsageError(
            Text("The parameter “{name}” has to be the IRI of a graph.", name=name), where=name
        )
    return graphs


def _timeout(text: str | None) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise UsageError(
            Text("The parameter “timeout” has to be a number of seconds."), where="timeout"
        )
    return seconds
