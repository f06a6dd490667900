"""The table of what is tested says the truth: each test that it names exists."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
_DEFINED = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def named() -> dict[str, set[str]]:
    """Return the tests that the table names, by file."""
    found = defaultdict(set)
    text = (ROOT / "docs/conformance.md").read_text(encoding="utf-8")
    for file, name in _NAMED.findall(text):
        found[file].add(name)
    return found


def defined(file: Path) -> set[str]:
    return set(_DEFINED.findall(file.read_text(encoding="utf-8")))


def test_each_test_of_the_table_exists() -> None:
    table = named()
    assert len(table) > 15
    for file, names in table.items():
        assert names <= defined(ROOT / "tests" / file), file


def test_the_tests_of_the_protocol_are_all_in_the_table() -> None:
    table = named()
    for path in sorted((ROOT / "tests/conformance/protocol").glob("test_*.py")):
        assert defined(path) == table[str(path.relative_to(ROOT / "tests"))], path
