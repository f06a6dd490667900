from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import UsageError
from registry.identifiers import Iris, check_source_name, escape_key, is_iri, record_of

IRIS = Iris("https://registre.example/ess/")
SOURCES = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)
KEYS = st.text(min_size=1, max_size=12)


@given(SOURCES, KEYS, SOURCES, KEYS)
def test_minting_is_injective(one: str, key: str, other: str, other_key: str) -> None:
    same = (one, key) == (other, other_key)
    assert (IRIS.mint("network", one, key) == IRIS.mint("network", other, other_key)) == same


@given(KEYS)
def test_minted_iris_are_iris_and_plain_paths(key: str) -> None:
    iri = IRIS.mint("initiative", "source", key)
    assert is_iri(iri)
    path = IRIS.path(iri)
    assert path == "/" + iri.removeprefix(IRIS.base)
    assert "." not in escape_key(key)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="#"), max_size=20))
def test_a_path_leads_back_to_its_iri(local: str) -> None:
    iri = IRIS.base + local.replace("%", "")
    path = IRIS.path(iri)
    assert path is not None
    assert IRIS.iri(unquote(path)) == iri


def test_iris_of_others_have_no_path() -> None:
    assert IRIS.path("https://registre.example/essai/x") is None


def test_a_part_belongs_to_its_record() -> None:
    assert record_of("https://x.example/id/a/b#siren") == "https://x.example/id/a/b"


@pytest.mark.parametrize("name", ["", "Mesclun", "a_b", "a--b", "-a", "é", "a b", "../x", "a" * 61])
def test_a_source_needs_a_plain_name(name: str) -> None:
    with pytest.raises(UsageError):
        check_source_name(name)


@pytest.mark.parametrize("text", ["", "x", "a b:c", "http://a b", "http://<x>", "1a:b", "a:"])
def test_what_is_not_an_iri(text: str) -> None:
    assert not is_iri(text)
