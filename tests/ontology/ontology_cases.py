"""Failing examples: each takes a valid record and spoils one of its properties.

``EXAMPLES`` holds a valid record per shape, ``CASES`` what is done to it. The shape must then
report that property of that record, and nothing else of it.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIXES = """
@prefix faces: <https://w3id.org/faces/ontology#> .
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix locn: <http://www.w3.org/ns/locn#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rov: <http://www.w3.org/ns/regorg#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

#: What the examples point to. Concepts are stubs: only their class matters here.
CONTEXT = """
<id/initiative/a> a faces:Initiative .
<id/initiative/b> a faces:Initiative .
<id/network/n> a faces:Network .
<id/organization/o> a org:Organization .
<id/territory/t> a faces:Territory .
<id/source/s> a faces:Source .
<vocab/stage/consolidation> a skos:Concept .
<vocab/contact-basis/public-page> a skos:Concept .
<vocab/accompaniment-approach/peer> a skos:Concept .
<vocab/network-kind/territorial> a skos:Concept .
<vocab/network-formality/formal> a skos:Concept .
<vocab/network-formality/informal> a skos:Concept .
<vocab/pooling-kind/premises> a skos:Concept .
<vocab/territory-kind/commune> a skos:Concept .
<vocab/territory-kind/region> a skos:Concept .
<vocab/identifier-scheme/siren> a skos:Concept .
<vocab/identifier-scheme/siret> a skos:Concept .
<vocab/identifier-scheme/rna> a skos:Concept .
<vocab/legal-form/association> a skos:Concept .
<vocab/legal-form/mutual> a skos:Concept .
<vocab/record-status/active> a skos:Concept .
<vocab/record-status/ended> a skos:Concept .
<vocab/theme> a skos:ConceptScheme .
"""


@dataclass(frozen=True)
class Example:
    """A valid record: its IRI, class, properties, and what must stand beside it."""

    iri: str
    type: str
    properties: dict[str, str]
    beside: str = ""


NAMED = {"rdfs:label": '"X"@fr'}
SIREN = "<vocab/identifier-scheme/siren>"
SIRET = "<vocab/identifier-scheme/siret>"
RNA = "<vocab/identifier-scheme/rna>"

EXAMPLES: dict[str, Example] = {
    "Initiative": Example(
        "id/initiative/x",
        "faces:Initiative",
        {
            **NAMED,
            "dcterms:description": '"Y"@fr',
            "dcterms:spatial": "<id/territory/t>",
            "faces:contactBasis": "<vocab/contact-basis/public-page>",
        },
    ),
    "Network": Example(
        "id/network/x",
        "faces:Network",
        {
            **NAMED,
            "faces:networkKind": "<vocab/network-kind/territorial>",
            "dcterms:description": '"Y"@fr',
            "dcterms:spatial": "<id/territory/t>",
        },
    ),
    "Organization": Example("id/organization/x", "org:Organization", NAMED),
    "Membership": Example(
        "id/membership/x",
        "org:Membership",
        {**NAMED, "org:member": "<id/initiative/a>", "org:organization": "<id/network/n>"},
    ),
    "Accompaniment": Example(
        "id/accompaniment/x",
        "faces:Accompaniment",
        {
            **NAMED,
            "faces:accompanied": "<id/initiative/a>",
            "faces:accompanier": "<id/network/n>",
            "faces:approach": "<vocab/accompaniment-approach/peer>",
            "faces:startDate": '"2012"^^xsd:gYear',
            "faces:endDate": '"2012-07"^^xsd:gYearMonth',
        },
    ),
    "Facilitation": Example(
        "id/facilitation/x",
        "faces:Facilitation",
        {
            **NAMED,
            "faces:facilitatedNetwork": "<id/network/n>",
            "faces:carrier": "<id/organization/o>",
        },
    ),
    "Pooling": Example(
        "id/pooling/x",
        "faces:Pooling",
        {
            **NAMED,
            "faces:poolingKind": "<vocab/pooling-kind/premises>",
            "faces:participant": "<id/initiative/a> , <id/initiative/b>",
        },
    ),
    "Cooperation": Example(
        "id/cooperation/x",
        "faces:Cooperation",
        {**NAMED, "faces:participant": "<id/initiative/a> , <id/initiative/b>"},
    ),
    "Programme": Example("id/programme/x", "faces:Programme", NAMED),
    "Event": Example("id/event/x", "faces:Event", NAMED),
    "Publication": Example("id/publication/x", "faces:Publication", NAMED),
    "Territory": Example(
        "id/territory/x",
        "faces:Territory",
        {
            **NAMED,
            "faces:territoryKind": "<vocab/territory-kind/commune>",
            "dcterms:identifier": '"2A004"',
        },
    ),
    "Source": Example(
        "id/source/x",
        "faces:Source",
        {
            "dcterms:title": '"X"@fr',
            "dcterms:license": "<https://spdx.org/licenses/etalab-2.0>",
            "dcterms:modified": '"2012-07-27"^^xsd:date',
        },
    ),
    "StageStatement": Example(
        "id/initiative/a#stage-2011",
        "faces:StageStatement",
        {"faces:stage": "<vocab/stage/consolidation>", "faces:attestedOn": '"2011"^^xsd:gYear'},
        "<id/initiative/a> faces:stageStatement <id/initiative/a#stage-2011> .",
    ),
    "Identifier": Example(
        "id/initiative/a#siren",
        "adms:Identifier",
        {"dcterms:type": SIREN, "skos:notation": '"732829320"'},
        "<id/initiative/a> adms:identifier <id/initiative/a#siren> .",
    ),
    "Address": Example(
        "id/initiative/a#address",
        "locn:Address",
        {"locn:postCode": '"06000"', "locn:postName": '"Nice"'},
        "<id/initiative/a> locn:address <id/initiative/a#address> .",
    ),
    "Concept": Example(
        "vocab/theme/x",
        "skos:Concept",
        {
            "skos:prefLabel": '"X"@fr , "X"@en',
            "skos:definition": '"Y"@fr , "Y"@en',
            "skos:notation": '"x"',
            "skos:inScheme": "<vocab/theme>",
        },
    ),
    "Scheme": Example(
        "vocab/x",
        "skos:ConceptScheme",
        {"skos:prefLabel": '"X"@fr , "X"@en', "skos:definition": '"Y"@fr , "Y"@en'},
    ),
}


@dataclass(frozen=True)
class Case:
    """One fault: ``objects`` replace those of ``predicate`` ("" removes it)."""

    shape: str
    predicate: str
    objects: str
    #: The path reported, if it is not the predicate that was spoilt.
    path: str = ""
    severity: str = "Violation"
    #: Other properties to set first.
    given: tuple[tuple[str, str], ...] = ()
    beside: str | None = None

    def __str__(self) -> str:
        fault = self.objects or ("missing" if self.beside is None else "beside")
        return f"{self.shape} {self.path or self.predicate} {fault}"


SECOND_SIREN = """
<id/initiative/a> adms:identifier <id/initiative/a#siren> .
<id/initiative/b> adms:identifier <id/initiative/b#siren> .
<id/initiative/b#siren> a adms:Identifier ; dcterms:type <vocab/identifier-scheme/siren> ;
    skos:notation "732829320" .
"""
OTHER_SIRET = """
<id/initiative/a> adms:identifier <id/initiative/a#siren> , <id/initiative/a#siret> .
<id/initiative/a#siret> a adms:Identifier ; dcterms:type <vocab/identifier-scheme/siret> ;
    skos:notation "35600000000048" .
"""
OTHER_CORSE = """
<id/territory/y> a faces:Territory ; dcterms:identifier "2A004" ;
    faces:territoryKind <vocab/territory-kind/commune> .
"""

CASES: tuple[Case, ...] = (
    Case("Initiative", "rdfs:label", ""),
    Case("Initiative", "rdfs:label", '"X"@en'),
    Case("Initiative", "rdfs:label", '"X"@fr , "Z"@fr'),
    Case("Initiative", "rdfs:label", '"X"@fr , "Z"'),
    Case("Initiative", "faces:acronym", "3"),
    Case("Initiative", "skos:altLabel", '"sans langue"'),
    Case("Initiative", "rov:legalName", "3"),
    Case("Initiative", "dcterms:description", "", severity="Warning"),
    Case("Initiative", "dcterms:description", '"sans langue"'),
    Case("Initiative", "dcterms:spatial", "", severity="Warning"),
    Case("Initiative", "dcterms:spatial", "<id/territory/unknown>"),
    Case("Initiative", "faces:theme", '"jardin"'),
    Case("Initiative", "faces:theme", "<vocab/theme/unknown>"),
    Case("Initiative", "faces:stageStatement", "<id/initiative/x#stage>"),
    Case("Initiative", "locn:address", '"1 rue X"'),
    Case("Initiative", "foaf:homepage", '"https://exemple.org"'),
    Case("Initiative", "foaf:homepage", "<ftp://exemple.org/>"),
    Case("Initiative", "foaf:homepage", "<http://contact@exemple.org>"),
    Case("Initiative", "schema:email", '"prenom.nom@exemple.org"'),
    Case("Initiative", "schema:email", '"contact.prenom.nom@exemple.org"'),
    Case("Initiative", "foaf:mbox", "<mailto:prenom.nom@exemple.org>"),
    Case("Initiative", "adms:identifier", '"732829320"'),
    Case("Initiative", "faces:legalForm", "<vocab/stage/consolidation>"),
    Case(
        "Initiative", "faces:legalForm", "<vocab/legal-form/association>, <vocab/legal-form/mutual>"
    ),
    Case("Initiative", "rov:orgType", '"9220"'),
    Case("Initiative", "rov:orgActivity", '"9499Z"'),
    Case("Initiative", "faces:foundingDate", '"17/05/2011"'),
    Case("Initiative", "faces:foundingDate", '"2011-13"^^xsd:gYearMonth'),
    Case("Initiative", "faces:attestedOn", '"hier"'),
    Case("Initiative", "dcterms:source", "<id/source/unknown>"),
    Case("Initiative", "faces:sourcePassage", '"sans langue"'),
    Case("Initiative", "adms:status", "<vocab/stage/consolidation>"),
    Case("Initiative", "adms:status", "<vocab/record-status/active>, <vocab/record-status/ended>"),
    Case("Network", "faces:networkKind", ""),
    Case("Network", "faces:networkKind", "<vocab/stage/consolidation>"),
    Case(
        "Network",
        "faces:formality",
        "<vocab/network-formality/formal>, <vocab/network-formality/informal>",
    ),
    Case("Organization", "rdfs:label", ""),
    Case("Membership", "org:member", ""),
    Case("Membership", "org:member", "<id/initiative/a> , <id/initiative/b>"),
    Case("Membership", "org:member", "<id/territory/t>"),
    Case("Membership", "org:organization", ""),
    Case("Membership", "org:organization", "<id/initiative/a>"),
    Case("Membership", "faces:startDate", '"2010"'),
    Case("Membership", "faces:endDate", '"2010"^^xsd:gYear , "2011"^^xsd:gYear'),
    Case("Accompaniment", "faces:accompanied", ""),
    Case("Accompaniment", "faces:accompanier", ""),
    Case("Accompaniment", "faces:accompanier", "<id/initiative/a>"),
    Case("Accompaniment", "faces:approach", "<vocab/stage/consolidation>"),
    Case("Accompaniment", "faces:targetStage", '"consolidation"'),
    Case("Accompaniment", "faces:endDate", '"2011-12-31"^^xsd:date'),
    Case("Accompaniment", "faces:endDate", '"2011"^^xsd:gYear'),
    Case("Facilitation", "faces:facilitatedNetwork", "<id/organization/o>"),
    Case("Facilitation", "faces:carrier", ""),
    Case("Facilitation", "faces:carrier", "<id/territory/t>"),
    Case("Pooling", "faces:poolingKind", ""),
    Case("Pooling", "faces:participant", "<id/initiative/a>"),
    Case("Cooperation", "faces:participant", "<id/initiative/a>"),
    Case("Cooperation", "faces:cooperationKind", "<vocab/pooling-kind/premises>"),
    Case("Programme", "faces:involves", '"Mesclun"'),
    Case("Event", "faces:initiator", "<id/territory/t>"),
    Case("Event", "faces:animator", "<id/territory/t>"),
    Case("Publication", "dcterms:publisher", '"Apeas"'),
    Case("Territory", "faces:territoryKind", ""),
    Case("Territory", "dcterms:identifier", "6088"),
    Case("Territory", "dcterms:identifier", '"6088"'),
    Case("Territory", "dcterms:identifier", '"2A004"', beside=OTHER_CORSE),
    Case("Territory", "faces:vintage", '"26"'),
    Case("Territory", "geo:sfWithin", "<id/territory/unknown>"),
    Case("Territory", "dcterms:isReplacedBy", "<id/territory/unknown>"),
    Case("Source", "dcterms:title", ""),
    Case("Source", "dcterms:title", '"X"@en'),
    Case("Source", "dcterms:license", "", severity="Warning"),
    Case("Source", "dcterms:license", '"Licence Ouverte"'),
    Case("Source", "dcterms:modified", ""),
    Case("Source", "dcterms:publisher", '"Apeas"'),
    Case("Source", "prov:hadPrimarySource", '"un texte"'),
    Case("StageStatement", "faces:stage", "<vocab/record-status/active>"),
    Case("StageStatement", "faces:attestedOn", ""),
    Case("StageStatement", "", "", path="^faces:stageStatement", beside=""),
    Case("Identifier", "dcterms:type", ""),
    Case("Identifier", "skos:notation", "732829320"),
    Case("Identifier", "skos:notation", '"73282932"'),
    Case("Identifier", "skos:notation", '"732829321"'),
    Case("Identifier", "skos:notation", '"7328293200007"', given=(("dcterms:type", SIRET),)),
    Case("Identifier", "skos:notation", '"73282932000075"', given=(("dcterms:type", SIRET),)),
    Case("Identifier", "skos:notation", '"35600000000002"', given=(("dcterms:type", SIRET),)),
    Case("Identifier", "skos:notation", '"W13301234"', given=(("dcterms:type", RNA),)),
    Case("Identifier", "skos:notation", '"732829320"', beside=SECOND_SIREN),
    Case("Identifier", "skos:notation", '"732829320"', beside=OTHER_SIRET),
    Case("Identifier", "", "", path="^adms:identifier", beside=""),
    Case("Address", "locn:postCode", '"6000"'),
    Case("Address", "locn:postName", '"Nice" , "Vence"'),
    Case("Address", "locn:fullAddress", '"a" , "b"'),
    Case("Address", "locn:thoroughfare", '"a" , "b"'),
    Case("Address", "", "", path="^locn:address", beside=""),
    Case("Concept", "skos:prefLabel", ""),
    Case("Concept", "skos:prefLabel", '"X"@fr'),
    Case("Concept", "skos:definition", ""),
    Case("Concept", "skos:definition", '"Y"@en'),
    Case("Concept", "skos:notation", ""),
    Case("Concept", "skos:inScheme", ""),
    Case("Concept", "skos:broader", "<vocab/theme/unknown>"),
    Case("Scheme", "skos:prefLabel", '"X"@fr'),
)

#: Values that must pass, because real records have them.
ACCEPTED: tuple[tuple[str, str, str, str], ...] = (
    ("Identifier", "skos:notation", '"356000000"', SIREN),
    ("Identifier", "skos:notation", '"062201199"', SIREN),
    ("Identifier", "skos:notation", '"73282932000074"', SIRET),
    ("Identifier", "skos:notation", '"35600000000048"', SIRET),
    ("Identifier", "skos:notation", '"35600000049837"', SIRET),
    ("Identifier", "skos:notation", '"35600000000001"', SIRET),
    ("Identifier", "skos:notation", '"W9M1006623"', RNA),
    ("Identifier", "skos:notation", '"W2B2007117"', RNA),
    ("Initiative", "schema:email", '"contact@exemple.org"', ""),
    ("Initiative", "schema:email", '"Contact-paca@mon-asso.exemple.org"', ""),
    ("Initiative", "foaf:homepage", "<https://www.resam.net/le-2d-a-morlaix.html>", ""),
    ("Initiative", "foaf:homepage", "<HTTP://exemple.org>", ""),
    ("Initiative", "faces:foundingDate", '"1962-01-01"^^xsd:date', ""),
    ("Initiative", "faces:foundingDate", '"1962"^^xsd:gYear', ""),
)


def turtle(example: Example, changes: dict[str, str], beside: str | None) -> str:
    """Write the example with other objects for some predicates."""
    properties = {**example.properties, **changes}
    lines = [f"    {p} {o} ;" for p, o in properties.items() if p and o]
    context = example.beside if beside is None else beside
    record = "\n".join([f"<{example.iri}> a {example.type} ;", *lines]).rstrip(" ;") + " .\n"
    return f"{PREFIXES}\n{CONTEXT}\n{context}\n{record}"
