from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.formats import DOCUMENT_FORMATS, HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE
from registry.negotiation import negotiate

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, HTML),
        ("", HTML),
        ("*/*", HTML),
        (BROWSER, HTML),
        ("text/turtle", TURTLE),
        ("TEXT/Turtle ; charset=utf-8", TURTLE),
        ("application/rdf+xml;q=0.4, text/turtle;q=0.3", RDF_XML),
        ("text/html;q=0.1, application/n-triples", N_TRIPLES),
        ("application/ld+json;profile=http://www.w3.org/ns/json-ld#compacted", JSON_LD),
        ("text/*;q=0.5, text/turtle;q=0", HTML),
        ("text/html;q=0, */*;q=0.1", TURTLE),
        ("image/png", None),
        ("text/turtle;q=0", None),
        ("text/turtle;q=nonsense", None),
        ("nonsense", None),
        (";;;,,,q=1", None),
    ],
)
def test_accept_decides(accept: str | None, expected: object) -> None:
    assert negotiate(accept, DOCUMENT_FORMATS) is expected


@given(st.text(max_size=300))
def test_negotiation_is_total(accept: str) -> None:
    assert negotiate(accept, DOCUMENT_FORMATS) in (*DOCUMENT_FORMATS, None)
