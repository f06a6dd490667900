from __future__ import annotations

from pathlib import Path

import pytest

from importing.samples import RECORD, ROOT, SOURCE, documented, field
from registry.errors import InputError
from registry.importing.mapping import load_mapping
from registry.importing.section import MappingError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(tmp_path: Path, text: str) -> dict[str, str]:
    with pytest.raises(MappingError) as raised:
        load_mapping(write(tmp_path, text))
    return {m.key: m.text("en") for m in raised.value.mistakes}


def test_the_documented_example_and_the_shipped_mappings_are_right(tmp_path: Path) -> None:
    load_mapping(write(tmp_path, documented()[1]))
    shipped = sorted((ROOT / "data/mappings").glob("*.toml"))
    assert shipped
    for path in shipped:
        load_mapping(path)


def test_a_small_mapping_is_enough(tmp_path: Path) -> None:
    mapping = load_mapping(write(tmp_path, SOURCE + RECORD + field("nom", language='"fr"')))
    assert mapping.columns() == {"id", "nom"}
    assert not mapping.skips_invalid_rows


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("[table]\ndelimitter = ';'\n", "table.delimitter", "Did you mean “delimiter”?"),
        ("[table]\ndelimiter = ';;'\n", "table.delimiter", "One character"),
        ("[table]\ninvalid_rows = 'skipp'\n", "table.invalid_rows", "Did you mean “skip”?"),
        ("[table]\ndecimal_comma = 'oui'\n", "table.decimal_comma", "true or false"),
        ("[table]\nencoding = 'cp1253'\n", "table.encoding", "Did you mean “cp1252”?"),
        ("[tabel]\n", "tabel", "Did you mean “table”?"),
        ("[columns.nom]\npad = 'x'\n", "columns.nom.pad", "A whole number."),
        ("[columns.nmo]\npad = 9\n", "columns.nmo", "Did you mean “nom”?"),
        ("[[unmapped]]\ncolumns = ['nom']\n", "unmapped[1].columns", "“nom” is mapped"),
        ("[[unmapped]]\ncolumns = ['b', 'b']\n", "unmapped[1].columns", "“b” is listed twice"),
        ("[[unmapped]]\ncolumns = ['b']\n", "unmapped[1].reason", "missing"),
        ("[[leave_out]]\nreason = 'x'\n", "leave_out[1].label", "missing"),
        ("[[leave_out]]\nreason = 'X y'\n", "leave_out[1].reason", "closed-unit"),
        ("[[leave_out]]\nreason = 'x'\n", "leave_out[1].when", "missing"),
        ("[[leave_out]]\nwhen = []\n", "leave_out[1].when", "every row"),
        (
            "[[leave_out]]\nwhen = [{column='a', contain='b'}]\n",
            "leave_out[1].when[1].contain",
            "Did you mean “contains”?",
        ),
        (
            "[[leave_out]]\nwhen = [{column='a', matches='('}]\n",
            "leave_out[1].when[1].matches",
            "pattern",
        ),
        (
            "[[leave_out]]\nwhen = [{column='a', is='b', empty=true}]\n",
            "leave_out[1].when[1].is",
            "exactly one way",
        ),
        (RECORD.replace("initiative", "iniative"), "records[2].kind", "Did you mean “initiative”?"),
        (RECORD, "records[2].name", "Two records"),
        (
            RECORD.replace("faces:Initiative", "faces:Initative"),
            "records[2].class",
            "Did you mean “faces:Initiative”?",
        ),
        (
            RECORD.replace("faces:I", "face:I"),
            "records[2].class",
            "Did you mean “faces”?",
        ),
        (RECORD.replace('"id"', "[]"), "records[2].key", "list of texts"),
        (
            RECORD + 'constants = {"adms:status" = "vocab:record-status/actif"}\n',
            "records[2].constants.adms:status",
            "Did you mean “vocab:record-status/active”?",
        ),
        (field("b", "faces:acronim"), "records[1].fields[2].property", "“faces:acronym”"),
        (field("b", type='"dat"'), "records[1].fields[2].type", "Did you mean “date”?"),
        (field("b", formats='"jj/mm"'), "records[1].fields[2].formats", "yyyy"),
        (field("b", language='"français"'), "records[1].fields[2].language", "fr"),
        (field("b", on_error='"row "'), "records[1].fields[2].on_error", "“row”"),
        (field("b", type='"boolean"'), "records[1].fields[2].true", "yes"),
        (field("b", otherwise='"x"'), "records[1].fields[2].otherwise", "values"),
        (field("b", template='"x"'), "records[1].fields[2].template", "{value} once"),
        (field("b", type='"identifier"'), "records[1].fields[2].scheme", "missing"),
        (field("b", within="[1, 2, 3]"), "records[1].fields[2].within", "West, south"),
        (field("b", within="[4, 2, 3, 5]"), "records[1].fields[2].within", "West, south"),
        (
            field("b", type='"point"').replace('"b"', '["b", "c", "d"]'),
            "records[1].fields[2].column",
            "two coordinates",
        ),
        ("[[fixed_records]]\nclass = 'org:Organization'\n", "fixed_records[1].iri", "missing"),
        (
            "[[fixed_records]]\nconstants = { 'rdfs:label' = { french = 'x' } }\n",
            "fixed_records[1].constants.rdfs:label.french",
            "not known",
        ),
        (
            "[[fixed_records]]\nconstants = { 'faces:attestedOn' = { date = '2026-13' } }\n",
            "fixed_records[1].constants.faces:attestedOn.date",
            "2026-02",
        ),
        (
            field("b", type='"identifier"', scheme='"sirene"'),
            "records[1].fields[2].scheme",
            "Did you mean “siren”?",
        ),
        (
            field("b", type='"iri"', values='{ a = "vocab:stage/croissance" }'),
            "records[1].fields[2].values.a",
            "does not know",
        ),
        (
            "[[records.links]]\nproperty='org:member'\nrecord='membre'\n",
            "records[1].links[1].record",
            "initiative",
        ),
        ("[[records.links]]\nproperty='org:member'\n", "records[1].links[1].record", "exactly one"),
        (
            "[[records.links]]\nproperty='org:member'\nscheme='siren'\n",
            "records[1].links[1].column",
            "missing",
        ),
        (
            "[[records.parts]]\nfragment='a'\nproperty='locn:address'\nclass='locn:Address'\n",
            "records[1].parts[1].fields",
            "when this part is made",
        ),
        (
            "[[records.parts]]\nfragment='A B'\nproperty='locn:address'\nclass='locn:Address'\n",
            "records[1].parts[1].fragment",
            "address",
        ),
    ],
)
def test_a_mistake_is_said_with_its_key_and_what_would_be_right(
    tmp_path: Path, text: str, key: str, words: str
) -> None:
    base = SOURCE + RECORD + field("nom")
    found = mistakes(tmp_path, base + text)
    assert key in found
    assert words in found[key]


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "[source]\ntitle = { fr = 'x' }\nlicence = 'libre'\n")
    assert set(found) == {"source.title.en", "source.licence", "records"}
    with pytest.raises(MappingError) as raised:
        load_mapping(tmp_path / "mapping.toml")
    assert len(raised.value.sentences("en")) == 5
    assert raised.value.where == str(tmp_path / "mapping.toml")


def test_what_is_not_toml_is_said_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="TOML") as raised:
        load_mapping(write(tmp_path, "[source]\ntitle = nom\n"))
    assert raised.value.where.endswith("mapping.toml:2:9")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(InputError, match="UTF-8"):
        load_mapping(tmp_path / "latin.toml")
    with pytest.raises(InputError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")
