"""Static files under addresses that name their content, so that browsers keep them for good."""

from __future__ import annotations

import functools
import hashlib
from importlib.resources import files
from typing import Final

from flask import Blueprint, Response, abort, current_app

from registry.web.theme import Theme

blueprint: Final = Blueprint("assets", __name__)

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "woff2": "font/woff2",
}


class Assets:
    """The static files, by name, read once; those of a theme stand in place of ours."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        own = files("registry.web").joinpath("static")
        self._contents = {
            file.name: file.read_bytes()
            for folder in (own, own.joinpath("vendor"))
            for file in folder.iterdir()
            if _extension(file.name) in _TYPES
        } | dict(theme.files)

    def url(self, name: str) -> str:
        """Return the address of a file, which changes with its content."""
        return f"/static/{self.fingerprint(name)}/{name}"

    def fingerprint(self, name: str) -> str:
        """Return a short hash of a file's content."""
        return hashlib.sha256(self._contents[name]).hexdigest()[:12]

    def content(self, name: str) -> bytes | None:
        """Return what is in the file, or None when there is none of that name."""
        return self._contents.get(name)

    @functools.cached_property
    def digest(self) -> str:
        """A hash of all that a page is made of besides data: styles, templates, translations."""
        whole = hashlib.sha256()
        for name in sorted(self._contents):
            whole.update(self._contents[name])
        whole.update(repr(sorted(self._theme.texts.items())).encode())
        for package, name in (("registry.web", "templates"), ("registry", "locale")):
            for file in sorted(files(package).joinpath(name).iterdir(), key=lambda f: f.name):
                if file.is_file():
                    whole.update(file.read_bytes())
        return whole.hexdigest()


def _extension(name: str) -> str:
    return name.rpartition(".")[2]


@blueprint.get("/static/<fingerprint>/<name>")
def static_file(fingerprint: str, name: str) -> Response:
    """Serve a file; for good when the address names its content, else only for now."""
    assets: Assets = current_app.extensions["faces"].assets
    content = assets.content(name)
    if content is None:
        abort(404)
    response = Response(content, content_type=_TYPES[_extension(name)])
    current = assets.fingerprint(name) == fingerprint
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if current else "no-cache"
    )
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Ask crawlers to leave out what is endless: searches and queries."""
    endless = (
        *(
            "/search",
            "/suggest",
            "/map?",
            "/map.json",
            "/embed/",
            "/sparql",
            "/resource",
            "/queries/",
            "/figures?",
            "/networks?",
            "/networks/*.csv?",
        ),
        *("/timemap/", "/*?release=", "/*&release="),
    )
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in endless), "")
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")
