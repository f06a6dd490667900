"""The SPARQL 1.1 Protocol (§2.1) in plain values: what is asked, and in which form to answer."""

from __future__ import annotations

import functools
import hashlib
import math
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from registry.errors import QueryRefusedError, UsageError
from registry.formats import (
    ANSWER_FORMATS,
    HTML,
    RESULT_FORMATS,
    RESULTS_JSON,
    TURTLE,
    Format,
    by_name,
)
from registry.identifiers import is_iri
from registry.negotiation import negotiate
from registry.query.scan import Scan
from registry.texts import Text
from registry.web.problems import NotAvailableError, UnsupportedFormError

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
#: The protocol speaks UTF-8, which ASCII is part of.
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
#: A query may triple in length when its characters are percent-encoded; then other parameters.
_ENCODED: Final = 3
_OTHER_PARAMETERS: Final = 20_000
_MOST_PARAMETERS: Final = 1000
_GRAPH_FORMS: Final = frozenset({"CONSTRUCT", "DESCRIBE"})

_EVERY: Final = (*RESULT_FORMATS, *ANSWER_FORMATS)
_SPACES: Final = " \t"
_LINE_ENDS: Final = re.compile(r"[\r\n]")

#: Names and values, in the order of the request.
Parameters = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """One query with its dataset, the format asked for by name, and the client's own limit.

    ``release`` is the number of a release as it was written, None for the current one.
    """

    query: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    form: str | None
    timeout: float | None
    release: str | None = None

    def digest(self) -> str:
        """Return a hash of what is asked, without the format."""
        text = repr((_normal(self.query), self.default_graphs, self.named_graphs))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _normal(query: str) -> str:
    """Return the query without indentation, empty lines and whose line ends it has.

    They mean something only in strings of several lines. O(length).
    """
    if '"""' in query or "'''" in query:
        return query
    lines = (line.strip(_SPACES) for line in _LINE_ENDS.split(query))
    return "\n".join(filter(None, lines))


@dataclass(frozen=True, slots=True)
class Forms:
    """The format for either kind of answer; ``html`` when a person reads it."""

    results: Format
    graph: Format
    html: bool


def forms(question: Question, found: Scan, accept: str | None) -> Forms:
    """Choose the formats by ``format=`` or ``Accept`` for the kind of answer that will come."""
    is_graph = found.form in _GRAPH_FORMS
    offered = ANSWER_FORMATS if is_graph else RESULT_FORMATS
    if question.form == HTML.name:
        return Forms(RESULTS_JSON, TURTLE, html=True)
    if question.form:
        chosen = by_name(offered, question.form)
    else:
        chosen = _negotiated(accept, (*offered, HTML))
    if chosen is None:
        raise NotAvailableError(offered)
    if chosen is HTML:
        return Forms(RESULTS_JSON, TURTLE, html=True)
    return Forms(RESULTS_JSON if is_graph else chosen, chosen if is_graph else TURTLE, html=False)


#: The same programs ask again and again.
_negotiated: Final = functools.lru_cache(256)(negotiate)


def read_question(
    method: str, parameters: Parameters, content_type: str, body: bytes
) -> Question | None:
    """Return the question, or None for a GET without one.

    ``parameters`` are those of the address, decoded; ``body`` is that of a POST.
    """
    if method == "POST":
        query, parameters = _posted(parameters, content_type, body)
    else:
        query = _one(parameters, "query")
    if _values(parameters, "update"):
        raise _update_refused()
    if query is None:
        if method == "POST":
            raise UsageError(Text("The request holds no query."), where="query")
        return None
    default, named = (_graphs(parameters, f"{kind}-graph-uri") for kind in ("default", "named"))
    if default is not None or named is not None:
        # A dataset is whole: what the request does not name is not in it (SPARQL 1.1 §13.2).
        default, named = default or (), named or ()
    return Question(
        query,
        default,
        named,
        _format(parameters),
        _timeout(_one(parameters, "timeout")),
        _one(parameters, "release"),
    )


def decoded(encoded: bytes) -> Parameters:
    """Return the parameters of an address or a form: percent-encoded UTF-8, decoded once."""
    try:
        return parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise UsageError(Text("The parameters are not UTF-8 text, percent-encoded.")) from error
    except ValueError as error:
        raise UsageError(
            Text("There are more than {limit} parameters.", limit=_MOST_PARAMETERS)
        ) from error


def most_bytes(query_bytes: int) -> int:
    """Return how long a body may be when a query may have so many bytes."""
    return _ENCODED * query_bytes + _OTHER_PARAMETERS


def _posted(
    parameters: Parameters, content_type: str, body: bytes
) -> tuple[str | None, Parameters]:
    kind, options = parse_options_header(content_type)
    kind = kind.lower()
    if options.get("charset", "utf-8").lower() not in _CHARSETS:
        kind = content_type
    if kind == _FORM:
        form = parameters + decoded(body)
        return _one(form, "query"), form
    if kind == _DIRECT:
        if _values(parameters, "query"):
            raise _twice("query")
        try:
            # Some editors begin a file with a mark that is no part of its text (RFC 3629 §6).
            return body.decode("utf-8-sig"), parameters
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


def _values(parameters: Parameters, name: str) -> list[str]:
    return [value for key, value in parameters if key == name]


def _one(parameters: Parameters, name: str) -> str | None:
    values = _values(parameters, name)
    if len(values) > 1:
        raise _twice(name)
    return values[0] if values and values[0].strip() else None


def _format(parameters: Parameters) -> str | None:
    """Return the format asked for by name; some clients give its name and its media types."""
    values = _values(parameters, "format")
    named = {by_name(_EVERY, value.partition(",")[0]) or value for value in values}
    if len(values) > 1 and len(named) == 1:
        return values[0]
    return _one(parameters, "format")


def _twice(name: str) -> UsageError:
    return UsageError(Text("The parameter “{name}” is given twice.", name=name), where=name)


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...] | None:
    graphs = tuple(dict.fromkeys(_values(parameters, name)))
    if not graphs:
        return None
    if not all(map(is_iri, graphs)):
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
