"""What pages need of a release is there before they ask."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from registry.query.roster import Load
from registry.releases.archive import INDEX, Archive
from registry.settings import Settings
from registry.web.asgi import Application
from registry.web.metrics import Metrics
from registry.web.preloading import Preloading
from support import contribute, initiative, run


class Deaf:
    """A pool that can be asked nothing."""

    def load(self) -> Load:
        return Load(0, 0, 0, 0)


def is_read(archive: Archive) -> bool:
    release = archive.current()
    return "sources" in vars(release) and {"facets", "places"} <= vars(release.index).keys()


def comes(archive: Archive) -> bool:
    """Wait until it is read, on however busy a machine."""
    deadline = time.monotonic() + 60
    while not is_read(archive) and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_read(archive)


async def visit(application: Application) -> None:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("x", 80),
        "method": "GET",
        "path": "/robots.txt",
        "query_string": b"",
        "headers": [],
        "client": None,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: dict[str, Any]) -> None:
        pass

    await application(scope, receive, send)  # type: ignore[arg-type]


def test_a_release_is_read_at_the_start_and_when_a_new_one_comes(data_dir: Path) -> None:
    application = Application(Settings(), data_dir, Deaf(), Metrics())  # type: ignore[arg-type]
    archive = application._site.archive
    assert not is_read(archive)
    application.preload()
    assert is_read(archive)
    templates = application._flask.jinja_env
    assert len(templates.cache or ()) == len(templates.list_templates())

    async def meanwhile() -> bool:
        await visit(application)
        await asyncio.to_thread(contribute, data_dir, "new", initiative("new"))
        return await asyncio.to_thread(comes, archive)

    assert run(meanwhile())
    assert archive.current_number() == 2


def test_what_cannot_be_read_does_not_keep_others_from_being_served(data_dir: Path) -> None:
    archive = Archive(data_dir)
    preloading = Preloading(archive)
    (archive.current().folder / INDEX).unlink()
    preloading.now()
    Preloading(archive).look()
    Preloading(Archive(data_dir / "nowhere")).look()
    Preloading(Archive(data_dir / "nowhere")).now()
