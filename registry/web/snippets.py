"""The same question asked from elsewhere: lines to copy into a terminal, a script, a page."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from registry.texts import Text


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines to copy, where they go, and what to do with them."""

    title: str
    code: str
    help: str = ""


def snippets(endpoint: str, query: str, language: str, *, tabular: bool) -> list[Snippet]:
    """Return the ways to ask a query at the endpoint with that address."""
    accept = "text/csv" if tabular else "text/turtle"
    found = [
        Snippet(
            "curl",
            f"curl --get {endpoint} \\\n  --header 'Accept: {accept}' \\\n"
            f"  --data-urlencode {shlex.quote(f'query={query}')}",
        ),
        Snippet("Python", _python(endpoint, query, tabular=tabular), "pip install sparqlwrapper"),
    ]
    if tabular:
        csv = f"{endpoint}?{urlencode({'query': query, 'format': 'csv'})}"
        help_ = Text(
            "LibreOffice: Sheet, Link to External Data. Excel: Data, From Web. Google Sheets:"
            " IMPORTDATA of this address. It is asked again at each refresh."
        )
        found.append(Snippet("R", f'read.csv("{csv}", encoding = "UTF-8")'))
        found.append(Snippet(Text("Spreadsheet").to(language), csv, help_.to(language)))
    page = escape(f"{endpoint}?{urlencode({'query': query, 'format': 'html'})}")
    words = Text("Answer of the registry").to(language)
    found.append(Snippet(Text("Web page").to(language), f'<a href="{page}">{words}</a>'))
    return found


def _python(endpoint: str, query: str, *, tabular: bool) -> str:
    # A string of JSON means the same in Python; each line on its own can still be read.
    lines = "\n".join(
        f"    {json.dumps(line, ensure_ascii=False)}" for line in query.splitlines(keepends=True)
    )
    form, last = (
        ("JSON", 'for row in asked.queryAndConvert()["results"]["bindings"]:\n    print(row)')
        if tabular
        else ("TURTLE", "print(asked.queryAndConvert().decode())")
    )
    return (
        f"from SPARQLWrapper import {form}, SPARQLWrapper\n\n"
        f'asked = SPARQLWrapper("{endpoint}")\n'
        f"asked.setQuery(\n{lines}\n)\n"
        f"asked.setReturnFormat({form})\n{last}"
    )
