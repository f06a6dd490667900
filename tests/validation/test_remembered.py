"""What the engine remembers of a batch never hides a fault of a later one."""

from __future__ import annotations

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from registry.schema import shipped_quads
from registry.store import in_memory
from registry.validation.engine import Engine
from registry.validation.shapes import load_shapes
from support import BASE, PREFIXES

GRAPH = NamedNode(BASE + "id/source/test")
FOUNDED = "https://w3id.org/faces/ontology#foundingDate"
YEAR, OTHER_YEAR, WRONG = '"2015"^^xsd:gYear', '"2016"^^xsd:gYear', '"soon"'


def faults(*batches: dict[str, str]) -> list[list[str]]:
    """Run the engine once on each batch (name → founding dates); return who has faults there."""
    lines = [
        f'<id/initiative/{name}> a faces:Initiative ; rdfs:label "X"@fr ; faces:foundingDate {d} .'
        for batch in batches
        for name, d in batch.items()
    ]
    text = PREFIXES + "\n".join(lines)
    stated = (
        Quad(q.subject, q.predicate, q.object, GRAPH)
        for q in parse(text, RdfFormat.TURTLE, base_iri=BASE)
    )
    engine = Engine(load_shapes(), in_memory([*shipped_quads("ontology", base=BASE), *stated]))
    found = []
    for batch in batches:
        findings = engine.run([f"{BASE}id/initiative/{name}" for name in batch])
        found.append(sorted({f.focus.rpartition("/")[2] for f in findings if f.path == FOUNDED}))
    return found


def test_a_wrong_value_is_found_each_time() -> None:
    assert faults({"a": WRONG, "b": YEAR}, {"c": WRONG, "d": YEAR}) == [["a"], ["c"]]


def test_a_right_value_beside_a_wrong_one_is_no_excuse() -> None:
    assert faults({"a": YEAR}, {"b": f"{YEAR} , {WRONG}"})[1] == ["b"]


def test_too_many_right_values_are_found() -> None:
    first, second = faults({"a": YEAR, "b": OTHER_YEAR}, {"c": f"{YEAR} , {OTHER_YEAR}"})
    assert (first, second) == ([], ["c"])
