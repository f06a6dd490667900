from __future__ import annotations

from pathlib import Path

from importing.samples import IRIS, RECORD, SOURCE, field, rdf, table
from registry.importing.locate import lines_of_records, locate

TURTLE = """<a> <p> "1" ,
  "2"@fr .
<a> <q> <b> .
<a#part> <p> "3" .
<c> <p> "4" .
"""
B = "https://registre.example/"


def test_the_best_fit_wins(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(TURTLE)
    expected = {
        (f"{B}a", f"{B}p", '"2"@fr'): 2,
        (f"{B}a", f"{B}p", "2"): 2,
        (f"{B}a", f"{B}q", f"{B}b"): 3,
        (f"{B}a", f"{B}q", f"<{B}b>"): 3,
        (f"{B}a", f"{B}q", "elsewhere"): 3,
        (f"{B}a", f"{B}none", None): 1,
        (f"{B}a", None, None): 1,
        (f"{B}a#part", f"{B}p", None): 4,
        (f"{B}a#none", None, None): 1,
        (f"{B}b", f"{B}p", None): 3,
    }
    found = locate(rdf(path), {*expected, (f"{B}unheard-of", None, None)})
    assert {key: place.line for key, place in found.items()} == expected
    assert {place.file for place in found.values()} == {str(path)}


def test_nothing_wanted_reads_nothing(tmp_path: Path) -> None:
    assert locate(rdf(tmp_path / "none.ttl"), set()) == {}


def test_rows_of_records(tmp_path: Path) -> None:
    mapping = SOURCE + RECORD.replace('"id"', '"id"\nrepeats = true') + field("nom")
    mapping += field("siren", "adms:identifier", type='"identifier"', scheme='"siren"')
    contribution = table(tmp_path, "id,nom,siren\n1,a,732829320\n2,b,\n1,c,\n", mapping)
    one = IRIS.mint("initiative", "liste", "1")
    wanted = {one, f"{one}#siren", IRIS.source("liste"), "http://e/x"}
    assert lines_of_records(contribution, wanted) == {one: {2, 4}, f"{one}#siren": {2, 4}}
    places = locate(
        contribution, {(f"{one}#siren", None, None), (IRIS.source("liste"), None, None)}
    )
    assert places[f"{one}#siren", None, None].column == "siren"
    assert places[IRIS.source("liste"), None, None].file.endswith("mapping.toml")
    (tmp_path / "x.ttl").write_text(TURTLE)
    assert lines_of_records(rdf(tmp_path / "x.ttl"), {f"{B}a"}) == {}
