"""Who gets a thread for a page that asks a query, and who waits."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from registry.errors import OverloadedError, QueueFullError
from registry.settings import Settings
from registry.web.connection import MOST_CONNECTIONS, Crowd
from registry.web.seats import Seats
from support import run


class Sitting:
    """Clients that take seats and leave them when they are told."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        self._tasks: list[asyncio.Task[None]] = []
        self._leave: list[asyncio.Event] = []
        self.seated: list[str] = []

    async def come(self, *clients: str) -> None:
        for client in clients:
            leave = asyncio.Event()
            self._leave.append(leave)
            self._tasks.append(asyncio.create_task(self._sit(client, leave)))
        await asyncio.sleep(0.01)

    async def _sit(self, client: str, leave: asyncio.Event) -> None:
        async with self._seats.seat(client):
            self.seated.append(client)
            await leave.wait()

    async def leave(self, number: int) -> None:
        self._leave[number].set()
        await asyncio.sleep(0.01)

    async def give_up(self, number: int) -> None:
        self._tasks[number].cancel()
        await asyncio.sleep(0.01)

    async def failures(self) -> list[object]:
        for leave in self._leave:
            leave.set()
        found = await asyncio.gather(*self._tasks, return_exceptions=True)
        return [each for each in found if isinstance(each, Exception)]


def test_half_of_the_threads_are_for_queries_and_a_quarter_for_a_client() -> None:
    async def story() -> None:
        sitting = Sitting(Seats(8, Settings()))
        await sitting.come("a", "a", "a", "b", "b", "b", "c")
        assert sitting.seated == ["a", "a", "b", "b"]
        await sitting.leave(0)  # the first who may: a has one seat left
        assert sitting.seated[4:] == ["a"]
        await sitting.give_up(5)
        await sitting.leave(3)
        assert sitting.seated[5:] == ["c"]
        await sitting.failures()

    run(story())


def test_who_gives_up_as_another_does_takes_no_seat_along() -> None:
    async def story() -> None:
        seats = Seats(1, Settings())
        sitting = Sitting(seats)
        await sitting.come("a", "b", "c", "d")
        for task in sitting._tasks[:3]:  # all in the same turn of the loop
            task.cancel()
        await asyncio.sleep(0.01)
        assert sitting.seated == ["a", "d"]
        assert await sitting.failures() == []
        assert seats.held("a") == seats.held("d") == 0

    run(story())


def test_who_waits_in_vain_is_told() -> None:
    async def story() -> None:
        seats = Seats(1, Settings(query_waiting=1, query_queue=0.05))
        sitting = Sitting(seats)
        await sitting.come("a", "b", "c")
        assert (seats.held("a"), seats.held("b"), seats.held("c")) == (1, 1, 0)
        await asyncio.sleep(0.1)
        late, full = sorted(await sitting.failures(), key=lambda each: type(each).__name__)
        assert isinstance(late, OverloadedError)
        assert isinstance(full, QueueFullError)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(seats.seat("d"))
        assert seats.held("a") == seats.held("d") == 0

    run(story())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
def test_connections_are_counted_by_subscriber(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    crowd = Crowd(Settings(client_connections=1))
    peer = crowd.enter(one)
    assert peer is not None
    assert (crowd.enter(other) is None) == same
    crowd.leave(peer)
    assert crowd.enter(one) is not None


def test_a_trusted_proxy_has_the_connections_of_all() -> None:
    crowd = Crowd(Settings(client_connections=1, trusted_proxies=("10.0.0.0/8",)))
    assert all(crowd.enter("10.0.0.1") for _ in range(MOST_CONNECTIONS))
    assert crowd.enter("10.0.0.1") is None
    assert crowd.enter("192.0.2.1") is None
