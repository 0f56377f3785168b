"""What is wrong with the mesh is read in German, too, by what its sentences were made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from framewell.gateway.v1 import mesh_view_pb2 as views
from framewell.inference.v1.inference_service_pb2 import ListModelsResponse, Model
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.mesh.v1.operations_service_pb2 import DescribeWorkResponse, PausedPartition, WaitingPart
from framewell_contracts.sentences import say, wording_of
from framewell_gateway.domain.broker_state import Replica, ServiceReplies

if TYPE_CHECKING:
    from conftest import House, Visit

GROUP = "transcode.stitch"
LINES = """cell => {
  const range = document.createRange();
  range.selectNodeContents(cell.firstElementChild);
  return new Set([...range.getClientRects()].map((one) => one.top)).size;
}"""
TYPE = "framewell.chunk.transcoded.v1"
GIVEN_UP = datetime(2026, 11, 29, 2, 10, tzinfo=UTC)
AWAY = say("database_away", "the document database does not answer: {why}", why="27017: refused")
WAITED = say("waited_in_vain", "waited {seconds} s in vain: {why}", seconds="3600", why=AWAY)
LONG = say("records_wait.long", "records wait for one that takes long")
NOTHING = say("no_answer_there", "nothing answers at its address")


def _broken(mesh: Any) -> None:
    """Let a service wait for its database, another be away, and a stage have paused and given up."""
    waits = DescribeWorkResponse(
        ready=False,
        waiting=[WaitingPart(part="database", reason=AWAY, wording=wording_of(AWAY))],
        paused=[PausedPartition(group=GROUP, topic=TYPE, partition=2, reason=LONG, wording=wording_of(LONG))],
    )
    mesh.operations.replies |= {
        "transcode": ServiceReplies("transcode", [Replica("127.0.0.1:7421", waits)]),
        "training": ServiceReplies("training", [Replica("127.0.0.1:7424", away=NOTHING)]),
    }
    mesh.inference.answers["ListModels"] = ListModelsResponse()
    letter = views.DeadLetterView(
        dead_letter_id=f"{GROUP}/0@7",
        group=GROUP,
        state=views.DEAD_LETTER_STATE_WAITING,
        code="waited_in_vain",
        reason=WAITED,
        wording=wording_of(WAITED),
        type=TYPE,
    )
    letter.given_up.FromDatetime(GIVEN_UP)
    waiting = views.DeadLetterCount(group=GROUP, code=letter.code, type=TYPE, count=1)
    waiting.first.CopyFrom(letter.given_up)
    waiting.last.CopyFrom(letter.given_up)
    mesh.dead_letters.waiting = [waiting]
    mesh.dead_letters.answers["page"] = views.ListDeadLettersResponse(dead_letters=[letter], total_size=1)


def test_reasons_of_services_and_of_dead_letters_are_said_in_german(house: House, visit: Visit) -> None:
    _broken(house.mesh)
    page = visit("/mesh", language="de")
    reasons = page.locator(".mesh-reasons")
    expect(reasons.filter(has_text="Die Dokumentdatenbank antwortet nicht: 27017: refused")).to_be_visible()
    expect(reasons.filter(has_text="Ereignisse warten auf eines, das lange dauert.")).to_be_visible()
    expect(reasons.filter(has_text="An seiner Adresse antwortet nichts.")).to_be_visible()
    expect(reasons.locator("[lang=en]")).to_have_count(0)
    page.get_by_role("button", name=f"Ansehen: {GROUP}").click()
    said = page.get_by_role("dialog").locator(".mesh-dead-letter")
    expect(said).to_contain_text("3600 s vergeblich gewartet: Die Dokumentdatenbank antwortet nicht")
    expect(said.locator("> p [lang=en]")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 700])
def test_models_say_in_german_what_they_do_and_why_not_in_whole_words(
    house: House, visit: Visit, width: int
) -> None:
    kept = say("quarantine.not_loaded", "it cannot be loaded ({kind}): the log says why", kind="x" * 200)
    slow = say("fallback.unusable", "{device} cannot be used: {why}", device="CUDA", why="no device")
    house.mesh.inference.answers["ListModels"] = ListModelsResponse(
        models=[
            Model(
                model=ModelVersion(name="house/dogs", version="2.0"),
                task="classification",
                quarantined=kept,
                quarantined_wording=wording_of(kept),
            ),
            Model(
                model=ModelVersion(name="house/cats", version="1.0"),
                task="of-tomorrow",
                fallback=slow,
                fallback_wording=wording_of(slow),
            ),
        ]
    )
    page = visit("/mesh", language="de", size=(width, 800))
    rows = page.get_by_role("group", name="Modelle").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Das Modell lässt sich nicht laden (xxx")
    expect(rows.nth(1)).to_contain_text("CUDA lässt sich nicht nutzen: no device")
    expect(rows.locator("[lang=en]")).to_have_text(["of-tomorrow"])
    task = rows.nth(0).locator("td").nth(2)
    expect(task).to_have_text("Schlagworte")
    lines = task.evaluate(LINES)
    assert lines == 1
