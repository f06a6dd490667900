"""The built wheel, installed on its own, holds all that the registry is and serves it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

import registry

ROOT = Path(__file__).parent.parent.parent


def run(*command: object, cwd: Path) -> str:
    result = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_every_shipped_file(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = run("git", "ls-files", "ontology", "shapes", "data", ":!data/build", cwd=ROOT).split()
    assert len(tracked) > 30
    assert {f"registry/shipped/{name}" for name in tracked} <= held
    package = run("git", "ls-files", "registry", ":!registry/web/frontend", cwd=ROOT).split()
    assert set(package) <= held
    assert "registry/web/static/vendor/THIRD_PARTY.txt" in held
    assert not [name for name in held if name.startswith("registry/web/frontend")]


def test_an_empty_folder_becomes_a_served_registry(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    binaries = environment / "bin"
    run(binaries / "pip", "install", "--quiet", wheel, cwd=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    run(binaries / "faces", "init", cwd=empty)
    names = run(
        binaries / "faces", "query", "--format", "csv",
        'SELECT ?name WHERE { ?n a faces:Network ; rdfs:label ?name FILTER(LANG(?name) = "fr") }',
        cwd=empty,
    )  # fmt: skip
    assert "Mesclun" in names.split()
    with subprocess.Popen(
        [binaries / "faces", "serve", "--port", "0"],
        cwd=empty,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found
        with urllib.request.urlopen(found[0], timeout=20) as page:
            assert page.status == 200
            assert "Registre FACES" in page.read().decode()
        server.terminate()
        assert server.wait(30) == 0


def test_every_console_script_runs() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert set(scripts) == {"faces"}
    version = run(Path(sys.executable).parent / "faces", "--version", cwd=ROOT)
    assert registry.__version__ in version


def test_the_citation_names_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {registry.__version__}\n" in citation
