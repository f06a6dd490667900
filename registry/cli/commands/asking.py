"""``faces query``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from registry.cli.commands.options import opened
from registry.cli.output import table
from registry.errors import UsageError
from registry.formats import GRAPH_FORMATS, RESULT_FORMATS, RESULTS_JSON, by_name
from registry.namespaces import PREFIXES, shorten
from registry.query.model import Job, QueryLimits
from registry.query.pool import QueryPool
from registry.query.scan import scan
from registry.releases import archive
from registry.texts import Text

_TABLE = "table"
_FORMATS = [_TABLE, *(f.name for f in (*RESULT_FORMATS, *GRAPH_FORMATS))]


@click.command("query")
@click.argument("query", required=False)
@click.option(
    "--file",
    type=click.File(encoding="utf-8"),
    help="Read the query from a file; “-” is standard input.",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), help="How to print the answer.")
@click.option("--release", type=int, help="Ask an older release.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 86400), default=600.0, help="Seconds it may take."
)
@click.pass_obj
def query_command(
    data_dir: Path,
    *,
    query: str | None,
    file: Any,
    form: str | None,
    release: int | None,
    timeout: float,
) -> None:
    """Ask a question in SPARQL; the usual prefixes need no declaration."""
    if (query is None) == (file is None):
        raise UsageError(Text("Give a query, either as an argument or with --file."))
    settings, releases = opened(data_dir)
    text = _with_prefixes(query if query is not None else file.read())
    limits = QueryLimits(
        deadline_seconds=timeout,
        memory_bytes=settings.query_memory_mib << 20,
        query_bytes=settings.query_bytes,
        nesting_depth=settings.query_depth,
    )
    scan(text, limits)
    chosen = releases.release(release or releases.current_number())
    results = form if form and by_name(RESULT_FORMATS, form) else RESULTS_JSON.name
    graph = form if form and by_name(GRAPH_FORMATS, form) else GRAPH_FORMATS[0].name
    job = Job(text, chosen.folder / archive.RDF, results=results, graph=graph)
    with QueryPool(1, limits) as pool:
        answer = pool.run(job)
        tabular = answer.format is RESULTS_JSON and form in {None, _TABLE}
        if tabular:
            _print_table(json.loads(b"".join(answer.chunks)))
            return
        for chunk in answer.chunks:
            sys.stdout.buffer.write(chunk)


def _with_prefixes(query: str) -> str:
    """Declare, on the query's own first line, the known prefixes that it uses undeclared."""
    wanted = [p for p in PREFIXES if f"{p}:" in query and f"prefix {p}:" not in query.lower()]
    return " ".join([*(f"PREFIX {p}: <{PREFIXES[p]}>" for p in wanted), query])


def _print_table(answer: Mapping[str, Any]) -> None:
    if "boolean" in answer:
        click.echo(str(answer["boolean"]).lower())
        return
    names = answer["head"]["vars"]
    rows = answer["results"]["bindings"]
    click.echo(table(names, [[_cell(row.get(name)) for name in names] for row in rows]))


def _cell(term: Mapping[str, str] | None) -> str:
    if term is None:
        return ""
    return shorten(term["value"]) if term["type"] == "uri" else term["value"]
