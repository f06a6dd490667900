"""``faces log``, ``show``, ``diff`` and ``rollback``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from registry.cli.commands.options import Publication, as_json, opened, publication
from registry.cli.output import TerminalProgress, language, say, table
from registry.publishing.restore import difference, roll_back
from registry.releases.manifest import Manifest
from registry.releases.writer import Writer
from registry.texts import Text


@click.command("log")
@click.option("-n", "--number", type=click.IntRange(min=1), help="Only so many, newest first.")
@as_json
@click.pass_obj
def log_command(data_dir: Path, *, number: int | None, as_json: bool) -> None:
    """List the releases, newest first."""
    _, releases = opened(data_dir)
    manifests = [releases.release(n).manifest for n in releases.numbers()[:number]]
    if as_json:
        click.echo(json.dumps([asdict(m) for m in manifests], ensure_ascii=False, indent=2))
        return
    header = [
        Text("release").to(language()),
        Text("time").to(language()),
        Text("author").to(language()),
        "+",
        "−",
        Text("message").to(language()),
    ]
    click.echo(table(header, [_row(m) for m in manifests]))


def _row(manifest: Manifest) -> list[str]:
    added, removed = (Text("{n}", n=n).to(language()) for n in (manifest.added, manifest.removed))
    message = manifest.message
    if manifest.restores is not None:
        message = Text("restores {n}: {m}", n=manifest.restores, m=message).to(language())
    return [str(manifest.number), manifest.created, manifest.author, added, removed, message]


@click.command("show")
@click.argument("release", type=int)
@as_json
@click.pass_obj
def show_command(data_dir: Path, *, release: int, as_json: bool) -> None:
    """Show what a release says about itself."""
    _, releases = opened(data_dir)
    facts = asdict(releases.release(release).manifest)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for name, value in facts.items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        click.echo(f"{name:11} {'' if shown is None else shown}")


@click.command("diff")
@click.argument("old", type=int)
@click.argument("new", type=int)
@click.pass_obj
def diff_command(data_dir: Path, old: int, new: int) -> None:
    """Print what differs from one release to another, as an RDF Patch."""
    _, releases = opened(data_dir)
    for operation, statement in difference(releases, old, new):
        click.echo(f"{operation} {statement} .")


@click.command("rollback")
@click.argument("release", type=int)
@publication
@click.pass_obj
def rollback_command(data_dir: Path, *, release: int, by: Publication) -> None:
    """Publish again what an older release said; history stays whole."""
    settings, releases = opened(data_dir)
    with Writer(data_dir, wait_seconds=settings.lock_seconds) as writer:
        manifest = roll_back(
            writer,
            releases,
            settings,
            release,
            message=by.message,
            author=by.author,
            progress=TerminalProgress(),
        )
    say(
        Text(
            "Release {number} is live and says what release {old} said:"
            " {added} statements added, {removed} removed.",
            number=manifest.number,
            old=release,
            added=manifest.added,
            removed=manifest.removed,
        )
    )
