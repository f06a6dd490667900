"""What a release says about itself: ``manifest.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from registry.errors import IntegrityError
from registry.texts import Text

FILE_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Number, parent, time and author of a release, what it changed, and checksums.

    ``content`` is the checksum of all its statements whatever their order
    (``registry.releases.checksum``); ``files`` holds the SHA-256 of the patch and
    of the list of the records that it changes.
    """

    number: int
    parent: int | None
    created: str
    author: str
    message: str
    base_iri: str
    statements: int
    added: int
    removed: int
    content: str
    software: str
    sources: tuple[str, ...] = ()
    warnings: int = 0
    restores: int | None = None
    files: dict[str, str] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """The year in which it was made."""
        return int(self.created[: len("2012")])

    def write(self, folder: Path) -> None:
        """Write the manifest into the release's folder."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the manifest of a release's folder; raises IntegrityError when it is damaged."""
        path = folder / FILE_NAME
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            found["sources"] = tuple(found["sources"])
            return cls(**found)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IntegrityError(
                Text("The manifest cannot be read: {reason}.", reason=str(error)),
                where=str(path),
                remedy=Text("Restore the folder from a backup, or roll back."),
            ) from error
