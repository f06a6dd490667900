from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from registry.query.pool import QueryPool
from registry.settings import Settings
from registry.web.app import create_app
from registry.web.site import query_limits
from support import contribute, initiative, shipped
from web.web_server import Server, start


@pytest.fixture(scope="session")
def web_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data and 120 initiatives in Marseille, one with an awkward name."""
    folder = tmp_path_factory.mktemp("web") / "registry"
    shipped(folder, Settings())
    text = "".join(initiative(f"n{i}", f"Jardin {i}") for i in range(120))
    text += initiative("awkward", "<script>alert(1)</script> & Cie")
    contribute(folder, "jardins", text)
    return folder


@pytest.fixture(scope="session")
def pool() -> Iterator[QueryPool]:
    settings = Settings()
    with QueryPool(2, query_limits(settings)) as workers:
        yield workers


@pytest.fixture
def client(web_dir: Path, pool: QueryPool) -> FlaskClient:
    return create_app(Settings(), web_dir, pool).test_client()


@pytest.fixture(scope="session")
def server(web_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(web_dir, tmp_path_factory.mktemp("server") / "log", query_deadline="10")
    yield running
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()
