"""Small things that a web process does each second, on its event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

_SECONDS: Final = 1.0


class Ticker:
    """Does them from the first request until the loop ends."""

    def __init__(self, *tasks: Callable[[], None]) -> None:
        self._tasks = tasks
        self._begun = False

    def begin(self) -> None:
        """Begin, unless that was done before."""
        if not self._begun:
            self._begun = True
            self._tick()

    def _tick(self) -> None:
        for task in self._tasks:
            task()
        asyncio.get_running_loop().call_later(_SECONDS, self._tick)
