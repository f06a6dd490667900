"""What ``faces init`` publishes, with and without its options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from registry.releases.archive import Archive
from support import BASE

ALWAYS = {"ontology", "registry"}
DATA = {"faces-2012", "territories", "nomenclatures"}


def init(data_dir: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "registry", "--data-dir", data_dir, "init", *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FACES_LANG": "en"},
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), ALWAYS | DATA), (("--empty",), ALWAYS), (("--demo",), ALWAYS | DATA | {"demo"})],
)
def test_init_publishes_the_sources_asked_for(
    tmp_path: Path, options: tuple[str, ...], expected: set[str]
) -> None:
    assert init(tmp_path, *options).returncode == 0
    release = Archive(tmp_path).current()
    rows = release.graphs.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
    names = {g.value for (g,) in rows if isinstance(g, NamedNode)}
    assert names == {f"{BASE}id/source/{name}" for name in expected}
    described = release.graphs.select(
        "SELECT ?source WHERE { ?source a faces:Source ; dcterms:license ?licence }"
    )
    sources = {s.value for (s,) in described if isinstance(s, NamedNode)}
    assert sources == names - {f"{BASE}id/source/registry"}


def test_demonstration_data_need_the_territories(tmp_path: Path) -> None:
    refused = init(tmp_path, "--empty", "--demo")
    assert refused.returncode == 2
    assert "not both" in refused.stderr
    assert not (tmp_path / "current").exists()
