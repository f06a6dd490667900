"""What templates may call: sentences in the reader's language, numbers, dates, addresses."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from babel.numbers import format_percent
from flask import Flask, Response, g, make_response, render_template, request

from registry.errors import RegistryError
from registry.texts import LANGUAGES, Text, Words, best, grouped, translate, unbroken
from registry.web.caching import stamped
from registry.web.languages import chosen
from registry.web.literals import day
from registry.web.memento import present_address
from registry.web.site import Visit, language, site, visit

#: The name of each language in itself.
NAMES: Final = {"fr": "Français", "en": "English"}


def sentence(words: str, /, **values: object) -> str:
    """Return a sentence of the catalogue in the reader's language: ``_()`` in templates."""
    return Text(words, **values).to(language()) if values else translate(words, language())


def number(value: float) -> str:
    """Write a number the way the reader's language groups digits."""
    return grouped(value, language())


def percent(value: float) -> str:
    """Write a share of a hundred; only none is 0 %, and only all is 100 %."""
    whole = round(value) if value in {0, 100} else min(99, max(1, round(value)))
    return format_percent(whole / 100, locale=language())


def moment(iso: str) -> str:
    """Write an ISO date or date-time for people; unchanged when it is neither."""
    try:
        return day(dt.datetime.fromisoformat(iso).date(), language())
    except ValueError:
        return iso


def words(texts: Words, otherwise: str = "") -> str:
    """Return a text of the ontology in the reader's language."""
    text = best(texts, language(), otherwise)
    return unbroken(text) if language() == "fr" else text


def link(path: str, /, **query: object) -> str:
    """Return an address of the site that keeps the language; also where no release is at hand."""
    if "visit" in g:
        return visit().link(path, **query)
    asked = chosen(request.args.get("lang"))
    return f"{path}{'&' if '?' in path else '?'}lang={asked}" if asked else path


def present_link(path: str, /, **query: object) -> str:
    """Return an address of what there is of the present alone, whichever release is shown."""
    return replace(visit(), dated=False).link(path, **query) if "visit" in g else link(path)


def _other_languages() -> list[tuple[str, str, str]]:
    """Return tag, name and address of this page in each other language."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k != "lang"]
    path = request.path if request.method in {"GET", "HEAD"} else "/"
    here = language()
    return [
        (tag, NAMES[tag], f"{path}?{urlencode([*kept, ('lang', tag)])}")
        for tag in LANGUAGES
        if tag != here
    ]


def _globals() -> dict[str, object]:
    here = site()
    return {
        "lang": language(),
        "other_languages": _other_languages(),
        "asset": here.assets.url,
        "registry_name": here.settings.name,
        "themed": here.theme.files,
        "release": _release_or_none(),
        "present": present_address() if "visit" in g and visit().dated else None,
        "kinds": [k for k in here.schema.kinds if k.listed],
    }


def _release_or_none() -> object:
    """Return the release for the foot of the page; a problem page can do without."""
    try:
        return visit().release.manifest
    except RegistryError:
        return None


def page(view: Visit, etag: str, template: str, *, vary: str, **context: object) -> Response:
    """Render a template as a cacheable page in the visit's language."""
    response = make_response(render_template(template, **context))
    response.headers["Content-Language"] = view.language
    return stamped(response, etag, vary)


def preload(app: Flask) -> None:
    """Compile all templates and read all catalogues: half a second that no reader waits."""
    for tag in LANGUAGES:
        translate("", tag)
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def install(app: Flask) -> None:
    """Give templates these functions and nothing else."""
    app.jinja_env.globals.update(_=sentence, link=link, present_link=present_link)
    app.jinja_env.filters.update(number=number, percent=percent, moment=moment, words=words)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_globals)
