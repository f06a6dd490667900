"""The first answer to a question is made once: who asks the same meanwhile waits for it.

A flight begins when a worker has the query and lands when its answer has begun: then it is kept
(``result_cache``), or turns out too long for that, and the others ask for themselves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from registry.errors import QueryError, QuerySyntaxError
from registry.query.roster import timed_out


class Flights:
    """What is under way in one event loop, by entity tag; no tag: not to be shared.

    ``seconds`` are a client's own; none of it waits for somebody who has less time than itself.
    """

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._under_way: dict[str, tuple[float, asyncio.Future[QueryError | None]]] = {}

    async def wait(self, tag: str | None, seconds: float | None) -> float | None:
        """Wait for the same answer where somebody asks for it just now; return the seconds left.

        Raises what is wrong with the query, or QueryTimeoutError when the seconds are over before.
        """
        own, begun = self._most(seconds), time.monotonic()
        most, flight = self._under_way.get(tag or "", (0.0, None))
        if flight is None or most < own:
            return seconds
        try:
            async with asyncio.timeout(own):
                failure = await asyncio.shield(flight)
        except TimeoutError as error:
            raise timed_out(own, self._deadline) from error
        if failure is not None:
            raise failure
        return max(0.0, own - (time.monotonic() - begun))

    @contextmanager
    def flight(
        self, tag: str | None, seconds: float | None, begin: Callable[[], None]
    ) -> Iterator[Callable[[], None]]:
        """Give what is to be called when a worker has the query, in place of ``begin``."""
        mine = (self._most(seconds), asyncio.get_running_loop().create_future())
        failure: QueryError | None = None

        def begun() -> None:
            begin()
            if tag and self._under_way.get(tag, (0.0,))[0] < mine[0]:
                self._under_way[tag] = mine

        try:
            yield begun
        except QueryError as error:
            # Where a mistake stands depends on how the text is laid out.
            failure = None if isinstance(error, QuerySyntaxError) else error
            raise
        finally:
            if tag and self._under_way.get(tag) is mine:
                del self._under_way[tag]
            mine[1].set_result(failure)

    def _most(self, seconds: float | None) -> float:
        return min(seconds or self._deadline, self._deadline)
