"""Every sentence that a person reads, in English and in French.

A sentence is written once, in English, where it is said: ``Text("{n} rows", n=3)``. Its French
stands in ``locale/fr.po``; a test extracts all sentences from the code and the templates and fails
when one has no French.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"


#: A text in several languages: language tag → text.
Words = Mapping[str, str]


def best(words: Words, language: str, otherwise: str = "") -> str:
    """Return the text in the language, else in French, else in any, else ``otherwise``."""
    if language in words:
        return words[language]
    if DEFAULT_LANGUAGE in words:
        return words[DEFAULT_LANGUAGE]
    return next(iter(words.values()), otherwise)


#: Before a mark that French sets off by a space, and inside its quotation marks.
_SPACE: Final = re.compile(r" (?=[:;!?»%](?!\w))|(?<=«) ")


def unbroken(french: str) -> str:
    """Return the text with the spaces that no line may break at, « as here » : U+00A0."""
    return _SPACE.sub("\u00a0", french)


@functools.cache
def _catalogue(language: str) -> dict[str, str]:
    """English sentence → its translation; empty for English."""
    if language == "en":
        return {}
    with files("registry").joinpath(f"locale/{language}.po").open("rb") as file:
        messages = read_po(file, locale=language)
    return {str(m.id): unbroken(str(m.string)) for m in messages if m.id and m.string}


def translate(sentence: str, language: str) -> str:
    """Return the sentence in the language; in English where there is no translation."""
    return _catalogue(language).get(sentence, sentence)


@functools.lru_cache(4096)
def grouped(value: float, language: str) -> str:
    """Write a number the way the language groups digits and marks decimals."""
    return format_decimal(value, locale=language)


def _shown(value: object, language: str) -> str:
    if isinstance(value, Text):
        return value.to(language)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return grouped(value, language)
    return str(value)


@dataclass(frozen=True, slots=True, init=False)
class Text:
    """A sentence with its values, not yet in any language.

    ``sentence`` is a ``str.format`` template; values may be other Texts. Numbers are written the
    way the language groups digits and marks decimals.
    """

    sentence: str
    values: dict[str, Any] = field(hash=False)

    def __init__(self, sentence: str, /, **values: object) -> None:
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "values", values)

    def to(self, language: str) -> str:
        """Return the sentence in ``fr`` or ``en``."""
        template = translate(self.sentence, language)
        if not self.values:
            return template
        return template.format(**{k: _shown(v, language) for k, v in self.values.items()})

    def __str__(self) -> str:
        return self.to("en")
