"""Literals the way people write them: dates, numbers, yes and no."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

from registry.describe import Value
from registry.namespaces import PREFIXES
from registry.texts import Text

_XSD: Final = PREFIXES["xsd"]


def shown_literal(value: Value, language: str) -> str:
    """Return a literal for the reader; unchanged where its form is not the datatype's."""
    writer = _WRITERS.get(value.datatype.removeprefix(_XSD))
    if writer is None:
        return value.text
    try:
        return writer(value.text, language)
    except (ValueError, decimal.InvalidOperation):
        return value.text


def day(date: dt.date, language: str) -> str:
    """Return a day for the reader; the first of a month is « 1er » in French."""
    form = "d'er' MMMM y" if language == "fr" and date.day == 1 else "d MMMM y"
    return format_date(date, form, locale=language)


def _date(text: str, language: str) -> str:
    return day(dt.date.fromisoformat(text[:10]), language)


def _month(text: str, language: str) -> str:
    return format_date(dt.date.fromisoformat(f"{text}-01"), "LLLL y", locale=language)


def _number(text: str, language: str) -> str:
    return format_decimal(decimal.Decimal(text), locale=language, decimal_quantization=False)


def _boolean(text: str, language: str) -> str:
    return (Text("yes") if text in {"true", "1"} else Text("no")).to(language)


_WRITERS: Final[dict[str, Callable[[str, str], str]]] = {
    "date": _date,
    "dateTime": _date,
    "gYearMonth": _month,
    "integer": _number,
    "decimal": _number,
    "boolean": _boolean,
}
