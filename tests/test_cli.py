"""The command line as its users meet it: real processes, exit codes, plain words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import registry
from registry.releases.archive import Archive
from support import PREFIXES, initiative

FAULTY = """\
<id/initiative/jardin> a faces:Initiative ;
    rdfs:label "Jardin"@fr ;
    dcterms:description "Jardin partagé."@fr ;
    dcterms:spatial <id/territory/commune-13055> ;
    faces:foundingDate "l’an 2009" ;
    adms:identifier <id/initiative/jardin#siren> .
<id/initiative/jardin#siren> a adms:Identifier ;
    dcterms:type <https://w3id.org/faces/vocab/identifier-scheme/siren> ;
    skos:notation "123456789" .
<id/membership/jardin> a org:Membership ;
    rdfs:label "Adhésion"@fr ;
    org:member <id/initiative/jardin> ;
    org:organization <id/network/nulle-part> .
"""
CORRECT = (
    FAULTY.replace('"l’an 2009"', '"2009"^^xsd:gYear')
    .replace("123456789", "123456782")
    .replace("nulle-part", "mesclun")
)


def faces(
    data_dir: Path, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``faces``; nothing it says is ever a traceback."""
    result = subprocess.run(
        [sys.executable, "-m", "registry", "--data-dir", data_dir, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FACES_LANG": "en", **environment},
    )
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "jardins.ttl"
    path.write_text(PREFIXES + FAULTY, encoding="utf-8")
    return path


def test_three_faults_are_three_messages_and_nothing_changes(data_dir: Path, file: Path) -> None:
    refused = faces(data_dir, "import", file, "--source", "jardins")
    assert refused.returncode == 1
    lines = refused.stderr.splitlines()
    faults = [line for line in lines if line.startswith(str(file))]
    first = PREFIXES.count("\n")
    assert len(faults) == 3
    for line, place, words in zip(
        faults,
        (5, 9, 13),
        ("written YYYY-MM-DD", "check digit", "exactly one organisation"),
        strict=True,
    ):
        assert line.startswith(f"{file}:{first + place}:")
        assert words in line
    assert "Nothing was changed" in lines[-2]
    assert Archive(data_dir).current_number() == 1
    french = faces(data_dir, "import", file, "--source", "jardins", FACES_LANG="fr")
    assert "date de création" in french.stderr


def test_the_corrected_file_is_published(data_dir: Path, file: Path) -> None:
    file.write_text(PREFIXES + CORRECT, encoding="utf-8")
    dry = faces(data_dir, "validate", file, "--source", "jardins")
    assert dry.returncode == 0
    assert Archive(data_dir).current_number() == 1
    done = faces(data_dir, "import", file, "--source", "jardins", "-m", "Un jardin")
    assert done.returncode == 0, done.stderr
    assert "Release 2 is live" in done.stdout
    answer = faces(
        data_dir,
        "query",
        "--format",
        "csv",
        "SELECT ?of WHERE { <https://w3id.org/faces/id/initiative/jardin> org:memberOf ?of }",
    )
    assert answer.stdout.split() == ["of", "https://w3id.org/faces/id/network/mesclun"]
    log = json.loads(faces(data_dir, "log", "--json").stdout)
    assert (log[0]["number"], log[0]["message"]) == (2, "Un jardin")
    assert faces(data_dir, "import", file, "--source", "jardins").stdout.startswith("Nothing")


def test_a_report_for_machines_is_written_even_when_refused(
    data_dir: Path, file: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.ttl"
    faces(data_dir, "import", file, "--source", "jardins", "--report", report)
    text = report.read_text(encoding="utf-8")
    assert "sh:ValidationReport" in text
    assert text.count("sh:resultSeverity sh:Violation") == 3


def test_history_can_be_read_and_undone(data_dir: Path, file: Path) -> None:
    file.write_text(PREFIXES + initiative("a"), encoding="utf-8")
    faces(data_dir, "import", file, "--source", "jardins")
    patch = faces(data_dir, "diff", "1", "2").stdout.splitlines()
    assert patch
    assert all(line.startswith("A <") and line.endswith(" .") for line in patch)
    back = faces(data_dir, "diff", "2", "1").stdout.splitlines()
    assert {line[1:] for line in back} == {line[1:] for line in patch}
    assert faces(data_dir, "rollback", "1").returncode == 0
    assert "restores" in faces(data_dir, "show", "3").stdout
    assert faces(data_dir, "verify").returncode == 0
    assert faces(data_dir, "reindex").returncode == 0
    assert Archive(data_dir).current_number() == 4


def test_verify_says_what_is_damaged(data_dir: Path) -> None:
    index = Archive(data_dir).current().folder / "index.sqlite"
    index.write_bytes(index.read_bytes()[:-4096])
    result = faces(data_dir, "verify")
    assert result.returncode == 1
    assert "index.sqlite" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("imports", "x"), "imports"),
        (("import", "nowhere.ttl", "--source", "a"), "nowhere.ttl"),
        (("import", __file__, "--sorce", "a"), "--source"),
        (("import", __file__), "--source"),
        (("show", "99"), "99"),
        (("rollback", "99"), "99"),
        (("rollback", "1"), "current"),
        (("query",), "--file"),
        (("init",), "already"),
        (("import", __file__, "--source", "A b"), "A b"),
    ],
)
def test_wrong_usage_exits_with_2(
    shipped_dir: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = faces(shipped_dir, *arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.ttl", '<a> <b> "x', "1:"),
        ("table.csv", "a,b\n1,2\n", "mapping"),
        ("note.txt", "hello", "format"),
        ("empty.nt", "", "no statement"),
    ],
)
def test_files_that_are_not_what_they_say_are_refused(
    data_dir: Path, tmp_path: Path, name: str, content: str, words: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    result = faces(data_dir, "import", path, "--source", "a")
    assert result.returncode in {1, 2}
    assert name in result.stderr
    assert words in result.stderr
    assert Archive(data_dir).current_number() == 1


@pytest.mark.parametrize("command", ["log", "verify", "serve", "diff 1 2", "query ASK{}"])
def test_without_a_registry_the_way_to_make_one_is_told(tmp_path: Path, command: str) -> None:
    result = faces(tmp_path / "none", *command.split(" ", maxsplit=2))
    assert result.returncode == 2
    assert "faces init" in result.stderr


def test_another_base_iri_than_the_published_one_is_refused(data_dir: Path) -> None:
    result = faces(data_dir, "log", FACES_BASE_IRI="https://registre.example/")
    assert result.returncode == 2
    assert "https://w3id.org/faces/" in result.stderr


def test_a_registry_of_ones_own_mints_its_own_iris(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    assert faces(folder, "init", "--base-iri", "https://registre.example/ess/").returncode == 0
    answer = faces(
        folder, "query", "ASK { <https://registre.example/ess/id/network/mesclun> ?p ?o }"
    )
    assert answer.stdout.strip() == "true"
    assert faces(folder, "verify").returncode == 0


def test_an_empty_registry_has_the_ontology_alone(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    assert faces(folder, "init", "--empty").returncode == 0
    assert faces(folder, "query", "ASK { ?n a faces:Network }").stdout.strip() == "false"
    assert faces(folder, "query", "ASK { faces:Network a owl:Class }").stdout.strip() == "true"


def test_a_query_that_is_wrong_says_where(shipped_dir: Path) -> None:
    result = faces(shipped_dir, "query", "SELECT ?x WHERE { ?x a faces:Network")
    assert result.returncode == 1
    assert "{" in result.stderr
    refused = faces(shipped_dir, "query", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")
    assert refused.returncode == 1
    assert "SERVICE" in refused.stderr


def test_the_version_is_the_packages(shipped_dir: Path) -> None:
    assert registry.__version__ in faces(shipped_dir, "--version").stdout
