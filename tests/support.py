"""What several tests need: a small contribution, and a registry made from it."""

from __future__ import annotations

import asyncio
import atexit
import functools
import shutil
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph

from registry.findings import Place, Problem
from registry.importing.model import Statement
from registry.progress import Progress
from registry.publishing.contribute import Importer, Outcome
from registry.publishing.shipped import shipped_sources
from registry.releases.writer import Writer
from registry.settings import Settings

BASE = "https://w3id.org/faces/"
PREFIXES = """\
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix faces: <https://w3id.org/faces/ontology#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


T = TypeVar("T")


def run(task: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: browser tests leave an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, task).result()


def initiative(key: str, label: str | None = None, extra: str = "") -> str:
    """Return a valid initiative in Turtle."""
    name = label or f"Initiative {key}"
    return (
        f'<id/initiative/{key}> a faces:Initiative ; rdfs:label "{name}"@fr ;'
        f' dcterms:description "Pour essayer."@fr ;'
        f" dcterms:spatial <id/territory/commune-13055> {extra} .\n"
    )


class TurtleText:
    """A contribution given as Turtle text without blank nodes."""

    skips_invalid_rows = False

    def __init__(self, text: str) -> None:
        self._text = PREFIXES + text

    def statements(self, leave_out: frozenset[int] = frozenset()) -> Iterator[Statement]:
        assert not leave_out
        quads = pyoxigraph.parse(self._text, pyoxigraph.RdfFormat.TURTLE, base_iri=BASE)
        for quad in quads:
            triple = pyoxigraph.Triple(quad.subject, quad.predicate, quad.object)
            yield Statement(triple, Place("text"))

    def problems(self) -> list[Problem]:
        return []


def shipped(data_dir: Path, settings: Settings) -> None:
    """Make a registry with the shipped data: release 1. Imported once, then copied."""
    shutil.copytree(_shipped(settings), data_dir, symlinks=True, dirs_exist_ok=True)


@functools.cache
def _shipped(settings: Settings) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="faces-shipped-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with Writer(folder) as writer:
        Importer(writer, settings, Progress()).run(
            shipped_sources(settings, with_data=True), message="", author="tests"
        )
    return folder


def contribute(data_dir: Path, source: str, text: str, **options: object) -> Outcome:
    """Import Turtle text as a source."""
    with Writer(data_dir) as writer:
        return Importer(writer, Settings.load(data_dir, {}), Progress()).run(
            {source: TurtleText(text)}, message="test", author="tests", **options
        )
