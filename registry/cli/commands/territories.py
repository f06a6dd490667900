"""``faces territories``."""

from __future__ import annotations

from pathlib import Path

import click

from registry.cli.commands.options import Publication, opened, publication
from registry.cli.output import TerminalProgress, say, table
from registry.errors import UsageError
from registry.identifiers import Iris
from registry.publishing.contribute import Importer
from registry.publishing.shipped import TERRITORIES
from registry.publishing.territories import Territories, available
from registry.releases.writer import Writer
from registry.texts import Text


@click.command("territories")
@click.option("--region", "regions", multiple=True, help="Code of a region; may be repeated.")
@click.option("--all", "everything", is_flag=True, help="All regions of France.")
@publication
@click.pass_obj
def territories_command(
    data_dir: Path, *, regions: tuple[str, ...], everything: bool, by: Publication
) -> None:
    """Load the territories of regions, in place of those there are; list the regions.

    The chosen regions make up the source “territories”, as one release.
    """
    if regions and everything:
        raise UsageError(Text("Give either --region or --all, not both."), where="--all")
    listed = available()
    if everything:
        regions = tuple(code for code, _, _ in listed)
    if not regions:
        rows = [[code, name, str(count)] for code, name, count in listed]
        click.echo(table(["code", "région", "communes"], rows))
        return
    settings, _ = opened(data_dir)
    chosen = Territories(Iris(settings.base_iri), regions)
    with Writer(data_dir, wait_seconds=settings.lock_seconds) as writer:
        outcome = Importer(writer, settings, TerminalProgress()).run(
            {TERRITORIES: chosen}, message=by.message, author=by.author
        )
    if outcome.manifest is None:
        say(Text("Nothing differs from what is published; no release was made."))
        return
    say(
        Text(
            "Release {number} is live: {added} statements added, {removed} removed.",
            number=outcome.manifest.number,
            added=outcome.added,
            removed=outcome.removed,
        )
    )
