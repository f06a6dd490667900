"""An operator's own colours, logo and texts, over real HTTP."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.settings import Settings
from support import shipped
from web.http_client import Client
from web.web_server import FACES, start

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36"><circle r="9"/></svg>'
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("theme") / "registry"
    shipped(folder, Settings())
    theme = folder / "theme"
    theme.mkdir()
    (theme / "theme.css").write_text(":root { --accent: #7a1f4b; }")
    (theme / "logo.svg").write_bytes(LOGO)
    (theme / "home.fr.html").write_text("<h1>L’économie solidaire en Bretagne</h1>", "utf-8")
    (theme / "about.fr.html").write_text("<h1>Qui sommes-nous ?</h1>", "utf-8")
    return folder


@pytest.fixture(scope="module")
def client(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    running = start(data_dir, tmp_path_factory.mktemp("log") / "log")
    yield Client(running.url)
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


def test_colours_and_logo_are_on_every_page(client: Client) -> None:
    for path in ("/", "/doc/network/mesclun", "/nope"):
        page = client.get(path, headers=HTML).text
        style, logo = (
            re.findall(rf'"(/static/[0-9a-f]+/{name})"', page)[0]
            for name in ("theme.css", "logo.svg")
        )
        assert page.index("site.css") < page.index("theme.css")
    assert b"#7a1f4b" in client.get(style).data
    answer = client.get(logo)
    assert answer.data == LOGO
    assert "immutable" in answer.headers["Cache-Control"]


def test_texts_stand_in_place_of_ours_in_their_language(client: Client) -> None:
    home = client.get("/?lang=fr", headers=HTML).text
    assert home.count("<h1>") == 1
    assert "<h1>L’économie solidaire en Bretagne</h1>" in home
    assert "Initiatives last when they are not alone" in client.get("/?lang=en", headers=HTML).text
    about = client.get("/about?lang=fr", headers=HTML).text
    assert "<h1>Qui sommes-nous ?</h1>" in about
    assert "Apeas" not in about.partition("<main")[2].partition("<footer")[0]
    assert "Apeas" in client.get("/about?lang=en", headers=HTML).text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("them.css", b"", "theme.css"),
        ("home.de.html", b"", "Expected: home."),
        ("about.en.html", b"\xff", "UTF-8"),
        ("logo.svg", b"x" * ((1 << 20) + 1), "1,048,576"),
    ],
)
def test_a_file_that_would_not_be_used_is_refused(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    shipped(tmp_path, Settings())
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / name).write_bytes(content)
    command = [FACES, "--data-dir", tmp_path, "serve", "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert name in ended.stderr
    assert "Traceback" not in ended.stderr
