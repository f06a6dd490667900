"""The documented example and the real file, whole."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from importing.samples import IRIS, ROOT, documented, table, triples
from registry.importing.mapping import load_mapping
from registry.importing.model import Statement
from registry.importing.table import Table
from registry.namespaces import shorten

Real = tuple[Table, list[Statement]]

GOLDEN = ROOT / "tests/importing/documented.nt"
REAL = ROOT.parent / "shared/data/fr/fr-ess-numerique.csv"


def test_the_documented_example_gives_what_it_gave(tmp_path: Path) -> None:
    csv, mapping = documented()
    result = table(tmp_path, csv, mapping)
    found = "\n".join(triples(result)) + "\n"
    if os.environ.get("FACES_GOLDEN"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")
    assert result.problems() == []
    assert [str(line) for line in result.summary().lines()] == [
        "4 rows read, 3 published.",
        "Rows left out: 1 (closed organisation), on the lines 5.",
        "Values left out of the column “Statut”: 1 (the mapping says that it means nothing).",
        "Values left out of the column “Adhésion”: 1 (the mapping says that it means nothing).",
    ]


def test_a_source_describes_itself(tmp_path: Path) -> None:
    result = table(tmp_path, *documented())
    source = IRIS.source("liste")
    said = {
        (shorten(s.triple.predicate.value), str(s.triple.object))
        for s in result.statements()
        if s.triple.subject.value == source
    }
    assert ("rdf:type", "<https://w3id.org/faces/ontology#Source>") in said
    assert ("dcterms:title", '"Adhérents de Mesclun"@fr') in said
    assert ("dcterms:license", "<https://spdx.org/licenses/etalab-2.0>") in said


@pytest.fixture(scope="module")
def real() -> Real:
    if not REAL.exists():
        pytest.skip("the file by others is not beside the checkout")
    mapping = load_mapping(ROOT / "data/mappings/ess-numerique.toml")
    result = Table([REAL], mapping, "ess-numerique", IRIS, lambda *_: None)
    return result, list(result.statements())


def test_the_real_file_loses_nothing_unseen(real: Real) -> None:
    result, statements = real
    summary = result.summary()
    left_out = {reason: len(places) for reason, places in summary.left_out.items()}
    assert (summary.rows, summary.published) == (3667, 3079)
    assert left_out == {"closed-unit": 539, "guessed-siren": 38, "not-called-ess": 11}
    assert summary.published + sum(left_out.values()) == summary.rows
    assert dict(summary.values) == {("date_creation", "ignored"): 24, ("sigle", "ignored"): 16}
    assert summary.unmapped == []
    assert result.problems() == []
    said = Counter(shorten(s.triple.predicate.value) for s in statements)
    assert said["rdfs:label"] == said["faces:nafCode"] == 3079
    assert said["faces:foundingDate"] == 3079 - 24


def test_numbers_of_the_real_file_keep_their_form(real: Real) -> None:
    _, statements = real
    notations = [
        s.triple.object.value for s in statements if "notation" in s.triple.predicate.value
    ]
    assert {len(n) for n in notations} == {9, 10, 14}
    shared = [n for n, count in Counter(notations).items() if count > 1]
    assert shared == ["W751244387"]


def test_the_places_of_the_real_file_are_lines_and_columns(real: Real) -> None:
    _, statements = real
    last = statements[-1]
    assert last.place.line == 3668
    text = REAL.read_text(encoding="utf-8").splitlines()
    for statement in statements[20:3000:97]:
        if "label" in statement.triple.predicate.value:
            assert statement.triple.object.value in text[statement.place.line - 1].replace(
                '""', '"'
            )
