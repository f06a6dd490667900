"""A registry made of any statements, without the rules that an import applies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Quad

from registry.releases.archive import CURRENT, RDF, RELEASES, folder_name
from registry.releases.manifest import Manifest
from registry.store import Draft
from support import BASE


def make(data_dir: Path, quads: Iterable[Quad]) -> Path:
    """Make release 1 of a registry whose sources state these quads; pages have no index."""
    folder = data_dir / RELEASES / folder_name(1)
    folder.mkdir(parents=True)
    draft = Draft.open(folder / RDF)
    stated = list(quads)
    draft.add(stated)
    draft.flush()
    Manifest(
        number=1,
        parent=None,
        created="2026-01-01T00:00:00Z",
        author="tests",
        message="",
        base_iri=BASE,
        statements=len(stated),
        added=len(stated),
        removed=0,
        content="",
        software="tests",
    ).write(folder)
    (data_dir / CURRENT).symlink_to(folder)
    return data_dir
