from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry.settings import Settings
from support import shipped


@pytest.fixture(scope="session")
def shipped_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with the shipped data, for tests that only read it."""
    folder = tmp_path_factory.mktemp("shipped") / "registry"
    shipped(folder, Settings())
    return folder


@pytest.fixture
def data_dir(shipped_dir: Path, tmp_path: Path) -> Path:
    """A copy of it for tests that write."""
    folder = tmp_path / "registry"
    shutil.copytree(shipped_dir, folder, symlinks=True)
    return folder
