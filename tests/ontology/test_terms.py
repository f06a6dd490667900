"""The ontology and vocabularies are complete in both languages, and say what the code reads."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SKOS

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import (
    BASE,
    FACES,
    ROOT,
    VOCAB,
    ontology,
    published,
    read,
    shapes,
    turtle_files,
)

KINDS = {
    "initiative", "network", "organization", "membership", "accompaniment", "facilitation",
    "pooling", "cooperation", "territory", "programme", "method", "event", "publication", "source",
    "concept", "scheme",
}  # fmt: skip
SCHEMES = {
    "stage", "record-status", "accompaniment-approach", "network-kind", "network-formality",
    "pooling-kind", "cooperation-kind", "territory-kind", "identifier-scheme", "legal-form",
    "theme", "difficulty", "resource-kind", "ess-ground", "role", "geocoding-precision",
    "accompaniment-format", "contact-basis",
}  # fmt: skip
TERM_TYPES = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
own_terms = sorted(
    s for t in TERM_TYPES for s in ontology().subjects(RDF.type, t) if str(s).startswith(str(FACES))
)
concepts = sorted(ontology().subjects(RDF.type, SKOS.Concept))
schemes = sorted(ontology().subjects(RDF.type, SKOS.ConceptScheme))


def languages(node: rdflib.term.Node, predicate: rdflib.URIRef) -> list[str]:
    found = ontology().objects(node, predicate)
    return sorted(
        str(o.language) for o in found if isinstance(o, rdflib.Literal) and str(o).strip()
    )


def test_the_terms_were_read() -> None:
    assert (len(own_terms), len(concepts), len(schemes)) == (84, 111, 18)


@pytest.mark.parametrize("term", own_terms, ids=lambda t: t.rpartition("#")[2])
def test_own_terms_are_labelled_and_defined(term: rdflib.URIRef) -> None:
    assert languages(term, RDFS.label) == ["en", "fr"]
    assert languages(term, SKOS.definition) == ["en", "fr"]
    assert ontology().value(term, RDFS.isDefinedBy) == rdflib.URIRef(BASE + "ontology")
    examples = {o.language for o in ontology().objects(term, SKOS.example)}
    assert examples in ({"fr", "en"}, {None})


def test_properties_say_what_they_link() -> None:
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty)
    for term in (t for t in own_terms if ontology().value(t, RDF.type) in kinds):
        for said in (rdflib.SDO.domainIncludes, rdflib.SDO.rangeIncludes):
            assert ontology().value(term, said) is not None, (term, said)


def test_quotations_name_their_source() -> None:
    quoting = set(ontology().subjects(FACES.sourcePassage))
    source = rdflib.URIRef(BASE + "id/source/faces-2012")
    assert len(quoting) >= 70
    assert quoting == set(ontology().subjects(rdflib.DCTERMS.source, source))
    assert (source, RDF.type, FACES.Source) in published()


@pytest.mark.parametrize("concept", concepts, ids=lambda c: c.removeprefix(VOCAB))
def test_concepts_are_complete(concept: rdflib.URIRef) -> None:
    assert languages(concept, SKOS.prefLabel) == ["en", "fr"]
    assert languages(concept, SKOS.definition) == ["en", "fr"]
    scheme = ontology().value(concept, SKOS.inScheme)
    code = str(ontology().value(concept, SKOS.notation))
    assert str(concept) == f"{scheme}/{code}"
    assert re.fullmatch("[a-z]+(-[a-z]+)*", code)
    broader = ontology().value(concept, SKOS.broader)
    assert (ontology().value(concept, SKOS.topConceptOf) == scheme) == (broader is None)
    assert broader is None or ontology().value(broader, SKOS.inScheme) == scheme


def test_schemes_are_titled() -> None:
    assert {str(s).removeprefix(VOCAB) for s in schemes} == SCHEMES
    for scheme in schemes:
        for predicate in (rdflib.DCTERMS.title, RDFS.label, SKOS.prefLabel, SKOS.definition):
            assert languages(scheme, predicate) == ["en", "fr"]


def test_labels_are_unique_in_a_scheme() -> None:
    for scheme in schemes:
        members = list(ontology().subjects(SKOS.inScheme, scheme))
        labels = {o for m in members for o in ontology().objects(m, SKOS.prefLabel)}
        assert len(labels) == 2 * len(members)


def test_kinds_have_unique_segments_and_all_annotations() -> None:
    rows = list(ontology().subject_objects(FACES.pathSegment))
    assert len(rows) == len(KINDS)
    assert {str(segment) for _, segment in rows} == KINDS
    orders = [ontology().value(cls, FACES.listOrder).toPython() for cls, _ in rows]
    assert sorted(orders) == list(range(1, len(rows) + 1))
    for cls, segment in rows:
        assert re.fullmatch("[a-z]+", segment)
        assert languages(cls, FACES.pluralLabel) == ["en", "fr"]
        assert languages(cls, RDFS.label) == ["en", "fr"]
        listed = ontology().value(cls, FACES.listed)
        assert isinstance(listed.toPython(), bool)


def test_other_vocabularies_terms_have_local_labels() -> None:
    terms = read([ROOT / "ontology/terms.ttl"])
    assert len(set(terms.subjects())) >= 60
    assert set(terms.predicates()) == {RDFS.label, RDF.type}
    for term in set(terms.subjects()):
        assert sorted(str(o.language) for o in terms.objects(term, RDFS.label)) == ["en", "fr"]
        assert not str(term).startswith(str(FACES))


def test_every_predicate_and_class_of_the_data_has_a_label() -> None:
    used = set(published().predicates()) | set(published().objects(None, RDF.type))
    assert {t for t in used if languages(t, RDFS.label) != ["en", "fr"]} == set()


def test_no_undeclared_term_of_ours_is_used() -> None:
    declared = {str(t) for t in own_terms}
    everything = read(turtle_files("ontology", "shapes", "data/faces", "data/territories"))
    used = {str(t) for triple in everything for t in triple if str(t).startswith(str(FACES))}
    # SPARQL constraints and rules name terms inside strings.
    for text in (str(o) for o in shapes().objects() if isinstance(o, rdflib.Literal)):
        used |= {str(FACES) + name for name in re.findall(r"\bfaces:(\w+)", text)}
    assert len(used) > 40
    assert used - declared - {str(FACES)} == set()


def test_every_concept_used_exists() -> None:
    everything = read(turtle_files("shapes", "data/faces", "data/territories"))
    used = {o for o in everything.objects() if isinstance(o, rdflib.URIRef) and VOCAB in o}
    for text in (str(o) for o in everything.objects() if isinstance(o, rdflib.Literal)):
        used |= {rdflib.URIRef(m) for m in re.findall(re.escape(VOCAB) + r"[a-z-]+/[a-z-]+", text)}
        patterns = re.findall(r"vocab/([a-z-]+)/\[", text)
        assert set(patterns) <= SCHEMES
    assert len(used) >= 12
    kind_prefix = {rdflib.URIRef(VOCAB + "territory-kind/")}
    assert used - set(concepts) - kind_prefix == set()


def test_territory_kinds_named_by_the_code_rule_exist() -> None:
    rule = shapes().value(rdflib.URIRef(BASE + "shapes#territory-code-format"), rdflib.SH.select)
    names = re.findall(r'"([a-z-]{4,})"', str(rule))
    assert len(names) == 5
    assert all(rdflib.URIRef(f"{VOCAB}territory-kind/{name}") in concepts for name in names)


def test_data_have_no_blank_nodes_and_iris_of_known_kinds() -> None:
    data = read(turtle_files("data/faces", "data/territories"))
    subjects = set(data.subjects())
    assert len(subjects) == 16
    assert not any(isinstance(t, rdflib.BNode) for triple in data for t in triple)
    segments = dict(ontology().subject_objects(FACES.pathSegment))
    for subject in subjects:
        if "#" in subject:
            continue
        cls = data.value(subject, RDF.type)
        assert str(subject).startswith(f"{BASE}id/{segments[cls]}/")


def test_the_ontology_header_is_complete() -> None:
    header = rdflib.URIRef(BASE + "ontology")
    assert ontology().value(header, OWL.versionIRI) == rdflib.URIRef(BASE + "ontology/0.2.0")
    assert str(ontology().value(header, OWL.versionInfo)) == "0.2.0"
    assert ontology().value(header, rdflib.DCTERMS.license) is not None
    assert languages(header, rdflib.DCTERMS.title) == ["en", "fr"]


def test_files_state_their_licence() -> None:
    files = turtle_files("ontology", "shapes", "data/faces", "data/territories")
    assert len(files) >= 40
    for path in files:
        licence = "etalab-2.0" if "data" in path.relative_to(ROOT).parts else "CC BY 4.0"
        head = path.read_text(encoding="utf-8").split("@prefix")[0]
        assert licence in head, path.name


def test_the_json_ld_context_speaks_of_the_same_terms() -> None:
    path = ROOT / "ontology/context.jsonld"
    context = json.loads(path.read_text(encoding="utf-8"))["@context"]
    document = {
        "@context": context,
        "@id": "https://w3id.org/faces/id/network/mesclun",
        "type": "Network",
        "label": {"fr": "Mesclun"},
        "memberOf": "https://w3id.org/faces/id/organization/apeas",
        "startDate": "2011",
    }
    quads = pyoxigraph.parse(json.dumps(document), format=pyoxigraph.RdfFormat.JSON_LD)
    lines = "".join(f"{quad.triple} .\n" for quad in quads)
    graph = rdflib.Graph().parse(data=lines, format="nt")
    subject = rdflib.URIRef(document["@id"])
    assert set(graph) == {
        (subject, RDF.type, FACES.Network),
        (subject, RDFS.label, rdflib.Literal("Mesclun", lang="fr")),
        (subject, rdflib.ORG.memberOf, rdflib.URIRef(document["memberOf"])),
        (subject, FACES.startDate, rdflib.Literal("2011")),
    }
    everything = {str(t) for t in ontology().subjects()}
    prefixes = {k: v for k, v in context.items() if isinstance(v, str) and v[-1] in "#/"}
    for name, value in context.items():
        curie = value["@id"] if isinstance(value, dict) else value
        if name.startswith("@") or name in prefixes or curie.startswith("@"):
            continue
        prefix, _, local = curie.partition(":")
        assert prefixes[prefix] + local in everything, name
    missing = {str(t).rpartition("#")[2] for t in own_terms} - set(context)
    annotations = {
        *("pathSegment", "pluralLabel", "listOrder", "listed", "facetOrder", "shortcutOf"),
        *("keyFactOrder", "sentence", "inSentence", "agreement", "formatterUrl"),
    }
    assert missing == annotations
