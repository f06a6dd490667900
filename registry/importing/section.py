"""Reads a part of a mapping file and notes every mistake in it with its key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from registry.errors import InputError
from registry.texts import LANGUAGES, Text

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: the key, as a path such as ``records[1].fields[3].type``, and what is wrong.

    Tables of a list are counted from 1, as a person counts them.
    """

    key: str
    what: Text
    expected: Text | None = None

    def text(self, language: str) -> str:
        """Return the mistake as a line."""
        sentences = [t.to(language) for t in (self.what, self.expected) if t is not None]
        return f"{self.key}: {' '.join(sentences)}"


class MappingError(InputError):
    """A mapping file with mistakes; all of them, so that they are mended in one go."""

    def __init__(self, where: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__(
            Text("The mapping has {n} mistakes.", n=len(mistakes))
            if len(mistakes) > 1
            else Text("The mapping has a mistake."),
            where=where,
            remedy=Text("docs/mapping.md describes every key."),
        )
        self.mistakes = tuple(mistakes)

    def sentences(self, language: str) -> list[str]:
        """Return the sentence, the mistakes one by one, and where to read more."""
        what, *remedy = super().sentences(language)
        return [what, *(m.text(language) for m in self.mistakes), *remedy]


def nearest(name: str, known: Iterable[str]) -> Text:
    """Return “Did you mean …?”, or all that is known where nothing is near."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return Text("Did you mean “{name}”?", name=near[0])
    return Text("One of: {values}.", values=", ".join(names))


@dataclass(slots=True)
class Section:
    """A table of the file. Each reading method notes a mistake and returns a default if it must."""

    values: dict[str, Any]
    key: str
    mistakes: list[Mistake]
    _asked: set[str] = field(default_factory=set)

    def path(self, name: str) -> str:
        """Return the path of a key of this section."""
        return f"{self.key}.{name}" if self.key else name

    def mistake(self, name: str, what: Text, expected: Text | None = None) -> None:
        """Note a mistake at a key of this section."""
        self.mistakes.append(Mistake(self.path(name), what, expected))

    def has(self, name: str) -> bool:
        """Return whether the key is given."""
        self._asked.add(name)
        return name in self.values

    def _get(self, name: str, kind: type, expected: Text, *, required: bool = False) -> Any:
        if not self.has(name):
            if required:
                self.mistake(name, Text("This key is missing."), expected)
            return None
        value = self.values[name]
        if type(value) is not kind:
            self.mistake(name, Text("“{value}” does not fit here.", value=value), expected)
            return None
        return value

    def text(self, name: str, default: str = "", *, required: bool = False) -> str:
        """Return a text."""
        value = self._get(name, str, Text("A text between quotation marks."), required=required)
        if required and value == "":
            self.mistake(name, Text("This text is empty."))
        return default if value is None else str(value)

    def optional(self, name: str) -> str | None:
        """Return a text, or None where there is none."""
        return self.text(name) if self.has(name) else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes or no."""
        value = self._get(name, bool, Text("true or false."))
        return default if value is None else bool(value)

    def number(self, name: str) -> int:
        """Return a whole number, 0 by default."""
        value = self._get(name, int, Text("A whole number."))
        if value is not None and not 0 <= value <= 100:  # noqa: PLR2004 - cells are short
            self.mistake(name, Text("“{value}” does not fit here.", value=value))
            return 0
        return int(value or 0)

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts; a single text stands for a list of one."""
        if not self.has(name) and not required:
            return ()
        value = self.values.get(name)
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(i, str) for i in items) or not items:
            what = Text("“{value}” does not fit here.", value=value)
            self.mistake(
                name,
                what if name in self.values else Text("This key is missing."),
                Text("A text, or a list of texts between square brackets."),
            )
            return ()
        return tuple(items)

    def choice(self, name: str, choices: Sequence[Choice], default: Choice) -> Choice:
        """Return one of a few words."""
        value = self.text(name, default)
        for choice in choices:
            if choice == value:
                return choice
        what = Text("“{value}” is not a value of this key.", value=value)
        self.mistake(name, what, nearest(value, choices))
        return default

    def bilingual(self, name: str, *, required: bool = False) -> dict[str, str]:
        """Return a text in French and English: ``{ fr = "…", en = "…" }``."""
        expected = Text("A text in both languages: {example}.", example='{ fr = "…", en = "…" }')
        value = self._get(name, dict, expected, required=required)
        if value is None:
            return {}
        section = Section(value, self.path(name), self.mistakes)
        words = {language: section.text(language, required=True) for language in LANGUAGES}
        section.done()
        return words

    def table(self, name: str) -> Section:
        """Return a section of this section; an empty one where it is not given."""
        value = self._get(name, dict, Text("A table of keys and values."))
        return Section(value or {}, self.path(name), self.mistakes)

    def tables(self, name: str) -> list[Section]:
        """Return a list of sections (``[[name]]`` in the file)."""
        value = self._get(name, list, Text("A list of tables, each under [[{name}]].", name=name))
        sections = []
        for number, item in enumerate(value or [], start=1):
            key = f"{self.path(name)}[{number}]"
            if isinstance(item, dict):
                sections.append(Section(item, key, self.mistakes))
            else:
                what = Text("“{value}” does not fit here.", value=item)
                self.mistakes.append(Mistake(key, what, Text("A table of keys and values.")))
        return sections

    def done(self) -> None:
        """Note every key that nobody asked for."""
        for name in self.values.keys() - self._asked:
            self.mistake(name, Text("This key is not known."), nearest(name, self._asked))
