"""Turns contributions into the next release: the path of an import, whole.

Gather what each source says, derive shortcut properties, compare with what is published, apply
the difference to a clone, validate what it can affect, index, publish. What fails on the way
leaves the current release as it was.
"""

from __future__ import annotations

import datetime
import itertools
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Quad, Triple

from registry import __version__
from registry.errors import InputError, InvalidDataError
from registry.identifiers import Iris
from registry.importing.locate import locate
from registry.importing.model import Contribution, Problem
from registry.namespaces import RDF_TYPE, term
from registry.releases import archive
from registry.releases.checksum import Checksum
from registry.releases.manifest import Manifest
from registry.releases.patch import PatchWriter
from registry.releases.writer import Writer, file_checksums
from registry.schema import Schema
from registry.search.build import IndexBuilder
from registry.settings import Settings
from registry.store import Candidate, Draft, Graphs
from registry.texts import Text
from registry.validation.reach import Reach
from registry.validation.report import INFO, VIOLATION, WARNING, Finding, Report
from registry.validation.run import validate
from registry.validation.shapes import load_shapes
