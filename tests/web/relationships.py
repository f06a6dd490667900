"""A garden with relationships of every kind and stages, for tests of its page."""

from __future__ import annotations

from support import initiative

_GARDEN = """; faces:theme <vocab/theme/food> ;
  adms:identifier <id/initiative/garden#siren> , <id/initiative/garden#wikidata> ;
  geo:hasGeometry <id/initiative/garden#geometry> ;
  faces:stageStatement <id/initiative/garden#stage-1> , <id/initiative/garden#stage-2> .
<id/initiative/garden#siren> a adms:Identifier ; skos:notation "732829320" ;
  dcterms:type <vocab/identifier-scheme/siren> .
<id/initiative/garden#wikidata> a adms:Identifier ; skos:notation "Q1 &" ;
  dcterms:type <vocab/identifier-scheme/wikidata> .
<id/initiative/garden#geometry> a geo:Geometry ; geo:asWKT "POINT(5.37 43.3)"^^geo:wktLiteral ;
  faces:geocodingPrecision <vocab/geocoding-precision/exact> .
<id/initiative/garden#stage-1> a faces:StageStatement ; faces:stage <vocab/stage/creation> ;
  faces:attestedOn "2010"^^xsd:gYear .
<id/initiative/garden#stage-2> a faces:StageStatement ; faces:stage <vocab/stage/consolidation> ;
  faces:attestedOn "2014-07"^^xsd:gYearMonth"""

_RELATIONSHIPS = """
<id/accompaniment/one> a faces:Accompaniment ; rdfs:label "Premier accompagnement"@fr ;
  faces:accompanied <id/initiative/garden> ; faces:accompanier <id/network/mesclun> ;
  faces:startDate "2011"^^xsd:gYear ; faces:targetStage <vocab/stage/consolidation> ;
  faces:approach <vocab/accompaniment-approach/peer> .
<id/accompaniment/two> a faces:Accompaniment ; rdfs:label "Second accompagnement"@fr ;
  faces:accompanied <id/network/mesclun> ; faces:accompanier <id/initiative/garden> ,
    <id/initiative/grocery> ;
  faces:startDate "2012-05-01"^^xsd:date ; faces:endDate "2013-06"^^xsd:gYearMonth .
<id/accompaniment/gone> a faces:Accompaniment ; rdfs:label "Retiré"@fr ;
  faces:accompanied <id/initiative/garden> ; faces:accompanier <id/network/resspa> ;
  adms:status <vocab/record-status/withdrawn> .
<id/membership/garden> a org:Membership ; rdfs:label "Adhésion du jardin"@fr ;
  org:member <id/initiative/garden> ; org:organization <id/network/mesclun> ;
  faces:attestedOn "2012"^^xsd:gYear .
<id/facilitation/pecos> a faces:Facilitation ; rdfs:label "Animation"@fr ;
  faces:facilitatedNetwork <id/network/pecos> ; faces:carrier <id/initiative/garden> ;
  faces:startDate "2010"^^xsd:gYear ; faces:endDate "2014"^^xsd:gYear .
<id/pooling/van> a faces:Pooling ; rdfs:label "Camion"@fr ;
  faces:poolingKind <vocab/pooling-kind/logistics> ; faces:startDate "2016"^^xsd:gYear ;
  faces:participant <id/initiative/garden> , <id/initiative/grocery> .
<id/cooperation/tender> a faces:Cooperation ; rdfs:label "Réponse"@fr ;
  faces:cooperationKind <vocab/cooperation-kind/joint-tender> ;
  faces:participant <id/initiative/garden> , <id/initiative/grocery> , <id/initiative/a> ,
    <id/initiative/b> , <id/initiative/c> , <id/initiative/d> .
"""


def garden() -> str:
    """Return the garden, its five neighbours and what relates them, in Turtle."""
    neighbours = "".join(initiative(key) for key in ("grocery", "a", "b", "c", "d"))
    return initiative("garden", "Le jardin", _GARDEN) + neighbours + _RELATIONSHIPS
