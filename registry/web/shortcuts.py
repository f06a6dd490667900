"""Addresses that name a file: ``/sparql.csv?query=…``, ``/queries/NAME.csv?commune=…``.

People paste them into spreadsheets and scripts. Each is turned into the request to the endpoint
that it stands for before anything else sees it; its answer is to be saved under a name.
"""

from __future__ import annotations

import asyncio
import functools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

from registry.errors import NotFoundError, RegistryError, UsageError
from registry.formats import ANSWER_FORMATS, RESULT_FORMATS, RESULTS_JSON, RESULTS_XML
from registry.saved_queries import bind
from registry.texts import DEFAULT_LANGUAGE, Text
from registry.web.fields import Form, UnknownNameError, question_named
from registry.web.languages import chosen
from registry.web.protocol import Parameters, decoded
from registry.web.site import ADDRESS, ERROR, Site, Visit, earlier

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope, Send, SendEvent

_ENDPOINT: Final = "/sparql"
_QUESTIONS: Final = "/queries/"
_WORKBOOK: Final = "xlsx"
#: Extension → name of the format; people know JSON and XML by other ones than results have.
_EXTENSIONS: Final = {
    "json": RESULTS_JSON.name,
    "xml": RESULTS_XML.name,
    **{form.extension: form.name for form in (*RESULT_FORMATS, *ANSWER_FORMATS)},
}
#: Parameters of a saved query's address that are not the query's own.
_COMMON: Final = frozenset({"lang", "release", "timeout"})
_THREADS: Final = 2
#: Spreadsheets ask the same again and again.
_REMEMBERED: Final = 256


class Shortcuts:
    """Follows such addresses."""

    def __init__(self, site: Site) -> None:
        self._site = site
        # Names may have to be looked up, which others do not wait for.
        self._threads = ThreadPoolExecutor(_THREADS, "shortcuts")
        self._remembered = functools.lru_cache(_REMEMBERED)(self._bound)

    async def follow(self, scope: HTTPScope, send: Send) -> Send:
        """Make of the request the one that it stands for, if its address names a file.

        Returns the ``send`` that names the answer.
        """
        stem, dot, extension = scope["path"].rpartition(".")
        saved = stem.startswith(_QUESTIONS) and scope["method"] in {"GET", "HEAD"}
        if not dot or not (saved or stem == _ENDPOINT):
            return send
        values = cast("dict[str, Any]", scope)
        values["faces"]["shortcut"] = scope["path"]
        values[ADDRESS] = (scope["path"], scope["query_string"])
        scope["path"] = _ENDPOINT
        name = stem.removeprefix(_QUESTIONS) if saved else "faces"
        try:
            form = _form(extension)
            if saved:
                asked = (self._site.archive.current_number(), name, scope["query_string"])
                loop = asyncio.get_running_loop()
                scope["query_string"] = await loop.run_in_executor(
                    self._threads, self._remembered, *asked
                )
            elif scope["method"] != "POST":
                _check_query(decoded(scope["query_string"]))
        except RegistryError as error:
            values[ERROR] = error
            return send
        if form:
            scope["query_string"] += b"&format=" + form.encode()
        else:
            scope["path"] = f"{_ENDPOINT}.{_WORKBOOK}"
        return _named(f"{name}.{extension}", send)

    def _bound(self, number: int, name: str, query_string: bytes) -> bytes:
        """Return the parameters of the request that asks a saved query with these values.

        ``number`` is that of the current release.
        """
        parameters = decoded(query_string)
        given = dict(parameters)
        if len(given) < len(parameters):
            twice = Counter(key for key, _ in parameters).most_common(1)[0][0]
            raise UsageError(
                Text("The parameter “{name}” is given twice.", name=twice), where=twice
            )
        common = {key: given.pop(key) for key in _COMMON & given.keys()}
        language = chosen(common.get("lang")) or DEFAULT_LANGUAGE
        dated = common.get("release")
        release = earlier(self._site, dated) if dated else self._site.archive.release(number)
        view = Visit(self._site, release, language, None)
        saved = question_named(view, name)
        form = Form(view, saved, given)
        try:
            text = bind(saved, given | form.values())
        except UnknownNameError as error:
            raise _unknown(error) from error
        return urlencode({"query": text, **common}).encode()


def _form(extension: str) -> str:
    """Return the name of the format that goes by the extension, nothing for the workbook."""
    form = "" if extension == _WORKBOOK else _EXTENSIONS.get(extension)
    if form is None:
        available = ", ".join((*_EXTENSIONS, _WORKBOOK))
        raise NotFoundError(
            Text("No answer can be had as “.{extension}”.", extension=extension[:20]),
            expected=Text("Available: {formats}.", formats=available),
        )
    return form


def _check_query(parameters: Parameters) -> None:
    """Without a query, such an address stands for nothing, not for the form or the description."""
    if not any(name == "query" and value.strip() for name, value in parameters):
        raise UsageError(Text("The request holds no query."), where="query")


def _named(name: str, send: Send) -> Send:
    """Return a ``send`` that has the answer saved under the name."""
    disposition = (b"content-disposition", f'attachment; filename="{name}"'.encode())

    async def naming(message: SendEvent) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
            others = (each for each in message["headers"] if each[0] != disposition[0])
            message["headers"] = [*others, disposition]
        await send(message)

    return naming


def _unknown(error: UnknownNameError) -> UsageError:
    """Say to a program which records may have been meant."""
    if not error.hits:
        return error
    expected = Text("Expected: {expected}.", expected=", ".join(hit.iri for hit in error.hits))
    return UsageError(error.what, where=error.where, expected=expected)
