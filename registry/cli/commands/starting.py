"""``faces init`` and ``faces serve``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from registry.cli.commands.options import Publication, opened, publication
from registry.cli.failures import plainly
from registry.cli.output import TerminalProgress, note, say
from registry.errors import UnusableIndexError, UsageError
from registry.publishing.contribute import Importer
from registry.publishing.shipped import shipped_sources
from registry.releases.writer import Writer
from registry.settings import FILE_NAME, Settings
from registry.texts import Text


@click.command("init")
@click.option("--empty", is_flag=True, help="Without the shipped data: only the ontology.")
@click.option("--demo", is_flag=True, help="With made-up demonstration data, marked as such.")
@click.option("--base-iri", help="Beginning of the IRI of every resource; cannot change later.")
@publication
@click.pass_obj
def init_command(
    data_dir: Path, *, empty: bool, demo: bool, base_iri: str | None, by: Publication
) -> None:
    """Make a registry, with the shipped data."""
    if empty and demo:
        raise UsageError(Text("Give either --empty or --demo, not both."), where="--demo")
    settings = Settings.load(data_dir)
    if base_iri:
        settings = replace(settings, base_iri=base_iri)
    with Writer(data_dir, wait_seconds=settings.lock_seconds) as writer:
        if writer.current() is not None:
            raise UsageError(
                Text("There is a registry in “{folder}” already.", folder=str(data_dir)),
                remedy=Text("Serve it, import into it, or name another folder with --data-dir."),
            )
        _write_settings(data_dir, settings)
        outcome = Importer(writer, settings, TerminalProgress()).run(
            shipped_sources(settings, with_data=not empty, with_demo=demo),
            message=by.message,
            author=by.author,
        )
    say(
        Text(
            "The registry is ready in “{folder}”: release 1, {n} statements.",
            folder=str(data_dir),
            n=outcome.added,
        )
    )


def _write_settings(data_dir: Path, settings: Settings) -> None:
    path = data_dir / FILE_NAME
    if not path.exists():
        path.write_text(
            "# Settings of this registry; all of them: docs/settings.md\n"
            f'base_iri = "{settings.base_iri}"\n',
            encoding="utf-8",
        )


@click.command("serve")
@click.option("--host", help="Address to listen on (127.0.0.1 by default).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (8000).")
@click.pass_obj
def serve_command(data_dir: Path, host: str | None, port: int | None) -> None:
    """Serve pages, linked data and the SPARQL endpoint."""
    from registry.web.serving import serve  # noqa: PLC0415 — ``faces init`` does without Flask

    settings, releases = opened(data_dir)
    try:
        releases.current().check_index()
    except UnusableIndexError as error:
        plainly(error)
        note(Text("What is served takes the new index up without a restart."))
    if host is not None:
        settings = replace(settings, host=host)
    if port is not None:
        settings = replace(settings, port=port)
    serve(settings, data_dir)
