"""Names proposed while they are typed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

Names = list[dict[str, str]]


def suggested(client: FlaskClient, question: str, language: str = "fr") -> Names:
    answer = client.get("/suggest", query_string={"q": question, "lang": language})
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    names: Names = answer.json["names"]
    return names


@pytest.mark.parametrize("question", ["mescl", "MÉSCL", " mesclun "])
def test_the_beginning_of_a_name_finds_it_whatever_its_accents(
    client: FlaskClient, question: str
) -> None:
    first = suggested(client, question)[0]
    assert (first["label"], first["kind"]) == ("Mesclun", "réseau")
    assert first["href"] == "/doc/network/mesclun?lang=fr"
    english = suggested(client, question, "en")[0]
    assert (english["kind"], english["href"]) == ("network", "/doc/network/mesclun?lang=en")


def test_the_shortest_name_comes_first_then_names_that_hold_the_word(client: FlaskClient) -> None:
    names = [each["label"] for each in suggested(client, "marseil")]
    assert names[0] == "Marseille"
    inside = suggested(client, "piles")
    assert "Réseau régional des Piles" in [each["label"] for each in inside]
    both = suggested(client, "réseau des pil")[0]
    assert both["label"] == "Réseau régional des Piles"


def test_there_are_at_most_eight(client: FlaskClient) -> None:
    names = [each["label"] for each in suggested(client, "jardin 1")]
    assert len(names) == 8
    assert all(name.startswith("Jardin 1") for name in names)


@pytest.mark.parametrize(
    "question", ["", "a", "%", '"', "x" * 5000, "zzzzzz", "' OR 1=1 --", "* NEAR(", "\x00"]
)
def test_what_is_no_beginning_finds_nothing(client: FlaskClient, question: str) -> None:
    assert suggested(client, question) == []


def test_labels_come_as_they_are_for_scripts_that_show_them_as_text(client: FlaskClient) -> None:
    (hostile,) = suggested(client, "script alert")
    assert hostile["label"] == "<script>alert(1)</script> & Cie"


def test_suggestions_that_have_not_changed_are_not_sent_again(client: FlaskClient) -> None:
    answer = client.get("/suggest?q=mars")
    again = client.get("/suggest?q=mars", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert "no-cache" in again.headers["Cache-Control"]
    assert answer.headers["Vary"].startswith("Accept-Language")
