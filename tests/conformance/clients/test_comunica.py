"""Comunica, the query engine of people who write JavaScript, against the real server.

It finds out by the service description what the address is, asks over HTTP with compression, and
reads results in JSON and graphs in RDF.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from web.web_server import Server

CLIENT: Final = Path(__file__).parent / "comunica"
#: What the installed packages were installed from.
MARK: Final = CLIENT / "node_modules" / ".installed"

FACES: Final = "https://w3id.org/faces/ontology#"
LABEL: Final = "http://www.w3.org/2000/01/rdf-schema#label"
MESCLUN: Final = "https://w3id.org/faces/id/network/mesclun"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
LANG_STRING: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


@pytest.fixture(scope="module")
def comunica() -> Path:
    """Install what the lock file pins, once for each version of it."""
    lock = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    if not MARK.exists() or MARK.read_text() != lock:
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
        done = subprocess.run(command, cwd=CLIENT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        MARK.write_text(lock)
    return CLIENT / "ask.mjs"


def ask(script: Path, server: Server, *queries: str) -> list[Any]:
    done = subprocess.run(
        ["node", str(script), f"{server.url}/sparql"],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[Any] = json.loads(done.stdout)
    assert len(found) == len(queries)
    return found


def test_comunica_asks_and_understands_the_answers(comunica: Path, server: Server) -> None:
    select, yes, count, typed, long = ask(
        comunica,
        server,
        f"SELECT ?label {{ <{MESCLUN}> <{LABEL}> ?label FILTER(LANG(?label) = 'fr') }}",
        f"ASK {{ <{MESCLUN}> a <{FACES}Network> }}",
        f"SELECT (COUNT(*) AS ?n) {{ ?s a <{FACES}Initiative> }}",
        f"SELECT ?day ?none {{ BIND('2012-07-27'^^<{XSD}date> AS ?day) }}",
        "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 5000",
    )
    assert select == [{"label": literal("Mesclun", LANG_STRING, language="fr")}]
    assert yes is True
    assert [row["n"]["datatype"] for row in count] == [f"{XSD}integer"]
    assert int(count[0]["n"]["value"]) > 100
    assert typed == [{"day": literal("2012-07-27", f"{XSD}date")}]
    assert len(long) == 5000
    assert all(row["s"]["type"] in {"NamedNode", "BlankNode"} for row in long)


def test_comunica_reads_graphs(comunica: Path, server: Server) -> None:
    made, described = ask(
        comunica,
        server,
        f"CONSTRUCT {{ <{MESCLUN}> <urn:called> ?l }} WHERE {{ <{MESCLUN}> <{LABEL}> ?l }}",
        f"DESCRIBE <{MESCLUN}>",
    )
    labels = {(o["value"], o.get("language")) for _, _, o in made}
    assert labels == {("Mesclun", "fr"), ("Mesclun", "en")}
    assert {p["value"] for _, p, _ in made} == {"urn:called"}
    assert f"{FACES}Network" in {o["value"] for _, _, o in described}


def literal(value: str, datatype: str, **more: str) -> dict[str, str]:
    return {"type": "Literal", "value": value, "datatype": datatype, **more}
