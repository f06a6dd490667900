"""Deadlines and the share of slow queries, with a clock and workers made of paper."""

from __future__ import annotations

import pytest

from registry.errors import OverloadedError, QueryTimeoutError
from registry.query.model import QueryLimits
from registry.query.roster import PARKED, QUICK, SLOW, ClientGoneError, Lease, Roster

LIMITS = QueryLimits(deadline_seconds=30, queue_seconds=0.05, slow_after_seconds=1)


class Paper:
    def __init__(self) -> None:
        self.done: list[str] = []

    def kill(self) -> None:
        self.done.append("kill")

    def pause(self) -> None:
        self.done.append("pause")

    def resume(self) -> None:
        self.done.append("resume")

    def lower_priority(self) -> None:
        self.done.append("nice")

    def discard(self) -> None:
        self.done.append("discard")


class Bench:
    def __init__(self, size: int) -> None:
        self.now = 0.0
        self.woken = 0
        self.roster: Roster[Paper] = Roster(size, LIMITS, self._wake, lambda: self.now)
        self.fill()

    def _wake(self) -> None:
        self.woken += 1

    def fill(self) -> int:
        hired = 0
        while self.roster.hire():
            self.roster.add(Paper())
            hired += 1
        return hired

    def take(self, seconds: float = 30, client: str | None = None) -> Lease[Paper]:
        return self.roster.take(seconds, None, client)

    def at(self, now: float) -> None:
        self.now = now
        self.roster.tick()


def test_a_quick_worker_is_used_again() -> None:
    bench = Bench(1)
    first = bench.take()
    bench.roster.finish(first, reusable=True)
    assert bench.take().worker is first.worker
    assert first.worker.done == []
    assert bench.fill() == 0


def test_a_worker_that_cannot_be_used_again_is_replaced_once() -> None:
    bench = Bench(2)
    lease = bench.take()
    bench.roster.finish(lease, reusable=False)
    bench.roster.finish(lease, reusable=False)
    assert lease.worker.done == ["discard"]
    assert bench.fill() == 1


def test_past_its_deadline_a_query_is_killed_and_told_why() -> None:
    bench = Bench(2)
    lease = bench.take(5)
    bench.at(4.9)
    assert lease.verdict is None
    bench.at(5)
    assert lease.worker.done == ["nice", "kill"]
    assert isinstance(lease.verdict, QueryTimeoutError)
    assert "5 s," in str(lease.verdict)
    assert "LIMIT" in str(lease.verdict)


def test_a_killed_query_makes_room_before_its_reader_notices() -> None:
    bench = Bench(1)
    bench.take(5)
    bench.at(6)
    assert bench.fill() == 1


def test_half_of_the_workers_may_be_slow_and_one_more_parks() -> None:
    bench = Bench(2)
    slow, parked = bench.take(), bench.take()
    bench.at(1)
    assert {slow.state, parked.state} == {SLOW, PARKED}
    slow, parked = sorted((slow, parked), key=lambda lease: lease.state)
    assert parked.worker.done == ["pause"]
    assert bench.fill() == 1  # a substitute, so that a small query finds a worker
    small = bench.take()
    assert small.state == QUICK


def test_a_parked_query_goes_on_when_a_slow_one_ends_and_loses_no_time() -> None:
    bench = Bench(2)
    leases = [bench.take(), bench.take()]
    bench.at(1)
    slow, parked = sorted(leases, key=lambda lease: lease.state)
    bench.fill()
    bench.now = 1.03
    bench.roster.finish(slow, reusable=True)
    assert slow.worker.done == ["nice", "discard"]  # slow ones are never used again
    bench.at(1.04)
    assert parked.state == SLOW
    assert parked.worker.done == ["pause", "nice", "resume"]
    assert parked.deadline == pytest.approx(30.04)
    assert bench.fill() == 0
    bench.roster.finish(parked, reusable=True)
    assert bench.fill() == 1


def test_after_a_substitute_the_surplus_worker_goes() -> None:
    bench = Bench(2)
    leases = [bench.take(), bench.take()]
    bench.at(1)
    slow, _ = sorted(leases, key=lambda lease: lease.state)
    bench.fill()
    small = bench.take()
    bench.roster.finish(slow, reusable=True)
    assert bench.fill() == 1
    bench.at(1.01)  # the parked one goes on: three run where two may
    bench.roster.finish(small, reusable=True)
    assert small.worker.done == ["discard"]
    assert bench.fill() == 0


def test_a_parked_query_is_turned_away_after_the_queue_time() -> None:
    bench = Bench(2)
    leases = [bench.take(), bench.take()]
    bench.at(1)
    bench.at(1.06)
    verdicts = [lease.verdict for lease in leases if lease.verdict]
    assert [type(verdict) for verdict in verdicts] == [OverloadedError]


def test_what_is_slow_beyond_the_parking_is_turned_away_at_once() -> None:
    bench = Bench(2)
    leases = [bench.take(), bench.take()]
    bench.at(1)
    bench.fill()
    late = bench.take()
    bench.now = 1.01
    late.slow_at = 1.0
    bench.roster.tick()
    assert isinstance(late.verdict, OverloadedError)
    assert sum(lease.verdict is None for lease in leases) == 2


def test_one_worker_alone_may_be_slow() -> None:
    bench = Bench(1)
    lease = bench.take()
    bench.at(2)
    assert (lease.state, lease.verdict) == (SLOW, None)


def test_waiting_for_a_worker_ends() -> None:
    roster: Roster[Paper] = Roster(1, LIMITS, lambda: None)
    with pytest.raises(OverloadedError, match="came free"):
        roster.take(30, None)
    with pytest.raises(ClientGoneError):
        roster.take(30, lambda: True)
    roster.close()
    with pytest.raises(OverloadedError, match="stopped"):
        roster.take(30, None)


def test_closing_kills_and_discards() -> None:
    bench = Bench(2)
    lease = bench.take()
    bench.roster.close()
    assert lease.worker.done == ["kill"]
    assert isinstance(lease.verdict, OverloadedError)
    assert bench.fill() == 0


def test_what_nobody_reads_on_is_ended_at_the_next_look() -> None:
    bench = Bench(1)
    lease = bench.take()
    lease.dropped = True
    bench.at(0.1)
    assert lease.worker.done == ["discard"]
    assert bench.fill() == 1


def test_one_client_leaves_a_worker_to_the_others() -> None:
    bench = Bench(3)
    held = [bench.take(client="a"), bench.take(client="a")]
    assert bench.roster.take_now(30, "a") is None
    assert bench.roster.take_now(30, "b") is not None
    bench.roster.finish(held[0], reusable=True)
    assert bench.roster.take_now(30, "a") is not None


def test_who_has_its_share_is_passed_over_in_the_queue() -> None:
    bench = Bench(2)
    first = bench.take(client="a")
    called: list[str] = []
    bench.roster.call_when_free(lambda: called.append("a"), "a")
    assert called == []
    bench.roster.call_when_free(lambda: called.append("b"), "b")
    assert called == ["b"]
    other = bench.roster.take_now(30, "b", called=True)
    assert other is not None
    bench.roster.finish(other, reusable=True)
    assert called == ["b"]
    bench.roster.finish(first, reusable=True)
    assert called == ["b", "a"]


def test_a_parked_query_goes_on_only_within_its_clients_share() -> None:
    bench = Bench(3)
    slow = bench.take(1.52, "a")
    bench.at(0.5)
    parked = bench.take(client="a")
    bench.at(1.5)
    assert (slow.state, parked.state) == (SLOW, PARKED)
    bench.fill()
    quick = bench.take(client="a")
    bench.at(1.52)
    bench.roster.finish(slow, reusable=False)
    bench.fill()
    another = bench.take(client="a")
    bench.at(1.53)
    assert parked.state == PARKED
    assert bench.roster.take_now(30, "b") is not None
    for lease in (quick, another):
        bench.roster.finish(lease, reusable=True)
    bench.at(1.54)
    assert parked.state == SLOW
