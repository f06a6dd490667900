"""Gives blank nodes IRIs that depend on nothing but what is said about them.

RDF 1.1 Concepts §3.5 calls it skolemisation. The triples that hold blank nodes are split into
components that share no blank node, and each component is named after its own content: the same
content gets the same IRIs whatever the labels and the order in the file, and a change to one
record leaves the IRIs of all others alone. Components that say exactly the same thing get the
same IRIs and so become one, which RDF semantics allows (they entail each other).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

from registry.errors import InputError
from registry.importing.model import Statement
from registry.texts import Text

#: Steps of refinement (rounds × triples) that one component may take: a second or two.
_MAX_STEPS: Final = 2_000_000
#: Ways to tell symmetric blank nodes apart that canonicalisation may try (seven alike: 0.4 s).
_MAX_ORDERS: Final = 5040
_MARK: Final = NamedNode("urn:x-faces:colour")

Term = NamedNode | BlankNode | Literal | Triple


def skolemised(statements: list[Statement], genid: str) -> Iterator[Statement]:
    """Yield the statements with their blank nodes replaced by IRIs below ``genid``.

    Raises InputError for a component whose blank nodes cannot be told apart in reasonable time.
    """
    for component in _components(statements):
        told_apart, order = _canonical(component)
        names = _names(told_apart, order, genid)
        for statement in told_apart:
            yield Statement(_renamed(statement.triple, names), statement.place)


def _blanks(triple: Triple) -> Iterator[str]:
    if isinstance(triple.subject, BlankNode):
        yield triple.subject.value
    if isinstance(triple.object, BlankNode):
        yield triple.object.value


def _components(statements: list[Statement]) -> Iterable[list[Statement]]:
    """Group the statements that share blank nodes, directly or through others (union-find)."""
    parent: dict[str, str] = {}

    def root(label: str) -> str:
        parent.setdefault(label, label)
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    for statement in statements:
        first, *others = _blanks(statement.triple)
        for other in others:
            parent[root(other)] = root(first)
    groups: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        groups[root(next(_blanks(statement.triple)))].append(statement)
    return groups.values()


def _canonical(component: list[Statement]) -> tuple[list[Statement], list[str]]:
    """Return the component and its blank labels in an order that the labels do not decide."""
    labels = {label for s in component for label in _blanks(s.triple)}
    if len(labels) == 1:
        return component, list(labels)
    colours = _refined(component, labels)
    classes = Counter(colours.values())
    if len(classes) == len(labels):
        return component, sorted(labels, key=colours.__getitem__)
    if math.prod(math.factorial(n) for n in classes.values()) > _MAX_ORDERS:
        raise _poison(component)
    return _relabelled(component, colours)


def _poison(component: list[Statement]) -> InputError:
    first = min((s.place for s in component), key=lambda p: p.line or 0)
    return InputError(
        Text("Too many blank nodes here say the same thing: nothing tells them apart."),
        where=str(first),
        remedy=Text("Give these nodes addresses (IRIs) of their own."),
    )


def _refined(component: list[Statement], labels: set[str]) -> dict[str, str]:
    """Colour each blank node by what surrounds it, wider and wider, until nothing changes.

    This settles nearly all components at once, and says how symmetric the others are *before*
    canonicalisation is let loose on them: its time is exponential in that symmetry.
    """
    seen: dict[str, list[tuple[str, Term]]] = {label: [] for label in labels}
    for triple in {s.triple for s in component}:
        if isinstance(triple.subject, BlankNode):
            seen[triple.subject.value].append((f">{triple.predicate}", triple.object))
        if isinstance(triple.object, BlankNode):
            seen[triple.object.value].append((f"<{triple.predicate}", triple.subject))
    colours = dict.fromkeys(labels, "")
    count, steps = 1, 0
    while True:
        colours = {label: _colour(label, seen[label], colours) for label in labels}
        steps += len(component)
        found = len(set(colours.values()))
        if found in {count, len(labels)}:
            return colours
        if steps > _MAX_STEPS:
            raise _poison(component)
        count = found


def _colour(label: str, around: list[tuple[str, Term]], colours: dict[str, str]) -> str:
    signature = sorted(
        f"{edge} {_neighbour(label, other, colours)}"
        if isinstance(other, BlankNode)
        else f"{edge} {other}"
        for edge, other in around
    )
    return sha256("\n".join([colours[label], *signature]).encode()).hexdigest()


def _neighbour(label: str, other: BlankNode, colours: dict[str, str]) -> str:
    return "_:itself" if other.value == label else f"_:{colours[other.value]}"


def _relabelled(
    component: list[Statement], colours: dict[str, str]
) -> tuple[list[Statement], list[str]]:
    """Relabel by RDF Dataset Canonicalization (RDFC-1.0), with the colours as hints.

    The engine does not say which node became which: a statement gets back the place of one that
    says the same up to nodes that look alike.
    """
    marks = [Quad(BlankNode(label), _MARK, Literal(c)) for label, c in colours.items()]
    dataset = Dataset([*marks, *(Quad(*s.triple) for s in component)])
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    places = defaultdict(list)
    for statement in reversed(component):
        places[_signature(statement.triple, colours)].append(statement.place)
    triples = [q.triple for q in dataset if q.predicate != _MARK]
    renewed = {b.value: o.value for b, p, o, _ in dataset if p == _MARK}
    relabelled = [
        Statement(triple, places[_signature(triple, renewed)].pop())
        for triple in sorted(triples, key=str)
    ]
    return relabelled, sorted(renewed)


def _signature(triple: Triple, colours: dict[str, str]) -> tuple[str, str, str]:
    subject, value = triple.subject, triple.object
    return (
        colours[subject.value] if isinstance(subject, BlankNode) else str(subject),
        triple.predicate.value,
        colours[value.value] if isinstance(value, BlankNode) else str(value),
    )


def _names(component: list[Statement], order: list[str], genid: str) -> dict[str, NamedNode]:
    places = {label: NamedNode(f"urn:x-faces:{n}") for n, label in enumerate(order)}
    content = sorted({str(_renamed(s.triple, places)) for s in component})
    digest = sha256("\n".join(content).encode()).hexdigest()[:32]
    if len(order) == 1:
        return {order[0]: NamedNode(genid + digest)}
    return {label: NamedNode(f"{genid}{digest}-{n}") for n, label in enumerate(order)}


def _renamed(triple: Triple, names: dict[str, NamedNode]) -> Triple:
    subject, value = triple.subject, triple.object
    return Triple(
        names[subject.value] if isinstance(subject, BlankNode) else subject,
        triple.predicate,
        names[value.value] if isinstance(value, BlankNode) else value,
    )
