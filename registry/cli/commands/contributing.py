"""``faces import`` and ``faces validate``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from registry.cli.commands.options import Publication, check_base, publication
from registry.cli.failures import finding_line, problem_line
from registry.cli.output import TerminalProgress, note, say
from registry.errors import InvalidDataError, UsageError
from registry.findings import WARNING, Finding
from registry.identifiers import Iris, check_source_name
from registry.importing.mapping import load_mapping
from registry.importing.model import Contribution
from registry.importing.rdf import RdfFiles
from registry.importing.table import Table, is_table
from registry.progress import Progress
from registry.publishing.contribute import Importer, Outcome
from registry.publishing.resolve import Identifiers
from registry.publishing.shipped import shipped_sources
from registry.releases.archive import Archive
from registry.releases.writer import Writer
from registry.settings import Settings
from registry.texts import Text
from registry.validation.report import as_rdf

_LISTED = 20

_files = click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE…",
)
_mapping = click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Mapping of a table's columns (TOML); see docs/mapping.md.",
)
_report = click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path, writable=True),
    help="Write the sh:ValidationReport (Turtle) to this file.",
)


@click.command("import")
@_files
@click.option("--source", required=True, help="Name of the source whose graph is replaced.")
@_mapping
@_report
@publication
@click.pass_obj
def import_command(
    data_dir: Path,
    *,
    files: tuple[Path, ...],
    source: str,
    mapping: Path | None,
    report: Path | None,
    by: Publication,
) -> None:
    """Publish files as what a source says: one import, one release.

    Everything is validated first; data that violate a shape are refused whole.
    """
    settings = Settings.load(data_dir)
    check_base(settings, Archive(data_dir).current().manifest, data_dir)
    start = time.monotonic()
    with Writer(data_dir, wait_seconds=settings.lock_seconds) as writer:
        identifiers = Identifiers(Archive(data_dir).current().graphs)
        contribution = _contribution(settings, source, files, mapping, identifiers)
        with _reported(report) as findings:
            outcome = Importer(writer, settings, TerminalProgress()).run(
                {source: contribution},
                message=by.message or _default_message(files),
                author=by.author,
            )
            findings.extend(outcome.report.findings)
    _tell(outcome, contribution, time.monotonic() - start)


@click.command("validate")
@_files
@click.option("--source", default="validation", help="Name of the source that it would be.")
@_mapping
@_report
@click.pass_obj
def validate_command(
    data_dir: Path,
    *,
    files: tuple[Path, ...],
    source: str,
    mapping: Path | None,
    report: Path | None,
) -> None:
    """Say what an import of the files would do, and change nothing."""
    settings = Settings.load(data_dir)
    with TemporaryDirectory(prefix="faces-validate-") as folder:
        if (data_dir / "current").exists():
            place = data_dir
        else:
            # No registry here: validate against the shipped vocabularies alone.
            place = Path(folder)
            with Writer(place) as writer:
                sources = shipped_sources(settings, with_data=True)
                Importer(writer, settings, Progress()).run(sources, message="", author="")
        with Writer(place, wait_seconds=settings.lock_seconds) as writer:
            identifiers = Identifiers(Archive(place).current().graphs)
            contribution = _contribution(settings, source, files, mapping, identifiers)
            with _reported(report) as findings:
                outcome = Importer(writer, settings, TerminalProgress()).run(
                    {source: contribution}, message="", author="", dry_run=True
                )
                findings.extend(outcome.report.findings)
    _tell_findings(outcome)
    _tell_counts(contribution)
    say(
        Text(
            "The files are valid: importing them would add {added} and remove {removed}"
            " statements.",
            added=outcome.added,
            removed=outcome.removed,
        )
    )


def _contribution(
    settings: Settings,
    source: str,
    files: tuple[Path, ...],
    mapping: Path | None,
    identifiers: Identifiers,
) -> Contribution:
    check_source_name(source)
    iris = Iris(settings.base_iri)
    if iris.source(source) == iris.metadata_graph:
        raise UsageError(
            Text("The source “{name}” is the registry's own.", name=source), where="--source"
        )
    tables = [path for path in files if is_table(path)]
    if mapping is None and tables:
        raise UsageError(
            Text("A table needs a mapping that says what its columns mean."),
            where=str(tables[0]),
            remedy=Text("Give one with --mapping FILE; docs/mapping.md shows how to write it."),
        )
    if mapping is None:
        return RdfFiles(files, iris.base, iris.genid)
    return Table(files, load_mapping(mapping), source, iris, identifiers)


@contextmanager
def _reported(path: Path | None) -> Iterator[list[Finding]]:
    """Write the findings, those of a refusal included, to the report file if one is wanted."""
    findings: list[Finding] = []
    try:
        yield findings
    except InvalidDataError as error:
        findings.extend(error.report.findings)
        raise
    finally:
        if path is not None:
            path.write_text(as_rdf(findings), encoding="utf-8")


def _default_message(files: tuple[Path, ...]) -> str:
    return "import " + ", ".join(path.name for path in files)


def _tell(outcome: Outcome, contribution: Contribution, seconds: float) -> None:
    _tell_findings(outcome)
    _tell_counts(contribution)
    tell_release(outcome, seconds)


def tell_release(outcome: Outcome, seconds: float) -> None:
    """Say which release was made, if any."""
    if outcome.manifest is None:
        say(Text("Nothing differs from what is published; no release was made."))
        return
    say(
        Text(
            "Release {number} is live: {added} statements added, {removed} removed,"
            " {seconds} seconds.",
            number=outcome.manifest.number,
            added=outcome.added,
            removed=outcome.removed,
            seconds=f"{seconds:.1f}",
        )
    )


def _tell_findings(outcome: Outcome) -> None:
    for problems in outcome.problems.values():
        for problem in problems:
            click.echo(problem_line(problem), err=True)
    for findings in outcome.left_out.values():
        for finding in findings:
            click.echo(finding_line(finding), err=True)
    warnings = outcome.report.of(WARNING)
    for finding in warnings[:_LISTED]:
        click.echo(finding_line(finding), err=True)
    if len(warnings) > _LISTED:
        note(
            Text(
                "… {n} warnings in all; they are shown on the pages that they concern.",
                n=len(warnings),
            )
        )


def _tell_counts(contribution: Contribution) -> None:
    """Say last what is read first: how many rows, what was left out and why, which columns."""
    if isinstance(contribution, Table):
        for line in contribution.summary().lines():
            note(line)
