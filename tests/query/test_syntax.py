"""Syntax errors in a person's words, from what the engine really says."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from registry.errors import QuerySyntaxError
from registry.query.syntax import explain, stretched


def _error(query: str) -> QuerySyntaxError:
    with pytest.raises(SyntaxError) as caught:
        Store().query(stretched(query))
    return explain(query, caught.value.msg)


@pytest.mark.parametrize(
    ("query", "where", "said"),
    [
        ("SELEC * { ?a ?b ?c }", "1:1", "“SELEC” cannot stand here"),
        ("SELECT * {\n  ?a ?b ?c }\nORDR BY ?a", "3:1", "“ORDR” cannot stand here"),
        ("SELECT * { ?a ?b ?c } FOO", "1:23", "“FOO” cannot stand here"),
        ("SELECT * { ?a ?b }", "1:18", "“}” cannot stand here"),
        ("SELECT *\n{ ?a ?b ?c FILTER(?a ==) }", "2:23", "“=” cannot stand here"),
        ("SELECT * { ?a ?b ?c # x\n ?d\t?e }", "2:2", "“?d” cannot stand here"),
        ("SELECT * { ?a ?b '''x\ny''' . FOO }", "2:8", "“FOO” cannot stand here"),
        ("SELECT * { ?a ?b ?c FILTER (foo(?a)) }", "1:29", "“foo” cannot stand here"),
        ("SELECT * { ?a ?b ?c } LIMIT ten", "1:29", "“ten” cannot stand here"),
        ("", "1:1", "empty"),
        ("SELECT", "1:7", "ends too early"),
        ("SELECT ?x { ?x org:member ?y }", "1:16", "prefix “org:” is not declared"),
        ("SELECT ?x { ?x <rel> ?y }", "1:16", "BASE"),
        ("SELECT ?x { ?x a ?y } GROUP BY ?y", None, "grouped variables"),
        ("SELECT ?x ?x { ?x a ?y }", None, "twice"),
    ],
)
def test_the_place_and_the_words(query: str, where: str | None, said: str) -> None:
    error = _error(query)
    assert said in str(error)
    if where:
        assert error.where == where


def test_a_known_prefix_comes_with_its_declaration() -> None:
    error = _error("SELECT ?x { ?x org:member ?y }")
    assert "PREFIX org: <http://www.w3.org/ns/org#>" in str(error)


def test_what_was_possible_is_said_where_the_engine_knows() -> None:
    assert "SELECT, ASK, CONSTRUCT or DESCRIBE" in str(_error("SELEC * {}"))
    assert "“" in str(_error("SELECT * { ?a ?b ?c ?d }"))


@pytest.mark.parametrize(
    ("query", "possible", "not_possible"),
    [
        ("SELECT * { ?s ?p }", '?…  <…>  "…"  1  (', "}"),
        ("SELECT * { ?s ?p # here\n }", '?…  <…>  "…"  1  (', "}"),
        ("SELECT * { ?s ?p '''a\nb''' ?q }", "{  }  .  ;  ,  FILTER", "?…"),
        ("SELECT * { ?a ?b ?c } FOO", "VALUES  GROUP  ORDER  LIMIT", "FILTER"),
        ("SELECT ?x { ?x ?p ?y } GROUP ?x", "BY", "("),
        ("SELECT ?x WHERE ?x ?p ?y", "{", "?…"),
        ("SELECT (1 ?x) {}", "AS", "?…"),
        ("ASK { ?s ?p ?o } LIMIT", "1", "("),
    ],
)
def test_what_could_stand_there_is_found_by_trying(
    query: str, possible: str, not_possible: str
) -> None:
    def ask(text: str) -> str:
        with pytest.raises(SyntaxError) as caught:
            Store().query(text)
        return str(caught.value.msg)

    said = explain(query, ask(stretched(query)), ask).sentences("en")[-1]
    signs = said.removeprefix("Possible here, among others: ")
    assert possible in signs
    assert not_possible not in signs.split("  ")


def test_words_it_does_not_know_are_passed_on() -> None:
    assert "so new" in str(explain("ASK {}", "so new"))
