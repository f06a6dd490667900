"""``faces territories``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from registry.cli.commands.contributing import tell_release
from registry.cli.commands.options import Publication, opened, publication
from registry.cli.output import TerminalProgress, language, table
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
    """Load the territories of other regions, in place of those there are; or list the regions.

    The chosen regions make up the source “territories”, published as one release.
    """
    if regions and everything:
        raise UsageError(Text("Give either --region or --all, not both."), where="--all")
    if everything:
        regions = tuple(region.code for region in available())
    if not regions:
        click.echo(_listed())
        return
    settings, _ = opened(data_dir)
    chosen = Territories(Iris(settings.base_iri), regions)
    start = time.monotonic()
    with Writer(data_dir, wait_seconds=settings.lock_seconds) as writer:
        outcome = Importer(writer, settings, TerminalProgress()).run(
            {TERRITORIES: chosen}, message=by.message or _message(regions), author=by.author
        )
    tell_release(outcome, time.monotonic() - start)


def _message(regions: tuple[str, ...]) -> str:
    return f"territories: {', '.join(sorted(regions))}"


def _listed() -> str:
    """Return the regions as a table; an EPCI counts in each region where it has communes."""
    header = [Text("code"), Text("region"), Text("départements"), Text("EPCI"), Text("communes")]
    rows = [[str(cell) for cell in region] for region in available()]
    return table([cell.to(language()) for cell in header], rows)
