"""The same question asked from elsewhere: lines to copy into a terminal, a script, a page."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from html import escape
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode

from registry.texts import Text

#: What a query answers.
Kind = Literal["rows", "boolean", "graph"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines to copy, where they go, what to do with them, and the address that they ask."""

    title: str
    code: str
    help: str = ""
    address: str = ""


def snippets(
    endpoint: str, query: str, language: str, kind: Kind, *, posted: bool
) -> list[Snippet]:
    """Return the ways to ask a query at the endpoint with that address.

    ``posted``: it is too long to be part of an address.
    """
    accept = "text/turtle" if kind == "graph" else "text/csv"
    python = _python(endpoint, query, kind, posted=posted)
    forms = ("turtle", "turtle") if kind == "graph" else ("csv", "json")
    table, terms = (_address(endpoint, query, form) for form in forms)
    found = [
        Snippet(
            "curl",
            f"curl {'' if posted else '--get '}{shlex.quote(endpoint)} \\\n"
            f"  --header 'Accept: {accept}' \\\n"
            f"  --data-urlencode {shlex.quote(f'query={query}')}",
            address=table,
        ),
        Snippet("Python", python, "pip install sparqlwrapper", terms),
    ]
    if posted:
        return found
    if kind == "rows":
        csv = _file(endpoint, query, "csv")
        help_ = Text(
            "LibreOffice: Sheet, Link to External Data. Excel: Data, From Web. Google Sheets:"
            " IMPORTDATA of this address. It is asked again at each refresh."
        )
        found.append(Snippet("R", f'read.csv("{csv}", encoding = "UTF-8")', address=csv))
        found.append(Snippet(Text("Spreadsheet").to(language), csv, help_.to(language), csv))
        embedded = _EMBEDDED.replace("ADDRESS", terms)
        found.append(Snippet(Text("Table in a web page").to(language), embedded, address=terms))
    page = escape(_address(endpoint, query, "html"))
    words = Text("Answer of the registry").to(language)
    found.append(Snippet(Text("Link in a web page").to(language), f'<a href="{page}">{words}</a>'))
    return found


def _address(endpoint: str, query: str, form: str) -> str:
    joint = "&" if "?" in endpoint else "?"
    return f"{endpoint}{joint}{urlencode({'query': query, 'format': form})}"


def _file(endpoint: str, query: str, extension: str) -> str:
    path, _, kept = endpoint.partition("?")
    return f"{path}.{extension}?{urlencode({'query': query})}{kept and f'&{kept}'}"


#: Other sites may not frame our pages (``headers.POLICY``), but anyone may fetch the answer.
_EMBEDDED: Final = """\
<table id="faces-answer"></table>
<script type="module">
  const answer = await fetch("ADDRESS");
  const { head, results } = await answer.json();
  const table = document.getElementById("faces-answer");
  const add = (texts, kind) => {
    const row = table.insertRow();
    for (const text of texts) {
      row.append(Object.assign(document.createElement(kind), { textContent: text ?? "" }));
    }
  };
  add(head.vars, "th");
  for (const found of results.bindings) add(head.vars.map((name) => found[name]?.value), "td");
</script>"""


#: What Python is told to ask for, and how it shows the answer.
_ENDS: Final[dict[Kind, tuple[str, str]]] = {
    "rows": (
        "JSON",
        'for row in asked.queryAndConvert()["results"]["bindings"]:\n    print(row)',
    ),
    "boolean": ("JSON", 'print(asked.queryAndConvert()["boolean"])'),
    "graph": ("TURTLE", "print(asked.queryAndConvert().decode())"),
}


def _python(endpoint: str, query: str, kind: Kind, *, posted: bool) -> str:
    # A string of JSON means the same in Python; each line on its own can still be read.
    lines = "\n".join(
        f"    {json.dumps(line, ensure_ascii=False)}" for line in query.splitlines(keepends=True)
    )
    form, last = _ENDS[kind]
    # SPARQLWrapper takes no parameters in the address.
    address, _, kept = endpoint.partition("?")
    more = "".join(
        f"asked.addParameter({json.dumps(name)}, {json.dumps(value)})\n"
        for name, value in parse_qsl(kept)
    )
    names, method = (f"{form}, POST", "asked.setMethod(POST)\n") if posted else (form, "")
    return (
        f"from SPARQLWrapper import {names}, SPARQLWrapper\n\n"
        f'asked = SPARQLWrapper("{address}")\n{more}{method}'
        f"asked.setQuery(\n{lines}\n)\n"
        f"asked.setReturnFormat({form})\n{last}"
    )
