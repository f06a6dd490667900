"""The saved queries as files: complete, and safe to put values in."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from registry.errors import InputError, NotFoundError, UsageError
from registry.saved_queries import SavedQuery, bind, bound, read, saved_queries, saved_query
from registry.store import in_memory
from registry.texts import LANGUAGES

BASE = "https://registre.example/ess/"
QUERIES = saved_queries(BASE)


def each(query: SavedQuery) -> str:
    return f"{query.number:02}-{query.slug}"


@pytest.mark.parametrize("query", QUERIES, ids=each)
def test_metadata_is_complete_in_both_languages(query: SavedQuery) -> None:
    labels = [c.label for c in query.columns] + [p.label for p in query.parameters]
    for words in (query.title, query.description, *labels):
        assert set(words) == set(LANGUAGES)
        assert all(text.strip() == text and text for text in words.values())
    assert all(query.title[language].endswith("?") for language in LANGUAGES)
    assert query.tags


@pytest.mark.parametrize("query", QUERIES, ids=each)
def test_columns_are_what_is_selected(query: SavedQuery) -> None:
    solutions = in_memory(()).raw.query(query.text)
    assert [v.value for v in solutions.variables] == [c.name for c in query.columns]
    names = {column.name for column in query.columns}
    assert all(n.removesuffix("Label") in names for n in names if n.endswith("Label"))


@pytest.mark.parametrize("query", QUERIES, ids=each)
def test_defaults_are_of_the_declared_type(query: SavedQuery) -> None:
    for parameter in query.parameters:
        default = parameter.default
        if default is None:
            assert parameter.optional
        elif parameter.scheme:
            assert default.value.startswith(parameter.scheme + "/")
        elif parameter.class_iri:
            assert default.value.startswith(f"{BASE}id/")
        else:
            assert bound(query, {parameter.name: default.value})[parameter.name] == default
    assert bind(query, {}) == query.text


def test_numbers_and_slugs_are_unique() -> None:
    assert len({q.number for q in QUERIES}) == len({q.slug for q in QUERIES}) == len(QUERIES)


def test_a_query_is_found_by_its_number_or_slug() -> None:
    query = saved_query(BASE, "9")
    assert query.number == 9
    assert saved_query(BASE, "09") is saved_query(BASE, query.slug) is query
    with pytest.raises(NotFoundError, match="“nothing”"):
        saved_query(BASE, "nothing")


HEADER = """\
#+ title = { fr = "Quoi ?", en = "What?" }
#+ description = { fr = "Un essai.", en = "A trial." }
#+ tags = ["trial"]
#+ [columns]
#+ s = { fr = "Sujet", en = "Subject" }
"""
BODY = """
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?s WHERE {
  VALUES ?value { DEFAULT }
  ?s ?p ?value
}
"""


def parameter(kind: str, default: str, tmp_path: Path, *, optional: bool = False) -> SavedQuery:
    """Return a query with one parameter, ``value``."""
    said = f"""\
#+ [parameters.value]
#+ type = "{kind}"
#+ label = {{ fr = "Valeur", en = "Value" }}
#+ optional = {str(optional).lower()}
"""
    path = tmp_path / "01-trial.rq"
    path.write_text(HEADER + said + BODY.replace("DEFAULT", default), encoding="utf-8")
    return read(path, BASE)


TERRITORY = f"{BASE}id/territory/"
THEME = "https://w3id.org/faces/vocab/theme/"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("kind", "typed", "term"),
    [
        ("faces:Territory", "commune-13004", f"<{TERRITORY}commune-13004>"),
        ("faces:Territory", "territory/commune-13004", f"<{TERRITORY}commune-13004>"),
        ("faces:Territory", "https://other.example/t", "<https://other.example/t>"),
        ("org:Organization", "network/a", f"<{BASE}id/network/a>"),
        ("org:Organization", "a", f"<{BASE}id/organization/a>"),
        ("vocab/theme", "food", f"<{THEME}food>"),
        ("vocab/theme", "theme/food", f"<{THEME}food>"),
        ("vocab/theme", f"{THEME}food", f"<{THEME}food>"),
        ("vocab/naf", "94.99Z", "<https://w3id.org/faces/vocab/naf/94.99Z>"),
        ("integer", " 30 ", f'"30"^^<{XSD}integer>'),
        ("decimal", "43,2965", f'"43.2965"^^<{XSD}decimal>'),
        ("date", "2024-02-29", f'"2024-02-29"^^<{XSD}date>'),
        ("text", 'a" } # \\ \n { <b>', '"a\\" } # \\\\ \\n { <b>"'),
    ],
)
def test_what_people_type_becomes_a_term(kind: str, typed: str, term: str, tmp_path: Path) -> None:
    query = parameter(kind, "UNDEF", tmp_path)
    text = bind(query, {"value": typed})
    assert f"VALUES ?value {{ {term} }}\n" in text
    assert text.count("\n") == query.text.count("\n")
    in_memory(()).raw.query(text)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("faces:Territory", "a b"),
        ("faces:Territory", "a> } ?s ?p ?o {"),
        ("faces:Territory", "nothing/a"),
        ("faces:Territory", "http://a/ b"),
        ("vocab/theme", "food/x"),
        ("integer", "3.5"),
        ("integer", "٣"),
        ("integer", "1} UNION {"),
        ("decimal", "NaN"),
        ("decimal", "1e400"),
        ("date", "2023-02-29"),
        ("date", "2023"),
        ("text", "\udc80"),
    ],
)
def test_what_is_not_of_the_type_is_refused(kind: str, typed: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be the value of “value”") as refused:
        bind(parameter(kind, "UNDEF", tmp_path), {"value": typed})
    assert refused.value.where == "value"
    assert len(refused.value.sentences("fr")) == 2


def test_a_value_is_needed_unless_it_is_optional_or_has_a_default(tmp_path: Path) -> None:
    needed = parameter("text", "UNDEF", tmp_path)
    for values in ({}, {"value": ""}, {"value": " "}):
        with pytest.raises(UsageError, match="A value is needed for “value”"):
            bound(needed, values)
    optional = parameter("text", "UNDEF", tmp_path, optional=True)
    assert bound(optional, {}) == bound(optional, {"value": ""}) == {"value": None}
    default = parameter("text", '"a } b"', tmp_path, optional=True)
    assert bound(default, {}) == {"value": Literal("a } b")}
    assert "VALUES ?value { UNDEF }" in bind(default, {"value": ""})
    assert 'VALUES ?value { "c" }' in bind(default, {"value": "c"})
    with pytest.raises(UsageError, match="no parameter “valeur”"):
        bind(default, {"valeur": "c"})


def test_defaults_are_written_as_sparql_allows(tmp_path: Path) -> None:
    territory = parameter("faces:Territory", "<id/territory/region-93>", tmp_path)
    assert territory.parameters[0].default == NamedNode(f"{TERRITORY}region-93")
    day = parameter("date", '"2024-01-01"^^xsd:date', tmp_path)
    assert day.parameters[0].default == Literal("2024-01-01", datatype=NamedNode(f"{XSD}date"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (HEADER.replace("tags", "tag"), "tag"),
        (HEADER.replace(', en = "What?"', ""), "title"),
        (HEADER.replace('"What?"', "3"), "title"),
        (HEADER + "#+ t = 1\n", "int"),
        (HEADER + "#+ [\n", "line"),
        (HEADER + '#+ [parameters.value]\n#+ type = "faces:Nothing"\n', "label"),
        (HEADER + "#+ [parameters.other]\n#+ type = 'text'\n#+ label = {fr='a', en='b'}", "other"),
        (HEADER + "#+ [parameters.value]\n#+ type = 'txt'\n#+ label = {fr='a', en='b'}", "value"),
    ],
)
def test_a_header_that_is_wrong_says_where(wrong: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "01-trial.rq"
    path.write_text(wrong + BODY.replace("DEFAULT", "UNDEF"), encoding="utf-8")
    with pytest.raises(InputError, match=words) as refused:
        read(path, BASE)
    assert refused.value.where == str(path)


def test_a_name_without_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="07-informal-networks"):
        read(tmp_path / "trial.rq", BASE)
