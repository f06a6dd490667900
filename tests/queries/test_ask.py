"""``faces ask`` as people meet it: real processes, exit codes, both languages."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def ask(data_dir: Path, *arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [sys.executable, "-m", "registry", "--data-dir", data_dir, "ask", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FACES_LANG": language},
    )
    assert "Traceback" not in result.stderr
    return result


def test_without_a_question_all_are_listed_even_before_there_is_a_registry(tmp_path: Path) -> None:
    lines = ask(tmp_path / "none").stdout.splitlines()
    assert len(lines) == 50
    assert [int(line[:2]) for line in lines[::2]] == list(range(1, 26))
    assert lines[16].endswith("Which territorial networks cover a commune, at which level?")
    assert lines[17].split() == [
        "territorial-networks-of-a-commune", "--set", "commune=…", "[network,", "territory]",
    ]  # fmt: skip
    french = ask(tmp_path / "none", language="fr").stdout
    assert "Quels réseaux territoriaux couvrent une commune" in french


def test_the_table_speaks_the_readers_language_and_names_records_as_set_takes_them(
    demo_dir: Path,
) -> None:
    english = ask(demo_dir, "9", "--set", "commune=territory/commune-05046")
    assert english.returncode == 0, english.stderr
    header, _, *rows = english.stdout.splitlines()
    assert header.startswith("Network")
    # The network of Embrun's EPCI and the one of the whole region.
    assert {row.split()[0] for row in rows} == {"network/demo-net-04", "network/demo-net-12"}
    assert "territory-kind/epci" in english.stdout
    french = ask(demo_dir, "territorial-networks-of-a-commune", language="fr").stdout
    assert french.startswith("Réseau ")


def test_other_formats_are_for_machines(demo_dir: Path) -> None:
    arguments = ("7", "--format")
    rows = list(csv.DictReader(io.StringIO(ask(demo_dir, *arguments, "csv").stdout)))
    bindings = json.loads(ask(demo_dir, *arguments, "json").stdout)["results"]["bindings"]
    iri = "https://w3id.org/faces/id/network/demo-net-03"
    assert iri in {row["network"] for row in rows}
    assert iri in {row["network"]["value"] for row in bindings}
    assert len(rows) == len(bindings) == 4


def test_show_prints_the_query_that_faces_query_takes(demo_dir: Path, tmp_path: Path) -> None:
    shown = ask(demo_dir, "9", "--set", "commune=commune-13004", "--show").stdout
    assert "VALUES ?commune { <https://w3id.org/faces/id/territory/commune-13004> }" in shown
    file = tmp_path / "query.rq"
    file.write_text(shown, encoding="utf-8")
    command = [sys.executable, "-m", "registry", "--data-dir", demo_dir, "query", "--file", file]
    result = subprocess.run(
        [*command, "--format", "csv"], capture_output=True, text=True, check=True
    )
    asked = ask(demo_dir, "9", "--set", "commune=commune-13004", "--format", "csv")
    assert result.stdout == asked.stdout
    assert "demo-net-03" in result.stdout


def test_no_row_is_said_and_is_no_fault(demo_dir: Path) -> None:
    empty = ask(demo_dir, "8", "--set", "territory=departement-04")
    assert empty.returncode == 0
    assert "No row" in empty.stderr
    assert (
        "Aucune ligne"
        in ask(demo_dir, "8", "--set", "territory=departement-04", language="fr").stderr
    )


@pytest.mark.parametrize(
    ("arguments", "english", "french"),
    [
        (("26",), "no saved query “26”", "pas de requête enregistrée «\xa026\xa0»"),
        (("9", "--set", "place=x"), "no parameter “place”", "pas de paramètre «\xa0place\xa0»"),
        (("9", "--set", "commune"), "sets nothing", "ne donne de valeur à rien"),
        (("9", "--set", "commune="), "A value is needed", "Il faut une valeur"),
        (("9", "--set", "commune=13004"), "is not in this registry", "n’est pas dans ce registre"),
        (("18", "--set", "theme=nothing"), "is not in this registry", "n’est pas dans ce registre"),
        (("11", "--set", "latitude=north"), "cannot be the value", "ne peut pas être la valeur"),
        (("24", "--set", "since=2026"), "YYYY-MM-DD", "AAAA-MM-JJ"),
    ],
)
def test_wrong_usage_is_explained(
    demo_dir: Path, arguments: tuple[str, ...], english: str, french: str
) -> None:
    result = ask(demo_dir, *arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert english in result.stderr
    assert french in ask(demo_dir, *arguments, language="fr").stderr
