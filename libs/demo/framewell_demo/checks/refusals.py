"""Checks of late refusals: what an objection and an erasure reach, and that nothing is left of them."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus

from framewell_contracts.services import SERVICES
from framewell_demo.broadcaster import PERFORMER
from framewell_demo.rendering.programmes import ASTRONAUT, MAN
from framewell_demo.run_record import RunRecord, TakenBack

ARCHIVE_SECONDS = 30.0
"""“Within seconds”, on two busy cores; the figure itself is printed."""


def objection_reached_samples_snapshots_and_the_archive(record: RunRecord) -> tuple[bool, str]:
    objection = _objection(record)
    passed = objection.samples >= 1 and objection.snapshots >= 1 and MAN.name not in objection.people
    withdrawn = (
        f"{objection.samples} sample withdrawn after {objection.samples_seconds:.1f} s, "
        f"{objection.snapshots} snapshots after {objection.snapshots_seconds:.1f} s"
    )
    return passed and objection.archive_seconds <= ARCHIVE_SECONDS, (
        f"{withdrawn}; after {objection.archive_seconds:.1f} s programme B named {_names(objection)}"
    )


def what_was_made_of_him_is_gone(record: RunRecord) -> tuple[bool, str]:
    return _gone(_objection(record))


def he_is_paid_for_what_was_and_for_nothing_more(record: RunRecord) -> tuple[bool, str]:
    objection = _objection(record)
    before, after = objection.owed_before.get(PERFORMER, ""), objection.owed_after.get(PERFORMER, "")
    return bool(before) and _amount(before) > 0 and before == after, f"owed {before} before, {after} after"


def every_service_forgot_her(record: RunRecord) -> tuple[bool, str]:
    assert record.erasure is not None
    passed = sorted(record.erasure.services) == sorted(SERVICES) and record.erasure.erased > 0
    return passed, (
        f"{len(record.erasure.services)} services answered within {record.erasure.seconds:.1f} s and erased "
        f"{record.erasure.erased} things"
    )


def nobody_names_her_any_more(record: RunRecord) -> tuple[bool, str]:
    assert record.erasure is not None
    taken_back = record.erasure.taken_back
    passed = ASTRONAUT.name not in {*taken_back.people, *record.erasure.names}
    gone, addresses = _gone(taken_back)
    return (
        passed and gone,
        f"after {taken_back.archive_seconds:.1f} s programme B named {_names(taken_back)}; {addresses}",
    )


def what_is_owed_for_her_stays_owed(record: RunRecord) -> tuple[bool, str]:
    assert record.erasure is not None
    taken_back = record.erasure.taken_back
    passed = bool(taken_back.owed_before) and taken_back.owed_before == taken_back.owed_after
    return passed, ", ".join(
        f"{holder}: {amount}" for holder, amount in sorted(taken_back.owed_after.items())
    )


def _objection(record: RunRecord) -> TakenBack:
    assert record.objection is not None
    return record.objection


def _gone(taken_back: TakenBack) -> tuple[bool, str]:
    passed = bool(taken_back.addresses) and set(taken_back.addresses.values()) == {HTTPStatus.GONE}
    return passed, ", ".join(f"{what}: {status}" for what, status in taken_back.addresses.items())


def _names(taken_back: TakenBack) -> str:
    return " and ".join(taken_back.people) or "nobody"


def _amount(text: str) -> Decimal:
    return Decimal(text.split(maxsplit=1)[0])
