"""The demonstration data: made up, marked as such, the same each time, and valid."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest

from support import BASE

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data/demo"
GENERATOR = ROOT / "data/build/demo.py"
FACES = "https://w3id.org/faces/ontology#"
ORG = "http://www.w3.org/ns/org#"
A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
EMAIL = "https://schema.org/email"
COUNTS = {
    f"{FACES}Initiative": 150,
    f"{FACES}Network": 12,
    f"{FACES}Accompaniment": 90,
    f"{FACES}Method": 8,
    f"{FACES}Pooling": 24,
    f"{FACES}Cooperation": 20,
    f"{FACES}Event": 9,
}


@functools.cache
def statements() -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    for path in sorted(DEMO.glob("*.ttl")):
        store.extend(pyoxigraph.parse(path=path, base_iri=BASE))
    return store


def subjects() -> set[str]:
    found = (quad.subject for quad in statements())
    return {node.value for node in found if isinstance(node, pyoxigraph.NamedNode)}


def records() -> set[str]:
    """Return what has a page of its own: not the parts, not the source."""
    return {iri for iri in subjects() if "#" not in iri and "/id/source/" not in iri}


def values(iri: str, predicate: str) -> list[str]:
    found = statements().quads_for_pattern(
        pyoxigraph.NamedNode(iri), pyoxigraph.NamedNode(predicate), None
    )
    terms = (quad.object for quad in found)
    return [term.value for term in terms if not isinstance(term, pyoxigraph.Triple)]


def objects() -> set[str]:
    found = (quad.object for quad in statements())
    return {node.value for node in found if isinstance(node, pyoxigraph.NamedNode)}


def test_the_generator_writes_the_same_bytes_again(tmp_path: Path) -> None:
    # Whatever the order in which sets are hashed.
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, GENERATOR, tmp_path], check=True, env=environment)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in DEMO.iterdir()}


def test_there_is_as_much_as_said_and_it_stays_small() -> None:
    counts = Counter(name for iri in records() for name in values(iri, A))
    assert {name: counts[name] for name in COUNTS} == COUNTS
    assert counts[f"{ORG}Membership"] > 100
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < 1_000_000


def test_every_record_says_that_it_is_fictitious() -> None:
    assert len(records()) > 400
    silent = {iri for iri in records() if values(iri, f"{FACES}fictitious") != ["true"]}
    assert not silent
    unmarked = {
        name
        for iri in records()
        for name in values(iri, LABEL)
        if not name.endswith((" (démonstration)", " (demonstration)"))
    }
    assert not unmarked


def test_it_says_nothing_of_real_organisations() -> None:
    described = subjects()
    strangers = {
        iri
        for iri in objects() - described
        if not iri.startswith((f"{BASE}id/territory/", f"{BASE}vocab/", FACES, ORG))
        and not re.match(r"https://[a-z0-9-]+\.example/$", iri)
        and not iri.startswith("http://www.opengis.net/ont/geosparql#")
    }
    assert strangers == {"https://spdx.org/licenses/etalab-2.0"}
    assert all("/demo-" in iri for iri in records())
    assert "http://www.w3.org/ns/adms#identifier" not in {
        quad.predicate.value for quad in statements()
    }


def test_its_mailboxes_can_reach_nobody() -> None:
    addresses = [address for iri in records() for address in values(iri, EMAIL)]
    assert len(addresses) > 50
    assert all(re.fullmatch(r"contact@[a-z0-9-]+\.example", address) for address in addresses)


def test_its_concepts_exist() -> None:
    vocabularies = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "ontology/vocab").glob("*.ttl")
    )
    used = {iri.removeprefix(f"{BASE}vocab/") for iri in objects() if "/vocab/" in iri}
    assert len(used) > 80
    missing = {
        name for name in used if f"\n{name.replace('/', ':')} a skos:Concept" not in vocabularies
    }
    assert not missing


@pytest.mark.parametrize("question", range(1, 26))
def test_the_readme_answers_each_question(question: int) -> None:
    text = (DEMO / "README.md").read_text(encoding="utf-8")
    answer = text.partition(f"\n## {question}. ")[2].partition("\n## ")[0]
    planted, _, complete = answer.partition("In all:")
    keys = {iri.rpartition("/")[2] for iri in records()}
    assert set(re.findall(r"`(demo-[a-z]+-\d+)`", planted + complete)) <= keys
    assert planted.count("\n- `demo-") >= 1
    assert complete.count("\n- ") >= 1
