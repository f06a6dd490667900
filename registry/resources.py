"""Finds the ontology, shapes and data that are the product as much as the code.

In a wheel they lie in ``registry/shipped/``; in a checkout (an editable install) they lie beside
the package. Nothing else knows this.
"""

from __future__ import annotations

import functools
from pathlib import Path

from registry.errors import IntegrityError
from registry.texts import Text

_PACKAGE = Path(__file__).resolve().parent


@functools.cache
def _root() -> Path:
    for candidate in (_PACKAGE / "shipped", _PACKAGE.parent):
        if (candidate / "ontology" / "faces.ttl").is_file():
            return candidate
    raise IntegrityError(
        Text("The installation is incomplete: the ontology was not found."),
        where=str(_PACKAGE),
        remedy=Text("Install the package again."),
    )


def folder(name: str) -> Path:
    """Return the folder ``ontology``, ``shapes`` or ``data``."""
    return _root() / name


def turtle_files(name: str) -> list[Path]:
    """Return the Turtle files below a shipped folder such as ``ontology`` or ``data/faces``.

    Examples illustrate the ontology and are no data: they are left out.
    """
    return sorted(p for p in folder(name).rglob("*.ttl") if p.parent.name != "examples")
