"""The log of decisions says who looked for a face, when, and why, as long as that is kept."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message
from playwright.sync_api import expect

from framewell.dataset.v1 import audit_service_pb2 as audit
from framewell_gateway.ports import Away

HOSTILE = "<img src=x onerror=alert(1)> \u202eneverkehrt\u202c " + "W" * 450
REASONS = {"face-search:s-1": "Nachruf, Anfrage 4711", "face-search:s-2": HOSTILE, "face-search:s-3": ""}


def record(subject: str, what: str, reason: str = "") -> audit.AuditRecord:
    return audit.AuditRecord(
        chain_id=f"{subject}/0", hash="ab" * 32, event_id=subject, time="2026-11-22T18:00:00+00:00",
        subject=subject, what=what, principal="anna", authority="curator", reason=reason,
    )  # fmt: skip


@pytest.fixture
def log(house: Any) -> dict[str, Any]:
    """The log of a house: what it is asked for, and whether the broker, which has the reasons, is away."""
    state: dict[str, Any] = {"away": False, "asked": []}
    others = house.mesh.dataset.answer

    def answer(method: str, request: Message) -> Message:
        if not isinstance(request, audit.ListAuditRequest):
            return others(method, request)
        state["asked"].append(request.with_reasons)
        if request.with_reasons and state["away"]:
            raise Away("dataset", "the broker is away")
        told = REASONS if request.with_reasons else {}
        records = [record(subject, "searched", told.get(subject, "")) for subject in state["subjects"]]
        return audit.ListAuditResponse(records=[record("model:identity/people@3.0", "promoted"), *records])

    state["subjects"] = list(REASONS)
    house.mesh.dataset.answer = answer
    return state


@pytest.mark.parametrize(
    ("language", "gone"),
    [("en", "Kafka no longer keeps why."), ("de", "Kafka bewahrt die Begründung nicht mehr auf.")],
)
def test_why_somebody_looked_for_a_face_stands_at_the_entry(
    house: Any, visit: Any, log: dict[str, Any], language: str, gone: str
) -> None:
    page = visit("/rights?tab=audit", language=language)
    row = page.get_by_role("row").filter(has_text="face-search:s-1")
    expect(row).to_contain_text("Nachruf, Anfrage 4711")
    expect(row).to_contain_text("anna")
    expect(page.get_by_role("row").filter(has_text="face-search:s-2")).to_contain_text(HOSTILE[:28])
    expect(page.get_by_role("row").filter(has_text="face-search:s-3")).to_contain_text(gone)
    expect(page.get_by_text(gone)).to_have_count(1)
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_the_log_is_read_without_the_broker_and_says_that_why_is_away(
    house: Any, visit: Any, log: dict[str, Any]
) -> None:
    visit.expects("503")
    log["away"] = True
    page = visit("/rights?tab=audit")
    expect(page.get_by_role("row").filter(has_text="face-search:s-1")).to_contain_text(
        "Why cannot be read at present."
    )
    expect(page.get_by_text("model:identity/people@3.0")).to_be_visible()


def test_the_facts_are_read_only_for_pages_with_a_search(house: Any, visit: Any, log: dict[str, Any]) -> None:
    log["subjects"] = []
    page = visit("/rights?tab=audit")
    expect(page.get_by_text("model:identity/people@3.0")).to_be_visible()
    # Whatever goes with the list was sent before this.
    assert page.evaluate("() => fetch('/v1/session').then((answer) => answer.status)") == 200
    assert log["asked"]
    assert not any(log["asked"])
