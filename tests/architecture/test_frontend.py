"""What the pages run in the browser is what its sources make, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

PACKAGE = Path(__file__).parent.parent.parent / "registry" / "web"
FRONTEND, VENDOR = PACKAGE / "frontend", PACKAGE / "static" / "vendor"


def test_a_clean_build_gives_the_same_files(tmp_path: Path) -> None:
    sources = tmp_path / "frontend"
    shutil.copytree(FRONTEND, sources, ignore=shutil.ignore_patterns("node_modules"))
    for command in (
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        ["node", "build.mjs", str(tmp_path / "vendor")],
    ):
        result = subprocess.run(command, cwd=sources, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr[-2000:]
    built = {file.name: file.read_bytes() for file in (tmp_path / "vendor").iterdir()}
    kept = {file.name: file.read_bytes() for file in VENDOR.iterdir()}
    assert built.keys() == kept.keys()
    different = [name for name in built if built[name] != kept[name]]
    assert not different, f"run “npm ci && npm run build” in {FRONTEND}"


def test_every_package_in_the_files_is_named_with_its_licence() -> None:
    text = (VENDOR / "THIRD_PARTY.txt").read_text(encoding="utf-8")
    parts = [part.strip() for part in text.split("-" * 72)][1:]
    assert len(parts) > 10
    for part in parts:
        assert part.partition("\n")[0].endswith(("(MIT)", "(BSD-2-Clause)")), part[:80]
        assert "Copyright" in part, part[:80]
        assert "AS IS" in part, part[:80]
    assert any(part.startswith("codemirror-lang-sparql ") for part in parts)
