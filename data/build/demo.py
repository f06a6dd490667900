"""Writes the demonstration data: made-up initiatives, networks and accompaniments, as Turtle.

``python data/build/demo.py [FOLDER]`` writes ``data/demo`` or the folder given. Seeded: the same
bytes each time. The communes are those of ``demo-places.csv``, cut from INSEE’s code of 2026.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from demo_answers import readme
from demo_filling import fill
from demo_model import Thing, date, text, turtle
from demo_stories import plant
from demo_world import TODAY, World

SEED = 2012
FOLDER = Path(__file__).parents[1] / "demo"
FILES = {
    "initiatives": ("initiative", "Initiatives"),
    "networks": ("network", "Networks"),
    "organizations": ("organization", "Organisations"),
    "memberships": ("membership", "Memberships"),
    "facilitations": ("facilitation", "Facilitations of networks"),
    "accompaniments": ("accompaniment", "Accompaniments"),
    "methods": ("method", "Methods of accompaniment"),
    "poolings": ("pooling", "Poolings"),
    "cooperations": ("cooperation", "Cooperations"),
    "events": ("event", "Events"),
    "programmes": ("programme", "Programmes"),
}


def source() -> Thing:
    """Return the description of the source that all these records come from."""
    thing = Thing("<id/source/demo>", "faces:Source")
    names = (
        text("Données de démonstration (fictives)", "fr"),
        text("Demonstration data (fictitious)", "en"),
    )
    thing.say("rdfs:label", *names)
    thing.say("dcterms:title", *names)
    thing.say(
        "dcterms:description",
        text(
            "Initiatives, réseaux et relations inventés, pour montrer ce que fait le registre."
            " Seuls les territoires sont réels.",
            "fr",
        ),
        text(
            "Made-up initiatives, networks and relationships, to show what the registry does."
            " Only the territories are real.",
            "en",
        ),
    )
    thing.say("dcterms:license", "<https://spdx.org/licenses/etalab-2.0>")
    thing.say("dcterms:modified", date(TODAY))
    thing.say("faces:fictitious", "true")
    return thing


def world() -> World:
    """Return the made-up world: what is planted first, then the filling."""
    made = World(random.Random(SEED))  # noqa: S311 - seeded on purpose, nothing is secret
    fill(made, plant(made))
    return made


def write(folder: Path) -> None:
    """Write all files to ``folder``."""
    made = world()
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"source.ttl": turtle("The source of the demonstration data", [source()])}
    for name, (kind, title) in FILES.items():
        texts[f"{name}.ttl"] = turtle(title, made.of(kind))
    texts["README.md"] = readme(made)
    for name, content in texts.items():
        (folder / name).write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
