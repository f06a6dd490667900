from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from registry.settings import Settings
from support import contribute, initiative, shipped
from web.relationships import garden
from web.web_server import start


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running registry with the shipped data and 60 initiatives."""
    folder = tmp_path_factory.mktemp("browser")
    shipped(folder / "registry", Settings())
    text = "".join(initiative(f"n{i}", f"Jardin {i}") for i in range(60))
    text += initiative("long", "Anticonstitutionnellement" * 8)
    text += initiative("hostile", "<img src=/nowhere onerror=alert(1)> Pirates & Cie")
    contribute(folder / "registry", "jardins", text + garden())
    server = start(folder / "registry", folder / "log")
    yield server.url
    server.stop()
    assert server.process.stdout is not None
    server.process.stdout.close()


@pytest.fixture(scope="session")
def base_url(site: str) -> str:
    """Stands in for the fixture of pytest-base-url, whose form pytest 9 warns about."""
    return site


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's own browser; as root it cannot have a sandbox."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "executable_path": shutil.which("chromium"),
        "args": ["--disable-dev-shm-usage", "--disable-background-networking", *sandbox],
    }


@pytest.fixture
def strict(context: BrowserContext, site: str) -> Iterator[Page]:
    """A page on which any complaint of the browser, or any request elsewhere, is a failure."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("request", lambda r: r.url.startswith(site) or complaints.append(r.url))
    yield page
    assert not complaints
