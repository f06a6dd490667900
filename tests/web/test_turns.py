"""Pages are made in turn, and nobody waits for long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from registry.web.turns import Turns
from support import run


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have everybody wait as long as it takes, on a busy machine too."""
    monkeypatch.setattr("registry.web.turns._PATIENCE_SECONDS", 60)


class Making:
    """Pages that take as long as they are told; ``under_way`` are those begun and not yet sent."""

    def __init__(self) -> None:
        self.under_way: list[str] = []
        self.most = 0
        self.pages = Turns(self)  # type: ignore[arg-type]

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.under_way.append(scope["path"])
        self.most = max(self.most, len(self.under_way))
        await asyncio.sleep(scope["seconds"])
        self.under_way.remove(scope["path"])
        if scope["path"] == "/fails":
            raise RuntimeError
        await send({"type": "http.response.start"})
        await asyncio.sleep(scope.get("reading", 0))

    async def asked(self, path: str, seconds: float, reading: float = 0) -> None:
        async def send(message: object) -> None:
            pass

        scope: Any = {"path": path, "seconds": seconds, "reading": reading}
        await self.pages(scope, None, send)  # type: ignore[arg-type]


@pytest.mark.usefixtures("patient")
def test_one_page_is_made_after_another_and_readers_hold_nobody_up() -> None:
    async def story() -> None:
        making = Making()
        begun = asyncio.get_running_loop().time()
        await asyncio.gather(*(making.asked(f"/{n}", 0.002, reading=0.5) for n in range(5)))
        assert making.most == 1
        assert asyncio.get_running_loop().time() - begun < 2.5  # one after another: five times 0.5

    run(story())


def test_a_page_that_takes_its_time_lets_others_pass() -> None:
    async def story() -> None:
        making = Making()
        slow = asyncio.create_task(making.asked("/slow", 60))
        await asyncio.sleep(0)
        await making.asked("/quick", 0)
        assert making.under_way == ["/slow"]
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)

    run(story())


@pytest.mark.usefixtures("patient")
def test_a_page_that_fails_gives_its_turn_on() -> None:
    async def story() -> None:
        making = Making()
        failed = await asyncio.gather(making.asked("/fails", 0.001), return_exceptions=True)
        assert isinstance(failed[0], RuntimeError)
        await asyncio.gather(*(making.asked(f"/{n}", 0.001) for n in range(3)))
        assert making.most == 1

    run(story())
