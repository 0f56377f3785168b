"""Clocks that are an hour apart, or jump: no live work is taken away, and nothing waits for an hour."""

from datetime import timedelta

import pytest

from framewell_kafka.retry_headers import RetryHeaders
from framewell_kit.clock import Clock
from framewell_kit.documents import Documents
from framewell_kit.jobs import Jobs
from framewell_kit.outbox import Outbox
from framewell_kit.stream.policy.breaker import HALF_OPEN_AFTER_SECONDS, MIN_FAILURES, Breaker
from framewell_kit.stream.policy.retry import NOT_YET_MAX_SECONDS, not_yet_waits
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.streams import a_cause

HOUR = timedelta(hours=1)
LEASE = 30.0


async def process(documents: Documents, clock: Clock) -> Jobs:
    """The jobs as one more process sees them."""
    jobs = Jobs(documents, Outbox(documents, CollectedFacts(), clock), clock)
    await jobs.prepare()
    return jobs


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, timedelta(days=400)])
async def test_a_live_lease_is_never_taken_by_a_process_with_another_time_of_day(
    documents: Documents, ahead: timedelta
) -> None:
    right, wrong = HeldClock(), HeldClock(ahead=ahead)
    worker, thief = await process(documents, right), await process(documents, wrong)
    await worker.put("fetch", "a", {}, cause=a_cause())
    mine = await worker.claim("fetch", "worker", LEASE)
    assert mine is not None
    for _ in range(20):
        assert await worker.renew(mine, LEASE) is not None
        for _ in range(3):
            await thief.revive("fetch")
            assert await thief.claim("fetch", "thief", LEASE) is None
            wrong.advance(LEASE / 3.1)
            right.advance(LEASE / 3.1)


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
async def test_a_dead_workers_job_is_taken_over_within_a_lease_whatever_its_clock_said(
    documents: Documents, ahead: timedelta
) -> None:
    wrong, right = HeldClock(ahead=ahead), HeldClock()
    dead, heir = await process(documents, wrong), await process(documents, right)
    await dead.put("fetch", "a", {}, cause=a_cause())
    assert await dead.claim("fetch", "dead", LEASE)
    assert await heir.revive("fetch") == LEASE
    assert await heir.claim("fetch", "heir", LEASE) is None
    right.advance(LEASE)
    await heir.revive("fetch")
    taken = await heir.claim("fetch", "heir", LEASE)
    assert taken is not None
    assert taken["epoch"] == 2


async def test_a_jump_of_the_watchers_own_clock_takes_nothing(documents: Documents) -> None:
    clock = HeldClock()
    jobs = await process(documents, clock)
    await jobs.put("fetch", "a", {}, cause=a_cause())
    assert await jobs.claim("fetch", "worker", LEASE)
    for jump in (HOUR, -2 * HOUR, HOUR):
        clock.jump(jump)
        await jobs.revive("fetch")
        assert await jobs.claim("fetch", "thief", LEASE) is None


async def test_a_job_for_later_waits_no_longer_than_meant(documents: Documents) -> None:
    ahead, right = HeldClock(ahead=HOUR), HeldClock()
    other, jobs = await process(documents, ahead), await process(documents, right)
    await other.put("publish", "a", {}, cause=a_cause(), after_seconds=5)
    assert await jobs.revive("publish") == 5
    right.advance(4)
    assert await jobs.revive("publish") == 1
    right.advance(1)
    assert await jobs.revive("publish") is None
    assert await jobs.claim("publish", "worker", LEASE)


def aside(*, written_at: Clock, seconds: float) -> RetryHeaders:
    ms = int(written_at.now().timestamp() * 1000)
    return RetryHeaders(
        group="g", origin_topic="t", origin_partition=0, origin_offset=0, attempt=1, first_ms=ms, last_ms=ms,
        code="not_yet", reason="", not_before_ms=ms + int(seconds * 1000),
    )  # fmt: skip


def test_a_retry_waits_no_longer_than_meant() -> None:
    right = HeldClock()
    assert aside(written_at=right, seconds=5).seconds_left(right.now()) == 5
    assert aside(written_at=HeldClock(ahead=HOUR), seconds=5).seconds_left(right.now()) == 5
    assert aside(written_at=HeldClock(ahead=-HOUR), seconds=5).seconds_left(right.now()) <= 0


def test_not_yet_is_given_up_by_what_was_waited_not_by_what_clocks_say() -> None:
    assert not_yet_waits(1.0, 1) == (0, 1)
    assert not_yet_waits(1.0, 3) == (2.5, 2.25)
    waited, wait = not_yet_waits(1.0, 100_000)
    assert wait == NOT_YET_MAX_SECONDS
    assert waited > 3600
    assert not_yet_waits(0.0, 1000)[0] > 3600  # who does not wait is given up too


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_breaker_is_half_open_after_a_minute_of_true_time(jump: timedelta) -> None:
    clock = HeldClock()
    breaker = Breaker(clock)
    for _ in range(MIN_FAILURES):
        breaker.failed()
    clock.jump(jump)
    assert breaker.is_open
    restarted = Breaker(clock)
    restarted.restore(breaker.opened_at)
    clock.advance(HALF_OPEN_AFTER_SECONDS)
    assert breaker.half_open
    assert restarted.half_open
