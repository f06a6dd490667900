"""What stands in the shapes fetches nothing, whatever the settings allow."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib

from federation.others import Others
from registry.errors import QueryRefusedError
from registry.publishing import contribute as contributing
from registry.schema import schema
from registry.validation.shapes import take_apart
from support import contribute, initiative

SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<http://e/shape> a sh:NodeShape ; sh:targetClass <http://e/C> ; sh:sparql [
  sh:message "x"@en ;
  sh:select "SELECT $this WHERE { $this a <http://e/C> . SERVICE <@said> { ?s ?p ?o } }" ] .
"""


def test_a_constraint_with_service_is_refused(there: Others) -> None:
    there.queries.clear()
    graph = rdflib.Graph().parse(data=SHAPE.replace("@said", f"{there.url}said"), format="turtle")
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        take_apart(graph)
    assert there.queries == []


def test_a_rule_with_service_is_refused(
    there: Others, shipped_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.queries.clear()
    folder = tmp_path / "registry"
    shutil.copytree(shipped_dir, folder, symlinks=True)
    rule = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{there.url}said> {{ ?s ?p ?o }} }}"
    changed = replace(schema(), rules={"http://e/C": (rule,)})
    monkeypatch.setattr(contributing, "schema", lambda: changed)
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        contribute(folder, "jardins", initiative("a"))
    assert there.queries == []
