"""What an operator makes their own without touching code: the folder ``theme/`` of a registry.

It may hold a style sheet, a logo, an icon, pictures and fonts, and texts that stand in place of
ours: ``home.fr.html`` for the words at the top of the home page, ``about.en.html`` for a page to
read. It is read once, when the registry starts to be served.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from registry.errors import ConfigurationError
from registry.texts import LANGUAGES, Text

FOLDER: Final = "theme"
STYLE: Final = "theme.css"
LOGO: Final = "logo.svg"
#: Pages whose texts may be the operator's.
PAGES: Final = ("home", "about", "api", "accessibility", "legal")
_TEXTS: Final = {f"{page}.{language}.html": (page, language)
                 for page in PAGES for language in LANGUAGES}  # fmt: skip
_NAMED: Final = frozenset({STYLE, LOGO, "icon.svg", *_TEXTS})
#: Files that the style sheet and the texts may show, whatever they are called.
_SHOWN: Final = frozenset({".svg", ".png", ".jpg", ".webp", ".woff2"})
_MOST_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Theme:
    """The files of a theme by name, and its texts by page and language; both may be empty."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the theme in a folder, an empty one where there is no folder.

        Raises ConfigurationError for a file that would never be used, or is too long to be sent.
        """
        files: dict[str, bytes] = {}
        texts: dict[tuple[str, str], str] = {}
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            _check(path)
            if path.name in _TEXTS:
                texts[_TEXTS[path.name]] = _decoded(path)
            else:
                files[path.name] = path.read_bytes()
        return cls(files, texts)


def _check(path: Path) -> None:
    if path.name not in _NAMED and path.suffix not in _SHOWN:
        near = difflib.get_close_matches(path.name, _NAMED, 1)
        raise ConfigurationError(
            Text("The theme has a file that is not used: “{name}”.", name=path.name),
            where=str(path),
            expected=Text("Expected: {expected}.", expected=", ".join(near or sorted(_NAMED))),
        )
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise ConfigurationError(
            Text("A file of the theme may have {limit} bytes.", limit=_MOST_BYTES), where=str(path)
        )


def _decoded(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            Text("A text of the theme is not UTF-8."),
            where=str(path),
            remedy=Text("Save it as UTF-8."),
        ) from error
