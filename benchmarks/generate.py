"""Writes a made-up registry of a given size, as Turtle: for measuring, never for publishing.

About 27 triples an initiative, in the communes of Provence-Alpes-Côte d’Azur; every initiative is a
member of one of the networks, every third is accompanied by one, and every 39th is a member of the
first network, which at 200,000 initiatives has 5,129. Deterministic: the same size gives the same
bytes.
"""

from __future__ import annotations

import csv
import functools
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

PREFIXES = """\
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix faces: <https://w3id.org/faces/ontology#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix rov: <http://www.w3.org/ns/regorg#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix v: <https://w3id.org/faces/vocab/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
STAGES = ("emergence", "creation", "development", "consolidation")
PLACES = ("commune-13055", "commune-13004", "departement-06", "region-93")
COMMUNES = Path(__file__).parents[1] / "data/territories/communes.csv.gz"
REGION = "93"
THEMES = ("food", "culture", "mobility", "housing", "reuse")
WORDS = ("Jardin", "Atelier", "Recyclerie", "Épicerie", "Café", "Conserverie", "Garage", "Fournil")
NAMES = (
    "des Calanques",
    "de l’Étang",
    "du Panier",
    "solidaire",
    "de la Roya",
    "d’Arles",
    "Mosaïque",
)


@functools.cache
def communes() -> list[str]:
    """Return the keys of the region's communes."""
    with gzip.open(COMMUNES, "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        own = [row for row in rows if row["region"] == REGION and row["kind"] == "commune"]
    return [f"commune-{row['code']}" for row in own]


def siren(number: int) -> str:
    """Return the SIREN whose first eight digits are ``number``: the ninth is Luhn's check digit."""
    digits = f"{number:08d}"
    total = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character) * (2 if position % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return digits + str(-total % 10)


def networks(size: int) -> int:
    """Return how many networks a registry of that size has."""
    return max(3, size // 200)


def network(number: int) -> str:
    return f"""\
<id/network/bench_n{number}> a faces:Network ;
    rdfs:label "Réseau d’essai {number}"@fr ;
    dcterms:description "Réseau d’essai numéro {number}."@fr ;
    faces:networkKind <https://w3id.org/faces/vocab/network-kind/territorial> ;
    dcterms:spatial <id/territory/{PLACES[number % 4]}> .
"""


def initiative(i: int, size: int) -> str:
    iri = f"id/initiative/bench_{i}"
    name = f"{WORDS[i % 8]} {NAMES[i % 7]} {i}"
    net = i % networks(size) if i % 39 else 0
    place = communes()[i * 7919 % len(communes())]
    text = f"""\
<{iri}> a faces:Initiative ;
    rdfs:label "{name}"@fr , "{name} (test)"@en ;
    dcterms:description "{name} : initiative d’essai qui répare, cultive et partage."@fr ;
    faces:acronym "I{i}" ;
    faces:foundingDate "{1980 + i % 45}"^^xsd:gYear ;
    rov:orgType <https://w3id.org/faces/vocab/legal-category/9220> ;
    rov:orgActivity <https://w3id.org/faces/vocab/naf/94.99Z> ;
    faces:legalForm <https://w3id.org/faces/vocab/legal-form/association> ;
    foaf:homepage <https://initiative-{i}.example/> ;
    dcterms:spatial <id/territory/{place}> ;
    faces:theme <https://w3id.org/faces/vocab/theme/{THEMES[i % 5]}> ;
    adms:identifier <{iri}#siren> ;
    faces:stageStatement <{iri}#stage-{2000 + i % 24}> .
<{iri}#siren> a adms:Identifier ;
    skos:notation "{siren(i + 1)}" ;
    dcterms:type <https://w3id.org/faces/vocab/identifier-scheme/siren> .
<{iri}#stage-{2000 + i % 24}> a faces:StageStatement ;
    faces:stage <https://w3id.org/faces/vocab/stage/{STAGES[i % 4]}> ;
    faces:attestedOn "{2000 + i % 24}"^^xsd:gYear .
<id/membership/bench_{i}> a org:Membership ;
    rdfs:label "{name}, membre du réseau d’essai {net}"@fr ;
    org:member <{iri}> ;
    org:organization <id/network/bench_n{net}> ;
    faces:startDate "{2000 + i % 24}"^^xsd:gYear .
"""
    if i % 3 == 0:
        text += f"""\
<id/accompaniment/bench_{i}> a faces:Accompaniment ;
    rdfs:label "Accompagnement de {name}"@fr ;
    faces:accompanied <{iri}> ;
    faces:accompanier <id/network/bench_n{net}> ;
    faces:approach <https://w3id.org/faces/vocab/accompaniment-approach/expert> ;
    faces:startDate "{2001 + i % 24}"^^xsd:gYear .
"""
    return text


def turtle(size: int) -> Iterator[str]:
    """Yield the registry piece by piece."""
    yield PREFIXES
    for number in range(networks(size)):
        yield network(number)
    for number in range(size):
        yield initiative(number, size)


def write(path: Path, size: int) -> None:
    """Write a registry of ``size`` initiatives."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(turtle(size))


def one_record() -> str:
    """Return one more initiative, as a contribution of its own."""
    # Number 90,000,000 falls to network 0, which a registry of any size has.
    return PREFIXES + initiative(90_000_000, 600).replace("bench_90000000", "bench-one_1")


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
