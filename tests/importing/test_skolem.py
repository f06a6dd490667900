from __future__ import annotations

import itertools
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from importing.samples import rdf, triples
from registry.errors import InputError
from registry.findings import Place
from registry.importing.model import Statement
from registry.importing.skolem import skolemised

Node = NamedNode | BlankNode | Literal | Triple
GENID = "https://registre.example/.well-known/genid/"
P, Q, X = (NamedNode(f"http://e/{name}") for name in "pqx")


def named(triples: list[Triple], genid: str = GENID) -> list[str]:
    statements = [Statement(t, Place("f", n)) for n, t in enumerate(triples, start=1)]
    return sorted(str(s.triple) for s in skolemised(statements, genid))


_nodes = st.sampled_from([BlankNode(f"n{n}") for n in range(5)])
_with_blank = st.one_of(
    st.builds(Triple, _nodes, st.sampled_from([P, Q]), st.one_of(_nodes, st.just(X))),
    st.builds(Triple, st.just(X), st.sampled_from([P, Q]), _nodes),
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(_with_blank, min_size=1, max_size=8, unique_by=str),
    st.permutations(range(5)),
    st.randoms(use_true_random=False),
)
def test_neither_labels_nor_order_change_the_iris(
    graph: list[Triple], permutation: list[int], random: Random
) -> None:
    labels = {f"n{old}": BlankNode(f"m{new}") for old, new in enumerate(permutation)}

    def other(node: Node) -> Node:
        return labels[node.value] if isinstance(node, BlankNode) else node

    relabelled = [Triple(other(t.subject), t.predicate, other(t.object)) for t in graph]
    random.shuffle(relabelled)
    assert set(named(relabelled)) == set(named(graph))


@settings(max_examples=100, deadline=None)
@given(st.lists(_with_blank, min_size=1, max_size=8, unique_by=str))
def test_no_blank_node_remains_and_each_statement_keeps_a_place(graph: list[Triple]) -> None:
    statements = [Statement(t, Place("f", n)) for n, t in enumerate(graph, start=1)]
    result = list(skolemised(statements, GENID))
    assert sorted(s.place.line for s in result) == list(range(1, len(graph) + 1))
    assert not any("_:" in str(s.triple) for s in result)


def test_a_change_in_one_record_leaves_the_others_alone(tmp_path: Path) -> None:
    before, after = tmp_path / "a.ttl", tmp_path / "b.ttl"
    before.write_text('<a> <p> [ <q> "1" ] . <b> <p> [ <q> "2" ; <r> [ <q> "3" ] ] .')
    after.write_text('<b> <p> [ <r> [ <q> "3" ] ; <q> "2" ] . <a> <p> [ <q> "CHANGED" ] .')
    about_b = [t for t in triples(rdf(before)) if "/b>" in t]
    assert about_b
    assert set(about_b) <= set(triples(rdf(after)))
    assert [t for t in triples(rdf(before)) if "/a>" in t] != [
        t for t in triples(rdf(after)) if "/a>" in t
    ]


def test_what_says_exactly_the_same_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text("<a> <p> [ <q> 1 ] , [ <q> 1 ] .")
    assert len(set(triples(rdf(path)))) == 2


def test_the_same_label_in_two_files_is_two_nodes(tmp_path: Path) -> None:
    for name, value in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.ttl").write_text(f"<{name}> <p> _:n . _:n <q> {value} .")
    subjects = {t.split()[0] for t in triples(rdf(tmp_path / "a.ttl", tmp_path / "b.ttl"))}
    assert len([s for s in subjects if "genid" in s]) == 2


def test_symmetry_is_solved_where_it_is_small() -> None:
    cycle = [Triple(BlankNode(f"c{n}"), P, BlankNode(f"c{(n + 1) % 3}")) for n in range(3)]
    assert named(cycle) == named(cycle[::-1])
    assert len(set(named(cycle))) == 3
    pair = [Triple(BlankNode(f"c{n}"), P, BlankNode(f"c{(n + 1) % 6}")) for n in range(6)]
    assert not set(named(pair)) & set(named(cycle))


@pytest.mark.parametrize("size", [9, 60])
def test_symmetry_that_would_take_forever_is_refused_at_once(size: int) -> None:
    nodes = [BlankNode(f"k{n}") for n in range(size)]
    start = time.monotonic()
    with pytest.raises(InputError, match="blank nodes") as raised:
        named([Triple(a, P, b) for a, b in itertools.permutations(nodes, 2)])
    assert time.monotonic() - start < 5
    assert raised.value.where == "f:1"


def test_a_long_list_of_equal_values_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(f"<a> <p> ({'1 ' * 300}) .")
    assert len(set(triples(rdf(path)))) == 601
