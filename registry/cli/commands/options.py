"""Options and openings that several commands share."""

from __future__ import annotations

import functools
import getpass
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from registry.errors import ConfigurationError
from registry.releases.archive import Archive
from registry.releases.manifest import Manifest
from registry.settings import FILE_NAME, Settings
from registry.texts import Text


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@dataclass(frozen=True, slots=True)
class Publication:
    """Why a release is made, and by whom."""

    message: str
    author: str


def publication(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--message`` and ``--author``, given to the command as ``by``."""

    @click.option("-m", "--message", default="", help="Why this release is made.")
    @click.option("--author", default=_user, help="Who publishes.")
    @functools.wraps(command)
    def with_publication(*args: Any, message: str, author: str, **kwargs: Any) -> None:
        command(*args, by=Publication(message, author), **kwargs)

    return with_publication


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def opened(data_dir: Path) -> tuple[Settings, Archive]:
    """Return the settings and releases of an existing registry.

    Raises NotFoundError when there is none, ConfigurationError when the settings name another
    ``base_iri`` than the one that its data were published under.
    """
    settings, releases = Settings.load(data_dir), Archive(data_dir)
    check_base(settings, releases.current().manifest, data_dir)
    return settings, releases


def check_base(settings: Settings, manifest: Manifest, data_dir: Path) -> None:
    """Refuse settings under which the published IRIs would no longer be the registry's own."""
    if manifest.base_iri != settings.base_iri:
        raise ConfigurationError(
            Text("The setting “base_iri” is not the one that the data were published under."),
            where=str(data_dir / FILE_NAME),
            expected=Text("Expected: {expected}.", expected=manifest.base_iri),
            remedy=Text("Set it back; to move to other IRIs, make a new registry and import."),
        )
