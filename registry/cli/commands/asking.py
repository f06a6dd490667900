"""``faces query`` and ``faces ask``: questions in SPARQL, one’s own or the saved ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from registry.cli.commands.options import opened
from registry.cli.output import language, note, table
from registry.errors import UsageError
from registry.federation.asking import Federation
from registry.formats import GRAPH_FORMATS, RESULT_FORMATS, RESULTS_JSON, by_name
from registry.namespaces import PREFIXES, shorten
from registry.query.answer import Answer, Chunks
from registry.query.model import Job, QueryLimits
from registry.query.pool import QueryPool
from registry.query.scan import Scan, scan
from registry.releases import archive
from registry.saved_queries import (
    VOCABULARIES,
    SavedQuery,
    bind,
    bound,
    check_known,
    saved_queries,
    saved_query,
)
from registry.settings import Settings
from registry.texts import Text, best

_TABLE = "table"
_FORMATS = [_TABLE, *(f.name for f in (*RESULT_FORMATS, *GRAPH_FORMATS))]
_timeout = click.option(
    "--timeout", type=click.FloatRange(0.1, 86400), default=600.0, help="Seconds it may take."
)


@click.command("query")
@click.argument("query", required=False)
@click.option(
    "--file",
    type=click.File(encoding="utf-8"),
    help="Read the query from a file; “-” is standard input.",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), help="How to print the answer.")
@click.option("--release", type=int, help="Ask an older release.")
@_timeout
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
    limits = _limits(settings, timeout)
    found = scan(text, limits)
    chosen = releases.release(release or releases.current_number())
    results = form if form and by_name(RESULT_FORMATS, form) else RESULTS_JSON.name
    graph = form if form and by_name(GRAPH_FORMATS, form) else GRAPH_FORMATS[0].name
    job = Job(text, chosen.folder / archive.RDF, results=results, graph=graph)
    with QueryPool(1, limits) as pool:
        answer = _answer(pool, job, found, settings, limits)
        tabular = answer.format is RESULTS_JSON and form in {None, _TABLE}
        if tabular:
            _print_table(json.loads(b"".join(answer.chunks)))
            return
        for chunk in answer.chunks:
            sys.stdout.buffer.write(chunk)


def _answer(
    pool: QueryPool, job: Job, found: Scan, settings: Settings, limits: QueryLimits
) -> Answer[Chunks]:
    with Federation(settings, limits).bring_now(pool, job, found.calls) as whole:
        return pool.run(whole)


def _limits(settings: Settings, timeout: float) -> QueryLimits:
    return QueryLimits(
        deadline_seconds=timeout,
        memory_bytes=settings.query_memory_mib << 20,
        query_bytes=settings.query_bytes,
        nesting_depth=settings.query_depth,
        services=settings.services,
    )


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


@click.command("ask")
@click.argument("question", required=False)
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="Give a parameter another value; may be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([_TABLE, "csv", "json"]),
    default=_TABLE,
    help="How to print the answer.",
)
@click.option("--show", is_flag=True, help="Print the query, with its values, and ask nothing.")
@_timeout
@click.pass_obj
def ask_command(
    data_dir: Path,
    *,
    question: str | None,
    assignments: Sequence[str],
    form: str,
    show: bool,
    timeout: float,
) -> None:
    """Ask one of the saved questions, by its number or name; list them when none is given."""
    if question is None:
        _list(Settings.load(data_dir).base_iri)
        return
    values = dict(_assignment(text) for text in assignments)
    if show:
        found = saved_query(Settings.load(data_dir).base_iri, question)
        click.echo(bind(found, values), nl=False)
        return
    settings, releases = opened(data_dir)
    found = saved_query(settings.base_iri, question)
    text, release = bind(found, values), releases.current()
    check_known(release.graphs, bound(found, values))
    limits = _limits(settings, timeout)
    scanned = scan(text, limits)
    results = RESULTS_JSON.name if form == _TABLE else form
    with QueryPool(1, limits) as pool:
        job = Job(text, release.folder / archive.RDF, results=results)
        answer = _answer(pool, job, scanned, settings, limits)
        if form == _TABLE:
            _print_answer(found, json.loads(b"".join(answer.chunks))["results"]["bindings"])
            return
        for chunk in answer.chunks:
            sys.stdout.buffer.write(chunk)


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(
            Text("“{text}” sets nothing.", text=text),
            where="--set",
            expected=Text("Expected: a parameter’s name, “=” and its value."),
        )
    return name.strip(), value


def _list(base: str) -> None:
    for query in saved_queries(base):
        click.echo(f"{query.number:2}  {best(query.title, language())}")
        chosen = "".join(f" --set {p.name}=…" for p in query.parameters)
        click.echo(f"    {query.slug}{chosen}  [{', '.join(query.tags)}]")


def _print_answer(query: SavedQuery, rows: Sequence[Mapping[str, Any]]) -> None:
    header = [best(column.label, language()) for column in query.columns]
    names = [column.name for column in query.columns]
    local = (f"{query.base}id/", VOCABULARIES)
    click.echo(table(header, [[_local(_cell(row.get(n)), local) for n in names] for row in rows]))
    if not rows:
        note(Text("No row answers the question."))


def _local(cell: str, beginnings: Sequence[str]) -> str:
    """Return an IRI of the registry the way ``--set`` takes it."""
    return next((cell.removeprefix(b) for b in beginnings if cell.startswith(b)), cell)
