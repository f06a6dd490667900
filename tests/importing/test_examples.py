"""The example of the manual, whole."""

from __future__ import annotations

import os
from pathlib import Path

from importing.samples import IRIS, ROOT, documented, table, triples
from registry.namespaces import shorten

GOLDEN = ROOT / "tests/importing/documented.nt"


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
        "Values left out of the column “Adhésion”: 1 (the mapping says that it means nothing):"
        " NN (1).",
        "Values left out of the column “Statut”: 1 (the mapping says that it means nothing):"
        " ? (1).",
        "Columns left aside: 1 (kept by the network for itself): Saisi le.",
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
