"""Wrong passwords and tokens meet a limit, a log line and the audit log; nobody is locked out for ever."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs

from framewell_gateway.adapters.argon_hasher import MOST_WAITING, ArgonHasher
from framewell_gateway.adapters.fair_turns import FairTurns
from framewell_gateway.domain.attempt_limits import (
    CODES_OF_SOURCE,
    PASSWORDS_OF_LOGIN,
    Attempts,
    counted,
    wait_until,
)
from framewell_gateway.domain.sources import nets_of, source_of
from framewell_gateway.ports.access import TooMany
from framewell_gateway.steps.note_access import NoteAccess
from framewell_kit.outcomes import Busy
from framewell_kit.testing.waiting import PATIENCE

PASSWORD = "a long sentence is easy to keep"
WRONG = "a sentence that somebody guessed"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_two_hundred_wrong_tokens_are_limited_noted_and_logged(house: Any, admin: Any) -> None:
    attacker = house.browser(source="198.51.100.9")
    with capture_logs() as logged:
        answers = [await attacker.ask("GET", "/v1/assets", headers=bearer(f"guess-{n}")) for n in range(200)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:20] == [401] * 20
    assert statuses.count(429) >= 179
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert house.noted().count(("token_refused", "unknown")) == statuses.count(401)
    said = [one["event"] for one in logged]
    assert said.count("access changed") == statuses.count(401)
    assert said.count("too many attempts") == statuses.count(429)
    assert "guess-1" not in repr(logged)


async def test_a_right_token_is_taken_from_where_wrong_ones_come(house: Any, admin: Any) -> None:
    token = (await admin.ask("POST", "/v1/tokens", json={"name": "x", "role": "viewer"})).json()["secret"]
    attacker = house.browser()
    for number in range(40):
        await attacker.ask("GET", "/v1/assets", headers=bearer(f"guess-{number}"))
    assert (await attacker.ask("GET", "/v1/assets", headers=bearer("guess"))).status_code == 429
    assert (await attacker.ask("GET", "/v1/assets", headers=bearer(token))).status_code == 200
    assert (await admin.ask("GET", "/v1/users")).status_code == 200


async def test_wrong_passwords_of_a_login_wait_longer_each_time_wherever_they_come_from(
    house: Any, admin: Any
) -> None:
    waits, replicas = [], (house.first, house.app())
    for number in range(40):
        attacker = house.browser(replicas[number % 2], source=f"198.51.100.{number}")
        answer = await attacker.sign_in("anna", WRONG)
        if answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            house.clock.advance(waits[-1])
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == 60


async def test_whoever_signed_in_from_here_before_does_not_wait_for_what_others_try(
    house: Any, admin: Any
) -> None:
    here = house.browser(source="203.0.113.5")
    assert (await here.sign_in("anna")).status_code == 200
    for number in range(30):
        await house.browser(source=f"198.51.100.{number}").sign_in("anna", WRONG)
    assert (await house.browser(source="198.51.100.77").sign_in("anna")).status_code == 429
    assert (await here.sign_in("anna")).status_code == 200


async def test_whoever_took_an_invitation_here_does_not_wait_for_what_others_try(
    house: Any, admin: Any
) -> None:
    here = await house.user(admin, "bernd", "viewer")
    for number in range(30):
        await house.browser(source=f"198.51.100.{number}").sign_in("bernd", WRONG)
    assert (await house.browser(source="198.51.100.77").sign_in("bernd")).status_code == 429
    assert (await here.sign_in("bernd")).status_code == 200


async def test_the_rightful_user_at_a_new_address_waits_a_minute_at_most(house: Any, admin: Any) -> None:
    for number in range(60):
        answer = await house.browser(source=f"198.51.100.{number}").sign_in("anna", WRONG)
        if answer.status_code == 429:
            house.clock.advance(int(answer.headers["retry-after"]))
    answer = await house.browser(source="203.0.113.5").sign_in("anna")
    if answer.status_code == 429:
        wait = int(answer.headers["retry-after"])
        assert wait <= 60
        house.clock.advance(wait)
        answer = await house.browser(source="203.0.113.5").sign_in("anna")
    assert answer.status_code == 200


async def test_many_at_once_do_not_slip_through(house: Any, admin: Any) -> None:
    attackers = [house.browser(source=f"198.51.100.{number}") for number in range(30)]
    answers = await asyncio.gather(*(one.sign_in("anna", WRONG) for one in attackers))
    assert [answer.status_code for answer in answers].count(401) <= 5


async def test_one_address_is_limited_whatever_logins_it_tries(house: Any, admin: Any) -> None:
    attacker = house.browser(source="198.51.100.9")
    statuses = [(await attacker.sign_in(f"user{number}", WRONG)).status_code for number in range(40)]
    assert statuses.count(401) == 20
    assert statuses.count(429) == 20


async def test_right_passwords_are_not_counted(house: Any, admin: Any) -> None:
    browser = house.browser()
    assert {(await browser.sign_in("anna")).status_code for _ in range(60)} == {200}


async def test_what_is_kept_of_attempts_is_bounded_and_names_nobody(house: Any, admin: Any) -> None:
    for number in range(300):
        await house.browser(source=f"2001:db8:{number:x}::1").sign_in(f"user{number}", WRONG)
    kept = house.documents._collections["attempts"]
    assert all(len(name.partition(":")[2]) == 4 for name in kept)  # 65,536 places of a kind at most
    assert "user7" not in repr(kept)
    assert "2001" not in repr(kept)


async def test_an_unknown_login_answers_as_a_known_one_does(house: Any, admin: Any) -> None:
    known = await house.browser(source="198.51.100.1").sign_in("anna", WRONG)
    unknown = await house.browser(source="198.51.100.2").sign_in("nobody", WRONG)
    nonsense = await house.browser(source="198.51.100.3").sign_in("<b>", WRONG)
    bodies = [answer.json() for answer in (known, unknown, nonsense)]
    assert bodies[0] == bodies[1] == bodies[2]
    assert known.status_code == 401


async def test_checking_takes_as_long_for_an_unknown_login(house: Any, admin: Any) -> None:
    """With the real parameters: a hash is made in both cases."""
    hasher = ArgonHasher()
    kept = await hasher.hash(PASSWORD)
    await hasher.verify("", WRONG)  # the first makes the hash of nobody

    async def seconds(hashed: str) -> float:
        began = time.perf_counter()
        assert not await hasher.verify(hashed, WRONG)
        return time.perf_counter() - began

    known = min([await seconds(kept) for _ in range(2)])
    unknown = min([await seconds("") for _ in range(3)])
    assert known / 4 < unknown < known * 4
    assert kept.startswith("$argon2id$")


async def test_passwords_are_hashed_two_at_a_time_and_off_the_loop() -> None:
    hasher, ticks = ArgonHasher(PasswordHasher(time_cost=1, memory_cost=8 << 10, parallelism=1)), 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.002)
            ticks += 1

    ticking = asyncio.create_task(tick())
    results = await asyncio.gather(
        *(hasher.hash(f"{PASSWORD} {number}") for number in range(MOST_WAITING + 3)), return_exceptions=True
    )
    ticking.cancel()
    assert sum(isinstance(one, Busy) for one in results) == 3
    assert ticks > 10


async def test_one_address_that_asks_without_end_does_not_keep_others_from_signing_in() -> None:
    hasher = ArgonHasher(PasswordHasher(time_cost=1, memory_cost=8 << 10, parallelism=1))
    ended: list[str] = []

    async def verify(source: str) -> None:
        await hasher.verify("", WRONG, source)
        ended.append(source)

    flood = [asyncio.create_task(verify("198.51.100.9")) for _ in range(10 * MOST_WAITING)]
    await asyncio.sleep(0)
    others = [asyncio.create_task(verify(f"203.0.113.{number}")) for number in range(10)]
    await asyncio.gather(*others)  # none is refused
    assert len(ended) <= 2 * (len(others) + 2)  # one of the flood for one of the others, and the first two
    flooding = await asyncio.gather(*flood, return_exceptions=True)
    assert sum(isinstance(one, Busy) for one in flooding) >= 9 * MOST_WAITING


async def test_whoever_stops_waiting_for_a_turn_gives_it_to_the_next() -> None:
    turns = FairTurns(1, 10, "too many")
    had: list[str] = []

    async def take(source: str) -> None:
        async with turns.turn(source):
            had.append(source)
            await asyncio.sleep(0.01)

    first, second, third = (asyncio.create_task(take(source)) for source in "abc")
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert had == ["a", "c"]
    for moment in range(4):  # also in the very moment in which the turn comes
        holder, leaver, last = (asyncio.create_task(take(source)) for source in "xyz")
        for _ in range(moment):
            await asyncio.sleep(0)
        await holder
        leaver.cancel()
        await asyncio.gather(leaver, last, return_exceptions=True)
        assert had[-1] == "z"
    async with turns.turn("d"):
        assert turns.waiting == 0


@pytest.mark.parametrize("before_the", ["newcomer", "holder"])
async def test_whoever_was_cancelled_and_has_not_run_since_gets_neither_turn_nor_refusal(
    before_the: str,
) -> None:
    turns, released = FairTurns(1, 3, "too many"), asyncio.Event()

    async def take(source: str) -> None:
        async with turns.turn(source):
            await released.wait()

    holder, one, other = (asyncio.create_task(take(source)) for source in "abb")
    await asyncio.sleep(0)
    newcomer = asyncio.create_task(take("c"))
    if before_the == "holder":
        newcomer.cancel()  # it never asks
        released.set()
    one.cancel()  # as everything in this step, run in this order: those who leave run last
    other.cancel()
    await asyncio.sleep(0)
    assert newcomer.done() == (before_the == "holder")
    released.set()
    ended = await asyncio.gather(holder, one, other, newcomer, return_exceptions=True)
    assert ended[0] is None
    assert (ended[3] is None) == (before_the == "newcomer")
    async with asyncio.timeout(PATIENCE), turns.turn("f"):
        assert turns.waiting == 0


async def test_what_was_refused_before_the_password_was_looked_at_does_not_count(
    house: Any, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> bool:
        raise Busy("too many sign in at once", retry_after=1.0)

    with monkeypatch.context() as patched:
        patched.setattr(ArgonHasher, "verify", busy)
        here = house.browser(source="198.51.100.9")
        assert {(await here.sign_in("anna")).status_code for _ in range(30)} == {503}
    for number in range(PASSWORDS_OF_LOGIN.free):
        assert (await house.browser(source=f"203.0.113.{number}").sign_in("bert", WRONG)).status_code == 401
    refused = [(await here.sign_in("bert", WRONG)).status_code for _ in range(30)]
    assert refused == [429] * 30
    assert (await here.sign_in("anna")).status_code == 200
    for _ in range(2):  # nor of its networks
        kept = await house.access().limit.attempts.get("source-24", "198.51.100.0/24")
        assert kept is None or kept.count == 0


async def test_a_wrong_password_counts_although_it_cannot_be_noted(
    house: Any, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object, **__: object) -> None:
        raise Busy("the database does not answer", retry_after=1.0)

    here = house.browser(source="198.51.100.9")
    with monkeypatch.context() as patched:
        patched.setattr(NoteAccess, "__call__", busy)
        statuses = [(await here.sign_in("anna", WRONG)).status_code for _ in range(6)]
    assert statuses == [503] * 5 + [429]


async def test_a_network_full_of_addresses_fills_few_counters(house: Any, admin: Any) -> None:
    """Counters are 65,536: each address of a /32 has one of its own, till the network waits as a whole."""
    limit, refused = house.access().limit, 0
    for number in range(2600):
        try:
            await limit.count_from(CODES_OF_SOURCE, f"2001:db8:{number:x}:1::/64")
        except TooMany:
            refused += 1
    kept = house.documents._collections["attempts"]
    assert len([one for one in kept if one.startswith("code:")]) <= 2000
    assert refused == 600
    await limit.count_from(CODES_OF_SOURCE, "2001:db9:1:1::/64")  # another provider's
    await limit.count_from(CODES_OF_SOURCE, "198.51.100.7")
    for number in range(20 * 100):
        with contextlib.suppress(TooMany):
            await limit.count_from(CODES_OF_SOURCE, f"203.0.{number // 250}.{number % 250}")
    with pytest.raises(TooMany):
        await limit.count_from(CODES_OF_SOURCE, "203.0.113.251")


async def test_an_address_that_has_to_wait_does_not_make_its_network_wait(house: Any, admin: Any) -> None:
    limit = house.access().limit
    for _ in range(20 * 100 + 100):
        with contextlib.suppress(TooMany):
            await limit.count_from(CODES_OF_SOURCE, "203.0.113.7")
    with pytest.raises(TooMany):
        await limit.count_from(CODES_OF_SOURCE, "203.0.113.7")
    await limit.count_from(CODES_OF_SOURCE, "203.0.113.8")


async def test_whoever_guesses_passwords_keeps_nobody_at_the_address_from_using_a_code(
    house: Any, admin: Any
) -> None:
    body = {"login": "bert", "name": "Bert", "role": "viewer"}
    invited = (await admin.ask("POST", "/v1/users", json=body)).json()
    here = house.browser(source="198.51.100.9")
    for number in range(40):
        await here.sign_in(f"user{number}", WRONG)
    assert (await here.sign_in("anna")).status_code == 429
    answer = await here.ask(
        "POST", "/v1/invitations/accept", json={"code": invited["code"], "password": PASSWORD}
    )
    assert answer.status_code == 201


async def test_a_hash_of_earlier_parameters_is_made_anew_at_the_next_sign_in(house: Any, admin: Any) -> None:
    stronger = ArgonHasher(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    house.more["hasher"] = stronger
    assert (await house.browser(house.app()).sign_in("anna")).status_code == 200
    user_id = await house.user_id(admin)
    user = await house.access().users.get(user_id)
    assert user is not None
    assert not stronger.is_outdated(user.password)
    assert (await house.browser(house.app()).sign_in("anna")).status_code == 200
    assert (await admin.ask("GET", "/v1/users")).status_code == 200  # nobody is signed out by it


def test_an_attempt_of_another_at_the_same_moment_is_no_wait(house: Any) -> None:
    now = house.clock.now()
    other = counted(None, CODES_OF_SOURCE, now + timedelta(milliseconds=3))
    assert wait_until(other, now) is None
    for _ in range(CODES_OF_SOURCE.free):
        other = counted(other, CODES_OF_SOURCE, now + timedelta(milliseconds=3))
    assert wait_until(other, now) is not None


def test_attempts_are_forgotten_after_some_calm(house: Any) -> None:
    kept: Attempts | None = None
    for _ in range(10):
        kept = counted(kept, PASSWORDS_OF_LOGIN, house.clock.now())
    assert wait_until(kept, house.clock.now()) is not None
    house.clock.advance(16 * 60)
    kept = counted(kept, PASSWORDS_OF_LOGIN, house.clock.now())
    assert (kept.count, wait_until(kept, house.clock.now())) == (1, None)


@pytest.mark.parametrize(
    ("source", "nets"),
    [
        ("192.0.2.7", ["192.0.0.0/16"]),
        ("2001:db8:1:2::/64", ["2001:db8::/32", "2001:db8:1::/48"]),
        ("unknown", []),
    ],
)
def test_an_address_is_counted_with_the_networks_that_it_is_in(source: str, nets: list[str]) -> None:
    assert nets_of(source) == nets


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("192.0.2.7:51234", "192.0.2.7"),
        ("[2001:db8:1:2::7]:51234", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("\u202e", "unknown"),
    ],
)
def test_an_address_is_counted_as_the_household_that_it_is_of(address: str, source: str) -> None:
    assert source_of(address) == source
