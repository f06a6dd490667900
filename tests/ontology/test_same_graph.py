"""Three readers find the same statements in the ontology, the examples and the JSON-LD context.

rdflib, pyoxigraph and PyLD differ on details: rdflib keeps the case of language tags and rewrites
numbers, Oxigraph lowers the tags, JSON has its own numbers. What we write is in the form that they
all leave alone, and a round trip through our names in JSON-LD loses nothing.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from pyld import jsonld
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import BASE, FACES, ROOT, examples, ontology, read, shapes, turtle_files

CONTEXT = json.loads((ROOT / "ontology/context.jsonld").read_text(encoding="utf-8"))
FILES = [*turtle_files("ontology"), *examples()]


def by_oxigraph(data: bytes, form: pyoxigraph.RdfFormat) -> rdflib.Graph:
    """Return what Oxigraph reads, through N-Triples, which rdflib then takes as they are."""
    quads = pyoxigraph.parse(data, format=form, base_iri=BASE)
    lines = "".join(f"{quad.triple} .\n" for quad in quads)
    return rdflib.Graph().parse(data=lines, format="nt")


@functools.cache
def compacted(path: Path) -> str:
    """Return the file as JSON-LD with our names, by PyLD."""
    lines = read([path]).serialize(format="nt")
    expanded = jsonld.from_rdf(lines, {"format": "application/n-quads"})
    document: Any = jsonld.compact(expanded, CONTEXT, {"base": BASE})
    return json.dumps(document)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_readers_of_turtle_agree(path: Path) -> None:
    found = by_oxigraph(path.read_bytes(), pyoxigraph.RdfFormat.TURTLE)
    assert len(found) > 2
    assert isomorphic(found, read([path]))


# rdflib warns of its own use of a class that it means to rename.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_json_ld_with_our_names_loses_nothing(path: Path) -> None:
    document = compacted(path)
    lines = jsonld.to_rdf(json.loads(document), {"format": "application/n-quads", "base": BASE})
    by_pyld = rdflib.Graph().parse(data=lines, format="nt")
    assert isomorphic(by_pyld, read([path]))
    found = by_oxigraph(document.encode(), pyoxigraph.RdfFormat.JSON_LD)
    assert isomorphic(found, read([path]))
    by_rdflib = rdflib.Graph().parse(data=document, format="json-ld", base=BASE)
    assert isomorphic(by_rdflib, read([path]))


def test_all_documents_together_are_one_graph_for_all_readers() -> None:
    loaded = rdflib.Graph()
    for path in FILES:
        loaded += by_oxigraph(compacted(path).encode(), pyoxigraph.RdfFormat.JSON_LD)
    assert isomorphic(loaded, ontology() + read(examples()))


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_examples_read_as_plain_json(path: Path) -> None:
    """No prefixed name is left among the keys: the context has a word for each term."""
    document = json.loads(compacted(path))
    del document["@context"]

    def keys(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(keys, node)) if node else set()
        if isinstance(node, dict):
            return set(node) | set().union(*map(keys, node.values()))
        return set()

    assert {k for k in keys(document) if not re.fullmatch(r"@?\w+", k)} == set()
    types = {t for node in document.get("@graph", [document]) for t in [node.get("type")] if t}
    assert all(re.fullmatch(r"\w+", name) for name in types)


def test_every_property_and_class_of_the_shapes_has_a_name() -> None:
    prefixes = {k: v for k, v in CONTEXT["@context"].items() if isinstance(v, str) and "//" in v}
    named = set()
    for value in CONTEXT["@context"].values():
        curie = value["@id"] if isinstance(value, dict) else str(value)
        prefix, _, local = curie.partition(":")
        named.add(prefixes.get(prefix, prefix + ":") + local)
    wanted = set(shapes().objects(None, SH.path)) | set(shapes().objects(None, SH.inversePath))
    wanted |= set(shapes().objects(None, SH.targetClass))
    assert len(wanted) > 60
    assert {str(t) for t in wanted if isinstance(t, rdflib.URIRef)} - named == set()


def test_names_in_json_need_no_second_form() -> None:
    """A JSON number for people is the literal that the ontology expects."""
    document = {**CONTEXT, "id": "x", "employees": 3, "fictitious": True, "share": "42.5"}
    lines = jsonld.to_rdf(document, {"format": "application/n-quads", "base": BASE})
    found = rdflib.Graph().parse(data=lines, format="nt")
    subject = rdflib.URIRef(BASE + "x")
    three = rdflib.Literal("3", datatype=rdflib.XSD.nonNegativeInteger)
    share = rdflib.Literal("42.5", datatype=rdflib.XSD.decimal)
    assert set(found.predicate_objects(subject)) == {
        (FACES.employees, three),
        (FACES.fictitious, rdflib.Literal("true", datatype=rdflib.XSD.boolean)),
        (FACES.share, share),
    }


def test_literals_are_in_the_form_that_all_readers_keep() -> None:
    everything = ontology() + read(examples())
    literals = [o for o in everything.objects() if isinstance(o, rdflib.Literal)]
    tags = {o.language for o in literals if o.language}
    assert tags == {"fr", "en"}
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r'"@[a-z]*[A-Z]', text), path.name
        for lexical in re.findall(r'"([^"]*)"\^\^xsd:(?:decimal|\w*[iI]nteger)', text):
            assert str(float(lexical)).removesuffix(".0") == lexical, path.name
    assert RDF.type not in {o.datatype for o in literals}
