"""Turns whatever went wrong into plain words on standard error and an exit code."""

from __future__ import annotations

import os
import traceback

import click

from registry.cli.output import language, note
from registry.errors import InvalidDataError, NotFoundError, RegistryError, UsageError
from registry.findings import VIOLATION, Finding, Problem
from registry.namespaces import shorten
from registry.texts import Text, best

REFUSED = 1
WRONG_USAGE = 2
INTERRUPTED = 130
#: So many faults are listed; all are counted.
_LISTED = 100


def explain(error: BaseException) -> int:
    """Say what went wrong and return the exit code."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.Abort() | KeyboardInterrupt():
            note(Text("Interrupted; nothing was changed."))
            return INTERRUPTED
        case click.ClickException():
            _usage(error)
            return WRONG_USAGE
        case InvalidDataError():
            _refused(error)
            return REFUSED
        case RegistryError():
            plainly(error)
            return WRONG_USAGE if isinstance(error, UsageError | NotFoundError) else REFUSED
        case _:
            _unexpected(error)
            return REFUSED


def _usage(error: click.ClickException) -> None:
    match error:
        case click.NoSuchOption():
            what = Text("There is no option “{name}”.", name=error.option_name)
            if error.possibilities:
                near = ", ".join(error.possibilities)
                what = Text("{what} Did you mean {near}?", what=what, near=near)
        case click.MissingParameter():
            name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else "?"
            what = Text("{name} is missing.", name=name.strip("'"))
        case click.BadParameter():
            name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else "?"
            what = Text("{name}: {reason}", name=name.strip("'"), reason=error.message)
        case _:
            what = Text("Wrong usage: {reason}", reason=error.format_message())
    note(what)
    context = getattr(error, "ctx", None)
    if context is not None:
        note(Text("“{command} --help” shows how it is used.", command=context.command_path))


def plainly(error: RegistryError) -> None:
    """Say where and what it was, and what to do."""
    sentences = error.sentences(language())
    place = f"{error.where}: " if error.where else ""
    click.echo(place + sentences[0], err=True)
    for sentence in sentences[1:]:
        click.echo(f"  {sentence}", err=True)


def _refused(error: InvalidDataError) -> None:
    lines = [problem_line(p) for p in error.problems if p.fatal]
    lines += [finding_line(f) for f in error.report.of(VIOLATION)]
    for line in lines[:_LISTED]:
        click.echo(line, err=True)
    if len(lines) > _LISTED:
        note(Text("… and {n} more.", n=len(lines) - _LISTED))
    plainly(error)


def problem_line(problem: Problem) -> str:
    """Return a fault of the input as a line: where, what, what was expected."""
    texts = [t.to(language()) for t in (problem.what, problem.expected) if t is not None]
    return f"{problem.place}: {' '.join(texts)}"


def finding_line(finding: Finding) -> str:
    """Return a finding as a line: where, which field of what, what to do."""
    place = f"{finding.place}: " if finding.place else ""
    field = best(finding.field, language(), shorten(finding.path)) if finding.path else ""
    subject = f"<{finding.focus}>"
    value = f" ({finding.value})" if finding.value and finding.value not in finding.focus else ""
    about = f"{subject}, {field}{value}" if field else f"{subject}{value}"
    return f"{place}{about}: {finding.text(language())}"


def _unexpected(error: BaseException) -> None:
    if os.environ.get("FACES_DEBUG"):
        traceback.print_exception(error)
    note(
        Text(
            "Unexpected fault ({kind}: {reason}). The current release is untouched."
            " Run again with FACES_DEBUG=1 for the details and report it.",
            kind=type(error).__name__,
            reason=str(error),
        )
    )
