from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from importing.samples import (
    BASE,
    EMPTY,
    IRIS,
    RECORD,
    SOURCE,
    Held,
    field,
    objects,
    table,
    triples,
)
from registry.errors import InputError
from registry.identifiers import escape_key
from registry.importing.cells import CellError, cleaned, converted
from registry.importing.describing import joined
from registry.importing.mapping import load_mapping
from registry.importing.rules import VALUE_TYPES, Cell, Column, ValueType
from registry.importing.table import Table

PLAIN = SOURCE + RECORD + field("nom", required="true")


def typed(tmp_path: Path, cells: list[str], **keys: str) -> tuple[list[str], list[str]]:
    """Return the values that a column gives, and the reasons of what was left out."""
    rows = "".join(f'{n};"{cell}"\n' for n, cell in enumerate(cells))
    mapping = SOURCE + '[table]\ndelimiter=";"\n' + RECORD + field("v", "faces:x", **keys)
    mapping = mapping.replace("faces:x", "schema:x")
    result = table(tmp_path, "id;v\n" + rows, mapping)
    values = objects(result, "schema.org/x")
    return values, [p.reason for p in result.problems()]


XSD = "http://www.w3.org/2001/XMLSchema#"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"


@pytest.mark.parametrize(
    ("keys", "cell", "expected"),
    [
        ({}, " a  b ", '"a  b"'),
        ({}, "e\u0301te\u0301", '"été"'),
        ({}, "<b>A</b> &amp; B", '"<b>A</b> &amp; B"'),
        ({}, "a\nb", '"a\\nb"'),
        ({"language": '"fr"'}, "été", '"été"@fr'),
        ({"template": '"Fiche {value}"', "language": '"fr"'}, "x", '"Fiche x"@fr'),
        ({"type": '"token"'}, "a \n b", '"a b"'),
        ({"type": '"integer"'}, "0012", f'"12"^^<{XSD}integer>'),
        ({"type": '"integer"'}, "-1 250", f'"-1250"^^<{XSD}integer>'),
        ({"type": '"integer"'}, "12.0", "not-a-number"),
        ({"type": '"integer"'}, "1 2", "not-a-number"),
        ({"type": '"integer"'}, "١٢", "not-a-number"),
        ({"type": '"decimal"'}, "12.5", f'"12.5"^^<{XSD}decimal>'),
        ({"type": '"decimal"'}, "12,5", "not-a-number"),
        ({"type": '"decimal"', "decimal_comma": "true"}, "12,5", f'"12.5"^^<{XSD}decimal>'),
        ({"type": '"decimal"', "decimal_comma": "true"}, "1.250", "not-a-number"),
        (
            {"type": '"boolean"', "true": '"oui"', "false": '"non"'},
            "OUI",
            f'"true"^^<{XSD}boolean>',
        ),
        ({"type": '"boolean"', "true": '"oui"', "false": '"non"'}, "1", "not-yes-or-no"),
        ({"type": '"date"'}, "2012-07-27", f'"2012-07-27"^^<{XSD}date>'),
        ({"type": '"date"'}, "2012-02-30", "not-a-date"),
        ({"type": '"date"'}, "0000-01-01", "not-a-date"),
        ({"type": '"date"', "formats": '"dd/mm/yyyy"'}, "7/3/2012", f'"2012-03-07"^^<{XSD}date>'),
        ({"type": '"date"', "formats": '"dd/mm/yyyy"'}, "07/13/2012", "not-a-date"),
        ({"type": '"date"', "formats": '"mm/yyyy"'}, "03/2012", f'"2012-03"^^<{XSD}gYearMonth>'),
        ({"type": '"date"', "formats": '["dd/mm/yyyy","yyyy"]'}, "2012", f'"2012"^^<{XSD}gYear>'),
        ({"type": '"url"'}, "https://é.example/à?b=1", "<https://é.example/à?b=1>"),
        ({"type": '"url"'}, "www.example.org", "not-a-url"),
        ({"type": '"url"'}, "javascript:alert(1)", "not-a-url"),
        ({"type": '"iri"'}, "urn:x:1", "<urn:x:1>"),
        ({"type": '"iri"'}, "a b", "not-an-iri"),
        (
            {"type": '"iri"', "values": '{ "Création" = "vocab:stage/creation" }'},
            "CRÉATION",
            "<https://w3id.org/faces/vocab/stage/creation>",
        ),
        (
            {"type": '"iri"', "values": '{ a = "id:network/mesclun" }'},
            "a",
            f"<{BASE}id/network/mesclun>",
        ),
        ({"values": '{ a = "b" }'}, "c", "unknown-value"),
        ({"values": '{ a = "b" }', "otherwise": '"autre"'}, "c", '"autre"'),
        ({"values": '{ a = "" }'}, "a", None),
        ({"matches": '"[0-9]{4}"'}, "12345", "wrong-form"),
        (
            {"type": '"date"', "formats": '"epoch-ms"'},
            "1485272066095",
            f'"2017-01-24"^^<{XSD}date>',
        ),
        ({"type": '"date"', "formats": '"epoch-ms"'}, "2017", "not-a-date"),
        ({"type": '"url"', "assume_http": "true"}, "www.a.org/b", "<http://www.a.org/b>"),
        ({"type": '"url"', "assume_http": "true"}, "https://a.org", "<https://a.org>"),
        ({"type": '"url"', "assume_http": "true"}, "x@a.org", "not-a-url"),
        ({"type": '"url"', "assume_http": "true"}, "néant", "not-a-url"),
        ({"type": '"url"'}, "www.a.org/b", "not-a-url"),
        ({"type": '"point"'}, "5.370 43.2965", f'"POINT(5.370 43.2965)"^^<{WKT}>'),
        ({"type": '"point"'}, "-1e-7 43", f'"POINT(-0.0000001 43)"^^<{WKT}>'),
        ({"type": '"point"'}, "43,5 5", "not-a-point"),
        ({"type": '"point"'}, "5", "not-a-point"),
        ({"type": '"point"'}, "892390.6 6247035.1", "not-a-point"),
        ({"type": '"point"'}, "45 120", "swapped-coordinates"),
        ({"type": '"point"'}, "0 0.0", "zero-coordinates"),
        ({"type": '"point"', "within": "[4, 42, 8, 46]"}, "43 5", "swapped-coordinates"),
        ({"type": '"point"', "within": "[4, 42, 8, 46]"}, "2 48", "outside-area"),
        ({}, "a\x00b", "control-character"),
        ({}, "a\x1bb", "control-character"),
        ({}, "   ", None),
    ],
)
def test_a_cell_becomes_a_value_or_says_why_not(
    tmp_path: Path, keys: str, cell: str, expected: object
) -> None:
    values, reasons = typed(tmp_path, [cell], on_error='"value"', **keys)
    assert [*values, *reasons] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("pad = 9", "62201199", ['"062201199"']),
        ("pad = 9", "62 201", ['"62 201"']),
        ('strip_suffix = ".0"\npad = 9', "62201199.0", ['"062201199"']),
        ('ignore = ["NN"]', "NN", []),
        ('split = "|"', "a| b ||a", ['"a"', '"b"']),
        ("trim = false", " a", ['" a"']),
    ],
)
def test_columns_are_cleaned_before_anything_else(
    tmp_path: Path, column: str, cell: str, expected: object
) -> None:
    mapping = SOURCE + f"[columns.v]\n{column}\n" + RECORD + field("v", "schema:x")
    assert objects(table(tmp_path, f"id,v\n1,{cell}\n", mapping), "schema.org/x") == expected


@pytest.mark.parametrize(
    ("on_error", "published", "fatal"),
    [("row", ["1"], 0), ("value", ["1", "2"], 0), ("refuse", ["1"], 1)],
)
def test_what_a_wrong_cell_costs(
    tmp_path: Path, on_error: str, published: list[str], fatal: int
) -> None:
    mapping = PLAIN + field("v", "schema:x", type='"integer"', on_error=f'"{on_error}"')
    result = table(tmp_path, "id,nom,v\n1,a,1\n2,b,x\n", mapping)
    names = [s.triple.subject.value[-1] for s in result.statements() if "label" in str(s.triple)]
    assert names == published
    (problem,) = result.problems()
    assert (problem.place.line, problem.place.column, problem.value) == (3, "v", "x")
    assert problem.fatal == bool(fatal)
    summary = result.summary()
    assert (summary.rows, summary.published) == (2, len(published))
    assert sum(map(len, summary.left_out.values())) + summary.published == 2
    assert summary.values == ({("v", "not-a-number"): {"x": 1}} if on_error == "value" else {})


def test_a_required_cell_and_a_key_may_not_be_empty(tmp_path: Path) -> None:
    result = table(tmp_path, "id,nom\n1,\n,b\n3,c\n", PLAIN)
    assert objects(result, "label") == ['"c"']
    assert [(p.reason, p.place.line) for p in result.problems()] == [
        ("missing-value", 2),
        ("missing-key", 3),
    ]


def test_two_rows_with_one_key(tmp_path: Path) -> None:
    result = table(tmp_path, "id,nom\n1,a\n2,b\n1,c\n", PLAIN)
    assert objects(result, "label") == ['"a"', '"b"']
    (problem,) = result.problems()
    assert (problem.reason, problem.place.line) == ("duplicate-key", 4)
    assert "table.csv:2" in str(problem.what)


def test_a_row_left_out_keeps_its_key(tmp_path: Path) -> None:
    result = table(tmp_path, "id,nom\n1,a\n2,b\n1,c\n", PLAIN)
    labels = [
        str(s.triple.object) for s in result.statements(frozenset({2})) if "label" in str(s.triple)
    ]
    assert labels == ['"b"']
    assert {r: [p.line for p in ps] for r, ps in result.summary().left_out.items()} == {
        "invalid": [2],
        "duplicate-key": [4],
    }


def test_a_record_that_repeats(tmp_path: Path) -> None:
    mapping = PLAIN.replace('key = "id"', 'key = "id"\nrepeats = true')
    assert len(set(triples(table(tmp_path, "id,nom\n1,a\n1,a\n1,b\n", mapping)))) == 3


def test_rows_left_out_on_purpose_are_counted_with_their_reason(tmp_path: Path) -> None:
    rule = """[[leave_out]]
reason = "closed"
label = { fr = "fermée", en = "shut" }
when = [{ column = "actif", is_not = "oui" }, { column = "note", empty = true }]
"""
    result = table(tmp_path, "id,nom,actif,note\n1,a,oui,\n2,b,non,\n3,c,,x\n", rule + PLAIN)
    assert objects(result, "label") == ['"a"', '"c"']
    assert [p.line for p in result.summary().left_out["closed"]] == [3]
    assert [line.to("en") for line in result.summary().lines()] == [
        "3 rows read, 2 published.",
        "Rows left out: 1 (shut), on the lines 3.",
    ]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ('is = "a"', ["1", "3"]),
        ('is = ["b", "z"]', ["2", "3"]),
        ('is_not = "a"', ["2", "4"]),
        ('contains = "bc"', ["4"]),
        ('matches = "[ab]"', ["1", "2", "3"]),
        ("empty = true", []),
        ("empty = false", ["1", "2", "3", "4"]),
    ],
)
def test_conditions(tmp_path: Path, condition: str, kept: list[str]) -> None:
    when = f'when = [{{ column = "v", {condition} }}]\n'
    mapping = SOURCE + '[columns.v]\nsplit = "|"\n' + RECORD + when + field("id")
    result = table(tmp_path, "id,v\n1,a\n2,b\n3,a|b\n4,abc\n", mapping)
    assert objects(result, "label") == [f'"{key}"' for key in kept]


def test_links(tmp_path: Path) -> None:
    mapping = (
        SOURCE
        + '[columns.amis]\nsplit = "|"\n'
        + RECORD
        + field("nom")
        + """
[[records.links]]
property = "schema:knows"
kind = "initiative"
column = "amis"
[[records.links]]
property = "schema:parentOrganization"
scheme = "siren"
column = "parent"
on_error = "value"
[[records.links]]
property = "schema:isPartOf"
template = "id:network/{value}"
column = "reseau"
[[records]]
kind = "membership"
class = "org:Membership"
key = ["id", "reseau"]
when = [{ column = "reseau", empty = false }]
[[records.links]]
property = "org:member"
record = "initiative"
"""
    )

    lookup = Held(sirens={"732829320": "http://e/parent"})
    csv_text = "id,nom,amis,parent,reseau\n1,a,2|3,732 829 320,les amis/x\n2,b,,123456789,\n"
    result = table(tmp_path, csv_text, mapping, lookup=lookup)
    one, two, three = (IRIS.mint("initiative", "liste", key) for key in "123")
    member = IRIS.mint("membership", "liste", "1|les amis/x")
    assert objects(result, "knows") == [f"<{two}>", f"<{three}>"]
    assert objects(result, "parentOrganization") == ["<http://e/parent>"]
    assert objects(result, "isPartOf") == [f"<{BASE}id/network/les%20amis%2Fx>"]
    assert f"<{member}> <http://www.w3.org/ns/org#member> <{one}> ." in triples(result)
    assert [(p.reason, p.place.line, p.place.column) for p in result.problems()] == [
        ("no-such-record", 3, "parent")
    ]


def test_a_link_may_ask_that_what_it_leads_to_exists(tmp_path: Path) -> None:
    link = """
[[records.links]]
property = "rov:orgActivity"
template = "vocab:naf/{value}"
column = "naf"
exists = true
on_error = "value"
[[records.links]]
property = "dcterms:spatial"
template = "id:territory/commune-{value}"
column = "insee"
exists = true
"""
    lookup = Held("https://w3id.org/faces/vocab/naf/94.99Z", f"{BASE}id/territory/commune-13055")
    text = "id,nom,naf,insee\n1,a,94.99Z,13055\n2,b,45.2R,13055\n3,c,,13999\n"
    result = table(tmp_path, text, PLAIN + link, lookup=lookup)
    assert objects(result, "orgActivity") == ["<https://w3id.org/faces/vocab/naf/94.99Z>"]
    assert objects(result, "spatial") == [f"<{BASE}id/territory/commune-13055>"] * 2
    assert [(p.reason, p.place.line, p.value) for p in result.problems()] == [
        ("not-in-registry", 3, "45.2R"),
        ("not-in-registry", 4, "13999"),
    ]
    assert result.summary().published == 2


def test_records_that_no_row_gives(tmp_path: Path) -> None:
    fixed = """[[fixed_records]]
iri = "id:organization/insee"
class = "org:Organization"
[fixed_records.constants]
"rdfs:label" = { fr = "Insee", en = "INSEE" }
"faces:acronym" = { text = "I" }
"faces:attestedOn" = { date = "2026-02" }
"dcterms:spatial" = ["id:territory/country-fr", "id:territory/region-93"]
"""
    result = table(tmp_path, "id,nom\n", fixed + PLAIN)
    iri = f"<{BASE}id/organization/insee>"
    assert triples(result) == sorted(
        f"{iri} {rest} ."
        for rest in (
            "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
            " <http://www.w3.org/ns/org#Organization>",
            '<http://www.w3.org/2000/01/rdf-schema#label> "INSEE"@en',
            '<http://www.w3.org/2000/01/rdf-schema#label> "Insee"@fr',
            '<https://w3id.org/faces/ontology#acronym> "I"',
            f'<https://w3id.org/faces/ontology#attestedOn> "2026-02"^^<{XSD}gYearMonth>',
            f"<http://purl.org/dc/terms/spatial> <{BASE}id/territory/country-fr>",
            f"<http://purl.org/dc/terms/spatial> <{BASE}id/territory/region-93>",
        )
    )


def test_a_part_may_depend_on_conditions(tmp_path: Path) -> None:
    parts = """
[[records.parts]]
fragment = "flagged"
property = "schema:about"
class = "schema:Thing"
when = [{ column = "oui", is = "True" }]
[[records.parts]]
fragment = "named"
property = "schema:mentions"
class = "schema:Thing"
when = [{ column = "oui", is = "True" }]
[[records.parts.fields]]
column = ["nom", "prenom"]
property = "schema:name"
"""
    text = "id,nom,oui,prenom\n1,a,True,x\n2,b,,y\n3,c,True,\n"
    result = table(tmp_path, text, PLAIN + parts)
    assert [iri[-10:] for iri in objects(result, "about")] == ["1#flagged>", "3#flagged>"]
    assert objects(result, "schema.org/name") == ['"a x"', '"c"']


def test_a_value_that_the_mapping_drops_is_counted(tmp_path: Path) -> None:
    mapping = PLAIN + field("v", "schema:x", values='{ a = "b", autre = "" }')
    result = table(tmp_path, "id,nom,v\n1,x,a\n2,y,autre\n3,z,Autre\n", mapping)
    assert objects(result, "schema.org/x") == ['"b"']
    assert [line.to("fr").replace("\u00a0", " ") for line in result.summary().lines()] == [
        "Lignes lues : 3 ; publiées : 3.",
        "Valeurs écartées de la colonne « v » : 2 (la correspondance dit qu’elle ne signifie"
        " rien) : autre (1), Autre (1).",
    ]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("", "", "empty"),
        ("\n\n", "", "empty"),
        ("id,,nom\n", ":1", "Column 2 has no name"),
        ("id,nom,nom\n", ":1", "same name: nom"),
        ("id,noms\n1,a\n", ":1", "Did you mean “noms”?"),
        ("id;nom\n1;a\n", ":1", "one column only"),
        ('id,nom\n1,a\n2,"b\n3,c\n', ":3", "never closed"),
        ('id,nom\n1,a\n2,"b"x\n', ":3", "not well formed"),
        ("id,nom\n1,été\n".encode("cp1252"), ":2", "not written in utf-8"),
        (f'id,nom\n1,a\n2,"{"x" * (csv.field_size_limit() + 1)}"\n', ":3", "longer than"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, where: str, words: str
) -> None:
    result = table(tmp_path, text, PLAIN)
    with pytest.raises(InputError) as raised:
        list(result.statements())
    assert raised.value.where == f"{tmp_path}/table.csv{where}"
    assert words in str(raised.value)


def test_encodings(tmp_path: Path) -> None:
    for encoding, declared in (
        ("cp1252", "cp1252"),
        ("utf-8-sig", "utf-8"),
        ("utf-8", "utf-8-sig"),
    ):
        mapping = f'[table]\nencoding = "{declared}"\n' + PLAIN
        result = table(tmp_path, "id,nom\n1,été œuf\n".encode(encoding), mapping)
        assert objects(result, "label") == ['"été œuf"']


def test_line_numbers_hold_over_line_breaks_and_blank_lines(tmp_path: Path) -> None:
    text = 'id,nom\r\n1,"a\r\nb"\r\n\r\n,,\r\n2,c\r\n,\r\n3,d,e\r\n4,"f\n\n"\r\n'
    result = table(tmp_path, text, PLAIN)
    labels = [
        (s.place.line, s.place.column) for s in result.statements() if "label" in str(s.triple)
    ]
    assert labels == [(2, "nom"), (6, "nom"), (9, "nom")]
    assert [(p.reason, p.place.line) for p in result.problems()] == [("wrong-cell-count", 8)]
    assert result.summary().rows == 4


def test_columns_nobody_speaks_of_are_said(tmp_path: Path) -> None:
    aside = '[[unmapped]]\nreason = "own"\nlabel = { fr = "à nous", en = "ours" }\n'
    mapping = aside + 'columns = ["c", "d"]\n' + PLAIN
    result = table(tmp_path, "id,nom,b,c\n1,a,x,y\n", mapping)
    list(result.statements())
    assert [line.to("en") for line in result.summary().lines()] == [
        "1 rows read, 1 published.",
        "Columns left aside: 1 (ours): c.",
        "Columns not mapped: 1: b.",
    ]
    assert [(p.reason, p.value, p.fatal) for p in result.problems()] == [
        ("column-not-mapped", "b", False)
    ]


def test_several_files_of_one_form(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,nom\n1,a\n")
    (tmp_path / "b.csv").write_text("nom,id\nb,2\nc,1\n")
    (tmp_path / "m.toml").write_text(PLAIN)
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    result = Table(paths, load_mapping(tmp_path / "m.toml"), "liste", IRIS, EMPTY)
    places = {
        str(s.triple.object): s.place for s in result.statements() if "label" in str(s.triple)
    }
    assert list(places) == ['"a"', '"b"']
    (problem,) = result.problems()
    assert "a.csv" in str(problem.what)
    first, second = (result.row_number(place) for place in places.values())
    assert (first, places['"b"'].line) == (2, 2)
    assert second != first
    kept = [s for s in result.statements(frozenset({second})) if "label" in str(s.triple)]
    assert [str(s.triple.object) for s in kept] == ['"a"']


_words = st.text(st.characters(blacklist_categories=("Cs", "Cc"), max_codepoint=0x2FFF), min_size=1)


@settings(max_examples=40, deadline=None)
@given(st.lists(_words, min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], random: Random
) -> None:
    folder = tmp_path_factory.mktemp("order")
    rows = [[str(n), name, str(random.randrange(3))] for n, name in enumerate(names)]

    def published(given_rows: list[list[str]]) -> list[str]:
        with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["id", "nom", "ami"], *given_rows])
        link = '[[records.links]]\nproperty = "schema:knows"\nkind = "initiative"\ncolumn = "ami"\n'
        return triples(table(folder, (folder / "rows.csv").read_bytes(), PLAIN + link))

    before = published(rows)
    random.shuffle(rows)
    assert published(rows) == before


@given(st.lists(_words, min_size=1, max_size=4), st.lists(_words, min_size=1, max_size=4))
def test_different_keys_never_share_an_iri(one: list[str], other: list[str]) -> None:
    same = IRIS.mint("initiative", "a", joined(one)) == IRIS.mint("initiative", "a", joined(other))
    if len(one) == len(other):
        assert same == (one == other)


@given(_words, _words)
def test_escaped_keys_are_injective_and_plain(one: str, other: str) -> None:
    assert (escape_key(one) == escape_key(other)) == (one == other)
    assert not set(escape_key(one)) & set("_./#?%")


_any = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)
_webby = st.builds("https://{}".format, st.text("a.:/[]%é#?@ \\<>{}|^`\ue000", max_size=12))


@settings(max_examples=300, deadline=None)
@given(st.one_of(_any, _webby), st.sampled_from(VALUE_TYPES))
def test_any_text_becomes_a_value_or_a_known_fault(text: str, kind: ValueType) -> None:
    cell = Cell(
        columns=("v",),
        property=NamedNode("https://schema.org/x"),
        type=kind,
        true=("oui",),
        false=("non",),
        formats=("yyyy-mm-dd", "dd/mm/yyyy", "yyyy"),
    )
    for value in cleaned([text], Column(split="|", pad=5))[0]:
        with suppress(CellError):
            assert converted(value, cell) is not None
