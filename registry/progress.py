"""Says what is being done and how far it is; keeps the time that each stage took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from registry.texts import Text


class Progress:
    """Measures in silence; the command line shows it by overriding ``begun`` and ``advance``."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, key: str, title: Text, total: int | None = None) -> Iterator[None]:
        """Run one stage; ``key`` names it in ``seconds``, ``total`` counts what lies ahead."""
        self.begun(title, total)
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[key] = self.seconds.get(key, 0.0) + time.monotonic() - start
            self.ended()

    def begun(self, title: Text, total: int | None) -> None:
        """Take note that a stage begins."""

    def advance(self, number: int) -> None:
        """Take note that so many more are done."""

    def ended(self) -> None:
        """Take note that the stage is over."""
