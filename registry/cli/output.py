"""How the command line speaks: its language, its tables, its progress."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence

import click

from registry.progress import Progress
from registry.texts import Text, translate

_QUIET_SECONDS = 1.0
_TERMINAL_SECONDS = 0.1
_LOG_SECONDS = 5.0
_WIDEST = 60


def language() -> str:
    """Return the person's language: ``FACES_LANG``, else the locale's; French or English."""
    for variable in ("FACES_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def say(text: Text) -> None:
    """Print a sentence on standard output."""
    click.echo(text.to(language()))


def note(text: Text) -> None:
    """Print a sentence on standard error."""
    click.echo(text.to(language()), err=True)


class Formatter(click.HelpFormatter):
    """Writes help in the person's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        super().write_usage(
            prog, args, Text("Usage: ").to(language()) if prefix is None else prefix
        )

    def write_heading(self, heading: str) -> None:
        """Write the heading of a list, translated."""
        super().write_heading(translate(heading, language()))

    def write_text(self, text: str) -> None:
        """Write paragraphs, translated one by one."""
        paragraphs = (translate(part, language()) for part in text.split("\n\n"))
        super().write_text("\n\n".join(paragraphs))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write options or commands with what they do, translated."""
        super().write_dl([(term, _help(text)) for term, text in rows], col_max, col_spacing)


def _help(text: str) -> str:
    """Return the help of an option in the person's language; click marks some as required."""
    words, mark, _ = text.partition("  [required]")
    required = Text("required").to(language())
    return translate(words, language()) + (f"  [{required}]" if mark else "")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a plain-text table; long cells are cut with an ellipsis."""
    cells = [[_cut(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
    lines.insert(1, "  ".join("─" * w for w in widths))
    return "\n".join(line.rstrip() for line in lines)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"


class TerminalProgress(Progress):
    """Shows the stages that last: one line rewritten on a terminal, now and then one in a log."""

    def __init__(self) -> None:
        super().__init__()
        self._terminal = sys.stderr.isatty()
        self._title: Text | None = None
        self._total: int | None = None
        self._done = 0
        self._since = self._shown = 0.0

    def begun(self, title: Text, total: int | None) -> None:
        """Start counting a stage."""
        self._title, self._total, self._done = title, total, 0
        self._since = self._shown = time.monotonic()
        if self._terminal:
            self._show()

    def advance(self, number: int) -> None:
        """Count, and show from time to time."""
        self._done += number
        now = time.monotonic()
        pause = _TERMINAL_SECONDS if self._terminal else _LOG_SECONDS
        if now - self._since > _QUIET_SECONDS and now - self._shown > pause:
            self._shown = now
            self._show()

    def ended(self) -> None:
        """Clear the line."""
        if self._terminal:
            click.echo("\r\x1b[K", nl=False, err=True)

    def _show(self) -> None:
        if self._title is None:
            return
        title = self._title
        if self._total:
            count = Text(
                "{title}: {done} of about {total}",
                title=title,
                done=self._done,
                total=max(self._total, self._done),
            )
        elif self._done:
            count = Text("{title}: {done}", title=title, done=self._done)
        else:
            count = Text("{title} …", title=title)
        line = count.to(language())
        if self._terminal:
            width = shutil.get_terminal_size().columns
            click.echo(f"\r\x1b[K{line[: width - 1]}", nl=False, err=True)
        else:
            click.echo(line, err=True)
