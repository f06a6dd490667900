"""``faces verify`` and ``faces reindex``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from registry.cli.commands.options import Publication, opened, publication
from registry.cli.failures import REFUSED, finding_line
from registry.cli.output import TerminalProgress, language, note, say
from registry.errors import UnusableIndexError
from registry.findings import VIOLATION
from registry.publishing.reindex import reindex
from registry.publishing.verify import verify
from registry.releases.writer import Writer
from registry.texts import Text

_LISTED = 100


@click.command("verify")
@click.option("--release", type=int, help="Another release than the current one.")
@click.pass_obj
def verify_command(data_dir: Path, *, release: int | None) -> None:
    """Check files, statements, index and shapes of a release."""
    settings, releases = opened(data_dir)
    result = verify(releases, settings, TerminalProgress(), number=release)
    for fault in result.faults:
        click.echo(f"{fault.where}: {fault.what.to(language())}", err=True)
    for finding in result.report.of(VIOLATION)[:_LISTED]:
        click.echo(finding_line(finding), err=True)
    manifest = releases.release(release or releases.current_number()).manifest
    if not result.clean:
        note(Text("Release {number} has faults.", number=manifest.number))
        sys.exit(REFUSED)
    say(
        Text(
            "Release {number} is sound: {statements} statements, {nodes} nodes validated,"
            " {warnings} warnings.",
            number=manifest.number,
            statements=manifest.statements,
            nodes=result.report.focus_nodes,
            warnings=manifest.warnings,
        )
    )


@click.command("reindex")
@click.option("--if-needed", is_flag=True, help="Only when the present one cannot be used.")
@publication
@click.pass_obj
def reindex_command(data_dir: Path, *, if_needed: bool, by: Publication) -> None:
    """Derive the search index again, as a release with the same statements."""
    settings, releases = opened(data_dir)
    if if_needed:
        try:
            releases.current().check_index()
        except UnusableIndexError as error:
            note(error.what)
        else:
            return
    with Writer(data_dir, wait_seconds=settings.lock_seconds) as writer:
        manifest = reindex(
            writer,
            releases,
            settings,
            message=by.message or "reindex",
            author=by.author,
            progress=TerminalProgress(),
        )
    say(Text("Release {number} is live, with a new index.", number=manifest.number))
