"""The map: the same records as SPARQL finds, whatever the zoom, the filters, the size."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from registry.query.pool import QueryPool
from registry.settings import Settings
from registry.web.app import create_app
from support import contribute, initiative, shipped

HTML = {"Accept": "text/html"}
LOCATED = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX faces: <https://w3id.org/faces/ontology#>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
SELECT (COUNT(DISTINCT ?record) AS ?n) WHERE {
  ?record a faces:Initiative ; (dcterms:spatial?/geo:hasGeometry/geo:asWKT) ?point .
}
"""
#: Two with points of their own, one of which is far from the commune of the other 20.
APART = "".join(
    initiative(key, f"Moulin {key}", f"; geo:hasGeometry <id/initiative/{key}#geometry>")
    + f"<id/initiative/{key}#geometry> a geo:Geometry ;"
    f' geo:asWKT "POINT({point})"^^geo:wktLiteral ;'
    " faces:geocodingPrecision <vocab/geocoding-precision/exact> ;"
    ' faces:geocodingMethod "sur place"@fr .\n'
    for key, point in (("near", "5.40 43.30"), ("far", "5.36 43.27"))
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, pool: QueryPool) -> FlaskClient:
    folder: Path = tmp_path_factory.mktemp("map") / "registry"
    shipped(folder, Settings())
    text = "".join(initiative(f"n{i}", f"Jardin {i}") for i in range(20)) + APART
    nowhere = initiative("nowhere").replace("commune-13055", "region-93")
    contribute(folder, "jardins", text + nowhere)
    return create_app(Settings(), folder, pool).test_client()


def spots(client: FlaskClient, query: str) -> dict:  # type: ignore[type-arg]
    answer = client.get(f"/map.json?lang=en&{query}")
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)


def located(client: FlaskClient) -> int:
    graphs = client.application.extensions["faces"].archive.current().graphs
    ((number,),) = graphs.select(LOCATED)
    return int(number.value)


def test_the_spots_of_every_zoom_add_up_to_what_sparql_finds(client: FlaskClient) -> None:
    number = located(client)
    assert number == 22
    for zoom in range(4, 18, 2):
        found = spots(
            client, f"kind=initiative&zoom={zoom}&lat=43.29&lon=5.38&width=2600&height=2600"
        )
        if zoom < 14:
            assert sum(spot["count"] for spot in found["spots"]) == number, zoom
        assert found["located"] == number
        assert "22 records on the map" in found["status"]
        assert "1 more have no point on it" in found["status"]


def test_a_record_stands_at_its_own_point_else_at_its_commune(client: FlaskClient) -> None:
    found = spots(client, "kind=initiative&zoom=17&lat=43.30&lon=5.40")
    assert [spot["label"] for spot in found["spots"]] == ["Moulin near"]
    (spot,) = found["spots"]
    assert spot["href"] == "/doc/initiative/near?lang=en"
    assert (spot["lat"], spot["lon"]) == pytest.approx((43.30, 5.40), abs=0.001)
    together = spots(client, "kind=initiative&zoom=10&lat=43.3&lon=5.4")["spots"]
    assert sum(spot["count"] for spot in together) == 22


def test_words_and_filters_are_those_of_the_search(client: FlaskClient) -> None:
    assert spots(client, "q=moulin")["located"] == 2
    assert spots(client, "q=moulin+far")["located"] == 1
    inside = spots(client, "kind=initiative&spatial=id/territory/departement-13")
    assert inside["located"] == 22
    assert spots(client, "kind=initiative&spatial=id/territory/departement-06")["located"] == 0
    assert spots(client, "kind=territory")["spots"] == []
    page = client.get("/search?q=moulin&lang=en", headers=HTML).text
    assert 'href="/map?q=moulin&amp;lang=en"' in page


def test_without_scripts_every_spot_is_a_link_and_leads_nearer(client: FlaskClient) -> None:
    page = client.get("/map?kind=initiative&lang=en", headers=HTML).text
    assert "22 of 22 records" in page
    assert ">Bouches-du-Rhône</a>" in page or "Jardin 1" in page
    for _ in range(8):
        links = re.findall(r'<a href="([^"]*)" aria-label="[^"]*look closer">', page)
        if not links:
            break
        page = client.get(links[0].replace("&amp;", "&"), headers=HTML).text
    assert 'href="#map-list"' in page  # all at the centre of the commune
    assert "Jardin 1</a>" in page


def test_the_list_has_pages(client: FlaskClient) -> None:
    first = client.get("/map?kind=initiative&lang=en", headers=HTML).text
    follow = re.search(r'rel="next" href="([^"]*)"', first)
    assert follow
    second = client.get(follow[1].replace("&amp;", "&"), headers=HTML)
    assert second.status_code == 200
    assert "Moulin near" in second.text
    assert client.get("/map?page=9", headers=HTML).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["zoom=x&lat=1&lon=2", "zoom=99&lat=1&lon=2", "lat=nan&zoom=8&lon=2", "width=9", "page=x"],
)
def test_a_view_that_cannot_be_is_refused_in_words(client: FlaskClient, query: str) -> None:
    for path in ("/map", "/map.json", "/embed/map"):
        answer = client.get(f"{path}?{query}", headers={"Accept": "application/problem+json"})
        assert answer.status_code == 400
        assert query.partition("=")[0] in answer.text


def test_only_the_embedded_map_may_be_framed(client: FlaskClient) -> None:
    own, framed = client.get("/map"), client.get("/embed/map")
    assert framed.status_code == 200
    assert "frame-ancestors 'none'" in own.headers["Content-Security-Policy"]
    assert own.headers["X-Frame-Options"] == "DENY"
    policy = own.headers["Content-Security-Policy"].replace("ancestors 'none'", "ancestors *")
    assert framed.headers.getlist("Content-Security-Policy") == [policy]
    assert "X-Frame-Options" not in framed.headers


def test_a_map_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    for path in ("/map", "/map.json?zoom=8&lat=43&lon=5"):
        etag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_geojson_holds_what_was_found_where_the_map_shows_it(client: FlaskClient) -> None:
    answer = client.get("/search.geojson?kind=initiative&lang=en")
    assert answer.content_type == "application/geo+json"
    assert 'filename="faces.geojson"' in answer.headers["Content-Disposition"]
    found = json.loads(answer.text)
    assert found["type"] == "FeatureCollection"
    features = {each["properties"]["label"]: each for each in found["features"]}
    assert len(found["features"]) == len(features) == 23
    near = features["Moulin near"]
    assert near["geometry"] == {"type": "Point", "coordinates": [5.4, 43.3]}
    assert near["id"] == near["properties"]["iri"]
    assert near["properties"]["iri"].endswith("/id/initiative/near")
    assert near["properties"] | {"iri": ""} == {
        "label": "Moulin near",
        "kind": "solidarity initiative",
        "iri": "",
        "point": "own",
    }
    garden = features["Jardin 1"]
    assert garden["properties"]["point"] == "territory"
    (commune,) = json.loads(client.get("/search.geojson?q=marseille&kind=territory").text)[
        "features"
    ][:1]
    assert garden["geometry"] == commune["geometry"]
    nowhere = features["Initiative nowhere"]
    assert (nowhere["geometry"], nowhere["properties"]["point"]) == (None, None)
    assert json.loads(client.get("/search.geojson?q=zzzz").text)["features"] == []
    page = client.get("/search?q=moulin&lang=en", headers=HTML).text
    assert 'href="/search.geojson?q=moulin&amp;lang=en"' in page


def test_geojson_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/search.geojson").headers["ETag"]
    again = client.get("/search.geojson", headers={"If-None-Match": etag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "caption", "lat"),
    [
        ("initiative/near", "The point that the record states", "43.30000"),
        ("initiative/n1", "The point of Marseille", "43.2"),
        ("territory/commune-13055", "The point that the record states", "43.2"),
    ],
)
def test_a_record_has_a_small_map_that_leads_to_the_map(
    client: FlaskClient, path: str, caption: str, lat: str
) -> None:
    page = client.get(f"/doc/{path}?lang=en", headers=HTML).text
    found = re.search(r'<figure class="whereabouts.*?</figure>', page, re.DOTALL)
    assert found
    picture = found[0]
    assert caption in picture
    assert 'role="img" aria-label="Map: ' in picture
    assert '<path class="land" d="M' in picture
    assert len(picture) < 8000
    href = re.search(r'href="(/map[^"]*)"', picture)
    assert href
    assert f"lat={lat}" in href[1]
    x, y = (float(n) for n in re.findall(r'c[xy]="([\d.]+)"', picture))
    assert 80 <= x <= 240
    assert 55 <= y <= 165
    seen = spots(client, href[1].replace("&amp;", "&").partition("?")[2].replace("lang=en", ""))
    assert seen["spots"]


def test_a_record_that_is_nowhere_has_no_small_map(client: FlaskClient) -> None:
    page = client.get("/doc/initiative/nowhere", headers=HTML).text
    assert "whereabouts" not in page


def test_the_page_gives_the_line_that_frames_its_view(client: FlaskClient) -> None:
    page = client.get("/map?q=%22moulin%3E&zoom=9&lat=43.3&lon=5.4&lang=en", headers=HTML).text
    code = re.search(r'<code id="map-line">([^<]*)</code>', page)
    assert code
    line = unescape(code[1])
    source = re.search(r'<iframe src="([^"]*)" title="Map · [^"]*" [^<>]*></iframe>', line)
    assert source
    address = unescape(source[1])
    assert address.startswith("http://localhost/embed/map?q=%22moulin%3E&zoom=9&lat=43.30000")
    assert client.get(address.removeprefix("http://localhost")).status_code == 200


def test_filters_are_chosen_and_taken_back_on_the_map(client: FlaskClient) -> None:
    page = client.get("/map?lang=en", headers=HTML).text
    kind = re.search(r'<a href="(/map[^"]*kind=initiative[^"]*)" rel="nofollow">', page)
    assert kind
    page = client.get(unescape(kind[1]), headers=HTML).text
    choice = re.search(
        r'<a href="([^"]*)" rel="nofollow"><span class="name">Bouches-du-Rhône</span>'
        r' <span class="number">(\d+)',
        page,
    )
    assert choice
    href = unescape(choice[1])
    assert href.startswith("/map?")
    chosen = client.get(href, headers=HTML).text
    assert f"{choice[2]} of {choice[2]} records" in chosen
    assert "<summary>Filter (2)</summary>" in chosen
    chips = re.search(r'<ul class="chips".*?</ul>', chosen, re.DOTALL)
    assert chips
    assert chips[0].count("<li>") == 2
    assert chips[0].count('href="/map') == 2


def test_a_map_of_what_has_no_place_says_so(client: FlaskClient) -> None:
    page = client.get("/map?kind=programme&lang=en", headers={"Accept": "text/html"}).text
    assert "None of the records looked for says where it is." in page
    assert "0 of 0" not in page


def outlined(page: str) -> dict[str, tuple[str, str]]:
    """Return address and class of each outline that is a link, by its title."""
    found = re.findall(
        r'<a href="([^"]*)" rel="nofollow" tabindex="-1"><title>([^<]*)</title>'
        r'<path class="([^"]*)" d="M[^"]+"',
        page,
    )
    return {title: (unescape(href), looks) for href, title, looks in found}


@pytest.mark.parametrize("path", ["/map", "/embed/map"])
def test_an_outline_chooses_its_territory_and_takes_it_back(client: FlaskClient, path: str) -> None:
    asked = "kind=initiative&lang=en"
    start = outlined(client.get(f"{path}?{asked}&zoom=8&lat=43.5&lon=5.4", headers=HTML).text)
    # There is nothing in the other départements; one initiative names the region alone.
    assert {title: looks for title, (_, looks) in start.items()} == {
        "Bouches-du-Rhône : 22": "area"
    }
    ((href, _),) = start.values()
    assert href.startswith(f"{path}?")
    assert "spatial=id%2Fterritory%2Fdepartement-13" in href
    assert "zoom" not in href  # so that all that is chosen is seen
    near = href.replace("?", "?zoom=8&lat=43.5&lon=5.4&")
    chosen = client.get(near, headers=HTML).text
    assert "22 of 22 records" in chosen
    assert "more have no point" not in chosen
    back, looks = outlined(chosen)["Bouches-du-Rhône : 22"]
    assert looks == "area chosen"
    assert f'<a href="{escape(back)}" rel="nofollow">All territories</a>' in chosen
    again = client.get(back, headers=HTML).text
    assert "1 more have no point on it" in again
    assert "All territories" not in again


def test_from_afar_outlines_are_of_regions_and_from_near_there_are_none(
    client: FlaskClient,
) -> None:
    view = "kind=initiative&lat=43.3&lon=5.4"
    afar = spots(client, f"{view}&zoom=5")["areas"]
    assert [(each["key"], each["label"][-4:]) for each in afar] == [("region-93", ": 23")]
    assert afar[0]["chosen"] is False
    near = spots(client, f"{view}&zoom=9&spatial=id/territory/departement-06")
    assert [each["key"] for each in near["areas"]] == ["departement-13"]
    assert "departement-06" not in near["areas"][0]["href"]
    assert spots(client, f"{view}&zoom=13")["areas"] == []
    assert spots(client, "kind=initiative&lat=48.8&lon=2.3&zoom=9")["areas"] == []


def test_the_outlines_are_those_of_territories_that_are_shipped(client: FlaskClient) -> None:
    address = re.search(r'data-areas="(/static/[^"]*)"', client.get("/map", headers=HTML).text)
    assert address
    answer = client.get(address[1])
    levels = json.loads(answer.text)
    assert {level: len(found) for level, found in levels.items()} == {
        "region": 13,
        "departement": 96,
    }
    for found in levels.values():
        for key in found:
            if key.endswith(("-93", "-13", "-06", "-83", "-84")) and key != "departement-93":
                assert client.get(f"/doc/territory/{key}.ttl").status_code == 200, key


def test_the_picture_on_the_home_page_counts_what_is_on_the_map(client: FlaskClient) -> None:
    home = client.get("/?lang=en", headers={"Accept": "text/html"}).text
    number = re.search(r"The map of ([\d,]+) records", home)
    assert number
    total = re.search(r"of ([\d,]+) records on the map", client.get("/map?lang=en").text)
    assert total
    assert number[1] == total[1]
    picture = home.partition('<figure class="overview chart">')[2].partition("</figure>")[0]
    spots = re.findall(r'<circle class="dot"[^>]*/>(?:<text[^>]*>(\d+)</text>)?', picture)
    assert sum(int(count or 1) for count in spots) == int(number[1])
    assert '<a href="/map?lang=en">' in picture
