"""The ``faces`` command: global options, and one module per group of commands."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from registry import __version__
from registry.cli.failures import explain
from registry.cli.output import Formatter

#: Command → module below ``registry.cli.commands``. Loaded when asked for: SHACL alone takes
#: half a second to import.
_COMMANDS = {
    "init": "starting",
    "serve": "starting",
    "import": "contributing",
    "validate": "contributing",
    "territories": "territories",
    "log": "history",
    "show": "history",
    "diff": "history",
    "rollback": "history",
    "query": "asking",
    "ask": "asking",
    "reindex": "mending",
    "verify": "mending",
}
_DEFAULT_DATA_DIR = "registry-data"


class _Commands(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 — click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = importlib.import_module(f"registry.cli.commands.{module}")
        command = getattr(found, f"{cmd_name}_command")
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        # Else click cuts it in the list of commands, before it can be translated.
        command.short_help = (command.help or "").partition("\n\n")[0]
        return command


click.Context.formatter_class = Formatter


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="FACES_DATA_DIR",
    default=_DEFAULT_DATA_DIR,
    help="Folder of the registry (also FACES_DATA_DIR; “registry-data” by default).",
)
@click.version_option(__version__, prog_name="faces")
@click.pass_context
def cli(context: click.Context, data_dir: Path) -> None:
    """Run a linked-data registry of the social and solidarity economy."""
    context.obj = data_dir


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 refused, 2 wrong usage."""
    try:
        status = cli.main(arguments, prog_name="faces", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; say nothing more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 — the one place that explains
        status = explain(error)
    sys.exit(status if isinstance(status, int) else 0)
