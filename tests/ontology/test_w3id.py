"""The redirections to submit to w3id.org lead every IRI of ours to an address of the registry.

The rules are read as Apache's mod_rewrite reads them, for the few directives that they use.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from rdflib.namespace import OWL

sys.path.insert(0, str(Path(__file__).parent))

from ontology_graphs import BASE, ROOT, examples, ontology, read

from registry.formats import GRAPH_FORMATS

FOLDER = ROOT / "ontology/w3id/faces"
RULES = (FOLDER / ".htaccess").read_text(encoding="utf-8")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def redirected(path: str, accept: str = "*/*") -> tuple[str, int] | None:
    """Return where a path below /faces/ leads, and with which status."""
    variables: dict[str, str] = {}
    conditions: list[bool] = []
    for line in RULES.splitlines():
        directive, *arguments = line.split()[:4] or [""]
        if directive == "RewriteCond":
            wanted, pattern = not arguments[1].startswith("!"), arguments[1].removeprefix("!")
            conditions.append(bool(re.search(pattern, accept)) == wanted)
        elif directive == "RewriteRule":
            pattern, target, flags = arguments
            match = re.search(pattern, path) if all(conditions) else None
            conditions = []
            if match and (variable := re.search(r"E=(\w+):([^],]+)", flags)):
                variables[variable[1]] = variable[2]
            if match and (status := re.search(r"R=(\d+)", flags)):
                target = re.sub(r"%\{ENV:(\w+)\}", lambda m: variables[m[1]], target)
                found = re.sub(r"\$(\d)", lambda m, of=match: of[int(m[1])] or "", target)
                return found.removeprefix(variables["REGISTRY"]), int(status[1])
    return None


@pytest.mark.parametrize("version", ["", "/0.2.0"])
def test_the_ontology_is_negotiated(version: str) -> None:
    for form in GRAPH_FORMATS:
        found = redirected(f"ontology{version}", form.media_type)
        assert found == (f"/ontology{version}.{form.extension}", 303)
    assert redirected(f"ontology{version}", BROWSER) == (f"/ontology{version}", 303)
    both = "text/turtle;q=0.5,text/html"
    assert redirected(f"ontology{version}", both) == (f"/ontology{version}", 303)


def test_the_context_and_the_alignments_are_found() -> None:
    assert redirected("ontology/context.jsonld") == ("/ontology/context.jsonld", 303)
    assert redirected("ontology/alignments") == ("/ontology", 303)
    assert redirected("") == ("/", 302)
    assert redirected("elsewhere") is None
    assert redirected("ontology/none") is None


def test_every_iri_of_ours_leads_to_the_registry() -> None:
    described = {str(s) for s in (ontology() + read(examples())).subjects()}
    described |= {str(o) for o in ontology().objects(None, OWL.versionIRI)}
    own = {iri.removeprefix(BASE) for iri in described if iri.startswith(BASE)}
    assert len(own) > 200
    for local in own:
        path = local.partition("#")[0]
        found = redirected(path)
        assert found, local
        if not path.startswith("ontology/alignments"):
            assert found == (f"/{path}", 303)


def test_programs_of_other_sites_may_read() -> None:
    assert 'Access-Control-Allow-Origin "*"' in RULES
    assert f"{BASE}ontology/0.2.0" in (FOLDER / "README.md").read_text(encoding="utf-8")
