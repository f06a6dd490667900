from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from importing.samples import IRIS, RECORD, SOURCE, field, objects, table
from registry.errors import InputError
from registry.importing import geojson
from registry.importing.geojson import features
from registry.importing.table import Table

POINT = """
[[records.parts]]
fragment = "geometry"
property = "geo:hasGeometry"
class = "geo:Geometry"
[records.parts.constants]
"faces:geocodingPrecision" = "vocab:geocoding-precision/commune"
"faces:geocodingMethod" = { fr = "carte", en = "map" }
[[records.parts.fields]]
column = ["geometry.longitude", "geometry.latitude"]
property = "geo:asWKT"
type = "point"
within = [-10.0, 36.0, 30.0, 70.0]
on_error = "value"
"""
MAPPING = (
    SOURCE
    + RECORD.replace('"id"', '"_id"')
    + field("name.fr", language='"fr"', required="true")
    + field("name.en", language='"en"')
    + field("tags", "schema:keywords")
    + POINT
)
SAMPLE = """{"crs": null, "features": [
  {"type": "Feature", "properties": {"_id": "a", "name": {"fr": "Jardin", "en": "Garden"},
   "tags": ["x", " y ", "x", null], "n": 43.10, "ok": true, "none": null, "own": {"a": [{"b": 1}]}},
   "geometry": {"type": "Point", "coordinates": [5.370, 43.2965, 12]}},
  {"type": "Feature", "properties": {"_id": "b", "name": {"fr": "Échangé"}},
   "geometry": {"type": "Point", "coordinates": [43.2965, 5.370]}},
  {"type": "Feature", "properties": {"_id": "c", "name": {"en": "Nameless"}}, "geometry": null},
  {"type": "Feature", "id": 7, "properties": {"_id": "d", "name": {"fr": "Zéro"}},
   "geometry": {"type": "Point", "coordinates": [0, 0.0]}},
  {"type": "Feature", "properties": {"_id": "a", "name": {"fr": "Encore"}},
   "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
  {"type": "Feature", "properties": {"_id": "e", "name": {"fr": "Loin"}},
   "geometry": {"type": "Point", "coordinates": [-60.5, 1E1]}},
  {"type": "Feature", "properties": {"_id": "f", "name": {"fr": "Sans"}},
   "geometry": {"type": "Point", "coordinates": []}},
  {"type": "Feature", "properties": {"_id": "g", "name": {"fr": "Faux"}},
   "geometry": {"type": "Point", "coordinates": ["est", 300]}}
], "type": "FeatureCollection"}
"""


def sample(folder: Path, text: str | bytes = SAMPLE, name: str = "x.geojson") -> Table:
    return table(folder, text, MAPPING, name=name)


def test_features_are_rows_and_their_properties_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(SAMPLE, encoding="utf-8")
    with features(path) as (header, rows):
        first = dict(zip(header, next(rows).cells, strict=True))
        assert {name: cell for name, cell in first.items() if cell} == {
            "_id": "a",
            "name.fr": "Jardin",
            "name.en": "Garden",
            "tags": ["x", " y ", "x", ""],
            "n": "43.10",
            "ok": "true",
            "own.a": ['{"b": "1"}'],
            "geometry.longitude": "5.370",
            "geometry.latitude": "43.2965",
            "geometry.altitude": "12",
        }
        assert [str(row.place) for row in rows][:2] == [f"{path}:feature 2", f"{path}:feature 3"]


def test_a_sample_is_published_and_its_faults_counted(tmp_path: Path) -> None:
    result = sample(tmp_path)
    assert objects(result, "label") == [
        '"Jardin"@fr',
        '"Garden"@en',
        '"Échangé"@fr',
        '"Zéro"@fr',
        '"Loin"@fr',
        '"Sans"@fr',
        '"Faux"@fr',
    ]
    assert objects(result, "keywords") == ['"x"', '"y"']
    wkt = "http://www.opengis.net/ont/geosparql#wktLiteral"
    assert objects(result, "asWKT") == [f'"POINT(5.370 43.2965)"^^<{wkt}>']
    assert objects(result, "geocodingMethod") == ['"carte"@fr', '"map"@en']
    assert [(str(p.place).rpartition("/")[2], p.reason) for p in result.problems()] == [
        *((f"x.geojson:{name}", "column-not-mapped") for name in UNMAPPED),
        ("x.geojson:feature 2:geometry.longitude", "swapped-coordinates"),
        ("x.geojson:feature 3:name.fr", "missing-value"),
        ("x.geojson:feature 4:geometry.longitude", "zero-coordinates"),
        ("x.geojson:feature 5:_id", "duplicate-key"),
        ("x.geojson:feature 6:geometry.longitude", "outside-area"),
        ("x.geojson:feature 8:geometry.longitude", "not-a-point"),
    ]
    assert [line.to("en") for line in result.summary().lines()] == [
        "8 rows read, 6 published.",
        "Features left out: 1 (a required value is missing), numbers 3.",
        "Features left out: 1 (an earlier row has the same key), numbers 5.",
        *(
            f"Values left out of the column “geometry.longitude”: 1 ({why})."
            for why in (
                "it is not a point on Earth): est 300 (1",
                "the point lies outside the area of the mapping): -60.5 1E1 (1",
                "longitude and latitude are swapped): 43.2965 5.370 (1",
                "both coordinates are zero): 0 0.0 (1",
            )
        ),
        f"Columns not mapped: {len(UNMAPPED)}: {', '.join(UNMAPPED)}.",
    ]


UNMAPPED = ["n", "ok", "none", "own.a", "geometry.altitude", "feature.id", "geometry.type"]


def test_a_property_that_no_feature_has_is_said(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"_id": "a", "name": {"fr": "A"}}, "geometry": None}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    result = sample(tmp_path, text)
    assert objects(result, "label") == ['"A"@fr']
    assert [(p.reason, p.value) for p in result.problems()] == [
        ("column-not-found", name)
        for name in ("geometry.latitude", "geometry.longitude", "name.en", "tags")
    ]


def test_how_the_file_is_cut_and_packed_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list(sample(tmp_path).statements())
    packed = gzip.compress(b"\xef\xbb\xbf" + SAMPLE.encode())
    monkeypatch.setattr(geojson, "_CHUNK", 1)
    found = list(sample(tmp_path, packed, "x.geojson.gz").statements())
    assert [s.triple for s in found] == [s.triple for s in whole]


def test_rows_are_left_out_by_the_number_of_the_feature(tmp_path: Path) -> None:
    result = sample(tmp_path)
    place = next(
        s.place
        for s in result.statements()
        if s.triple.subject.value == IRIS.mint("initiative", "liste", "e")  # type: ignore[union-attr]
    )
    number = result.row_number(place)
    assert number == 6
    left = [s for s in result.statements(frozenset({number})) if s.place.line == 6]
    assert left == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "feature 1"),
        ("[]", "feature 1"),
        ('{"type": "Feature", "features": []}', "feature 1"),
        ('{"type": "FeatureCollection"}', "feature 1"),
        ('{"type": "FeatureCollection", "features": [{"type": "Point"}]}', "feature 1"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}, 3]}', "feature 2"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}, {"x"', "feature 2"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}', "feature 2"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}]', "feature 2"),
        ('{"type": "FeatureCollection", "features": []} x', "feature 1"),
        ("[" * 100_000, "feature 1"),
        ('{"a": ' + "[" * 100_000, "feature 1"),
        (b'{"type": "\xe9"}', ""),
    ],
)
def test_what_is_no_feature_collection_is_refused_with_its_place(
    tmp_path: Path, text: str | bytes, place: str
) -> None:
    with pytest.raises(InputError) as raised:
        list(sample(tmp_path, text).statements())
    assert raised.value.where == ":".join(filter(None, (f"{tmp_path}/x.geojson", place)))
