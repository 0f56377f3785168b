"""The page of the mesh, as an operator at night uses it: what is wrong, why, and what can be done."""

from __future__ import annotations

import io
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from framewell.gateway.v1 import mesh_view_pb2 as views
from framewell.gateway.v1.explanation_pb2 import Backlog
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.mesh.v1.operations_service_pb2 import Breaker, DescribeWorkResponse, WaitingPart
from framewell_gateway.domain.broker_state import BrokerState, Replica, ServiceReplies
from framewell_kit.outcomes import NotFound

if TYPE_CHECKING:
    from conftest import House, Visit

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
GROUP = "transcode.stitch"
TYPE = "framewell.chunk.transcoded.v1"
NOW = datetime(2026, 11, 29, 2, 10, tzinfo=UTC)
SMALL = (360, 640)
HOSTILE_REASON = "<b>its graph</b> cannot be run: " + "x" * 300
REASON = "The object store has no room: 0 bytes are free."


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"mesh-{name}.png", full_page=True)


def dead_letter(place: str = "0@7", reason: str = REASON) -> views.DeadLetterView:
    """Return a record that was given up."""
    made = views.DeadLetterView(
        dead_letter_id=f"{GROUP}/{place}",
        group=GROUP,
        state=views.DEAD_LETTER_STATE_WAITING,
        code="failed",
        reason=reason,
        type=TYPE,
        asset_id=ASSET,
        attempts=5,
        payload='{"chunk_id": "7"}',
        payload_kind="fact",
    )
    made.given_up.FromDatetime(NOW)
    return made


def count(number: int = 2) -> views.DeadLetterCount:
    """Return how many were given up."""
    made = views.DeadLetterCount(group=GROUP, code="failed", type=TYPE, count=number)
    made.last.FromDatetime(NOW)
    return made


def model(name: str, version: str, **more: Any) -> inference.Model:
    """Return a model of a public hub, or another by `more`."""
    about = {"code_licence": "MIT", "weights_licence": "MIT", "source": "huggingface:house/dogs@" + "c" * 40}
    return inference.Model(
        model=ModelVersion(name=name, version=version), task="classification", **(about | more)
    )


@pytest.fixture(autouse=True)
def models(house: House) -> Any:
    serve(house.mesh)
    return house.mesh.inference.answers


def serve(mesh: Any) -> None:
    """Let one model of the house's own serve, and two versions of another's."""
    mesh.inference.answers["ListModels"] = inference.ListModelsResponse(
        models=[
            model("faces/yunet", "2023.3", analyser="faces", in_force=True, source="package:opencv"),
            model("house/dogs", "1.0", in_force=True),
            model("house/dogs", "2.0", quarantined=HOSTILE_REASON),
            model("house/cats", "2.0"),
        ]
    )


@pytest.fixture
def night(house: House) -> Any:
    fall(house.mesh)
    return house.mesh


def fall(mesh: Any) -> None:
    """Let night fall, and a disk run full: a stage stopped itself, a service waits, another is away."""
    stopped = Breaker(group=GROUP, open=True)
    stopped.opened_at.FromDatetime(NOW)
    full = DescribeWorkResponse(ready=True, breakers=[stopped])
    waits = DescribeWorkResponse(
        ready=False, waiting=[WaitingPart(part="database", reason="it does not answer since 02:05")]
    )
    mesh.operations.replies |= {
        "transcode": ServiceReplies("transcode", [Replica("127.0.0.1:7421", full)]),
        "dataset": ServiceReplies("dataset", [Replica("127.0.0.1:7423", waits)]),
        "training": ServiceReplies(
            "training", [Replica("127.0.0.1:7424", DescribeWorkResponse(), "connection refused")]
        ),
    }
    mesh.broker.state = BrokerState(
        backlogs=[Backlog(group=GROUP, topic=TYPE, committed=40, end=1252, behind=1212)]
    )
    mesh.dead_letters.waiting = [count()]
    mesh.dead_letters.answers |= {
        "page": views.ListDeadLettersResponse(dead_letters=[dead_letter(), dead_letter("0@9")], total_size=2),
        "replay": views.ReplayDeadLettersResponse(matching=2, replayed=2),
        "discard": views.DiscardDeadLettersResponse(matching=1, discarded=1),
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_wrong_is_read_from_across_the_room(visit: Visit, night: Any, language: str) -> None:
    page = visit("/mesh", language=language)
    headline = page.locator(".mesh-headline")
    expect(headline).to_contain_text({"en": "2 services are", "de": "2 Dienste sind"}[language])
    expect(page.get_by_text("it does not answer since 02:05")).to_be_visible()
    expect(page.get_by_text("1,212" if language == "en" else "1.212").first).to_be_visible()
    visit.check_accessibility(page)
    visit.check_fits(page)
    shot(page, f"night-{language}")


def test_a_calm_mesh_says_so(visit: Visit, house: House) -> None:
    page = visit("/mesh")
    expect(page.locator(".mesh-headline")).to_have_text("Everything runs")
    expect(page.get_by_text("No event waits that was given up in the last 30 days.")).to_be_visible()
    visit.check_accessibility(page)
    shot(page, "calm")


def test_a_stage_that_stopped_itself_is_let_go_on(visit: Visit, night: Any) -> None:
    page = visit("/mesh")
    page.get_by_role("button", name="Go on now").press("Enter")
    expect(page.get_by_text(f"{GROUP} goes on").first).to_be_visible()
    assert night.operations.resumed == [GROUP]


def test_all_of_a_kind_are_sent_again_and_what_stays_is_said(visit: Visit, night: Any) -> None:
    left = views.DeadLettersLeft(reason="their topic is gone", count=1)
    night.dead_letters.answers["replay"] = views.ReplayDeadLettersResponse(
        matching=2, replayed=1, left_out=[left]
    )
    page = visit("/mesh")
    page.get_by_role("button", name="Replay all").click()
    expect(page.get_by_text("1 of 2 sent again. 1 left: their topic is gone").first).to_be_visible()
    request = next(one for one, _ in night.dead_letters.asked if one.DESCRIPTOR.name.startswith("Replay"))
    assert (request.group, request.code, request.type, list(request.ids)) == (GROUP, "failed", TYPE, [])


def test_one_letter_is_looked_at_chosen_and_sent_again_or_set_aside(visit: Visit, night: Any) -> None:
    page = visit("/mesh")
    page.get_by_role("button", name=f"Look: {GROUP}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(REASON).first).to_be_visible()
    expect(dialog.get_by_role("button", name="Replay 0")).to_be_disabled()
    dialog.get_by_text("The event itself").first.click()
    expect(dialog.get_by_text('"chunk_id"').first).to_be_visible()
    visit.check_accessibility(page)
    shot(page, "dead-letters")
    dialog.locator(".mesh-dead-letters .checkbox").first.click()
    dialog.get_by_role("button", name="Replay 1").click()
    expect(page.get_by_text("2 of 2 sent again.").first).to_be_visible()
    replayed = [one for one, _ in night.dead_letters.asked if one.DESCRIPTOR.name.startswith("Replay")]
    assert list(replayed[-1].ids) == ["0@7"]
    dialog.locator(".mesh-dead-letters .checkbox").nth(1).click()
    dialog.get_by_role("button", name="Needs no replay").click()
    dialog.get_by_label("Why no replay is needed").fill("Sent again by hand.")
    dialog.get_by_role("button", name="Set aside").click()
    expect(page.get_by_text("1 event set aside.").first).to_be_visible()
    discarded = [one for one, _ in night.dead_letters.asked if one.DESCRIPTOR.name.startswith("Discard")]
    assert (list(discarded[-1].ids), discarded[-1].because) == (["0@9"], "Sent again by hand.")


def test_without_the_broker_lag_and_letters_are_not_known_and_the_rest_stands(
    visit: Visit, night: Any
) -> None:
    night.broker.away = night.dead_letters.away = "connection refused"
    page = visit("/mesh")
    expect(page.get_by_text("Missing here:")).to_be_visible()
    expect(page.get_by_text("not known").first).to_be_visible()
    expect(page.get_by_text("it does not answer since 02:05")).to_be_visible()
    expect(page.locator(".mesh-headline")).not_to_have_text("Everything runs")


def test_the_page_follows_by_itself(visit: Visit, night: Any) -> None:
    page = visit("/mesh")
    expect(page.locator(".mesh-headline")).to_contain_text("1 stage has stopped")
    night.operations.replies.clear()
    night.dead_letters.waiting = []
    expect(page.locator(".mesh-headline")).to_have_text("Everything runs", timeout=12_000)


def test_an_asset_is_asked_why_by_its_title(visit: Visit, house: Any, night: Any) -> None:
    visit.expects("404")  # of its poster, which transcode of that night does not have
    house.happened(*house.scenes.programme(2, "Tagesthema: Wasser"))
    page = visit("/mesh")
    field = page.get_by_role("combobox", name="Title of the asset")
    field.fill("evening news")
    expect(page.get_by_text("Nothing has this name.")).to_be_visible()
    field.fill("wasser")
    page.get_by_role("option", name="Tagesthema: Wasser").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**why={house.scenes.asset_id(2)}")
    expect(page.locator(".explanation")).to_contain_text("“Tagesthema: Wasser” is analysed.")
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_an_id_is_asked_why_and_one_that_is_unknown_says_so(visit: Visit, night: Any) -> None:
    visit.expects("404")
    night.ingest.answers["GetAsset"] = NotFound("no asset has this id")
    page = visit("/mesh")
    page.get_by_role("combobox", name="Title of the asset").fill(ASSET)
    page.wait_for_url(f"**why={ASSET}")
    expect(page.get_by_role("alert").first).to_contain_text("asset")


def test_reasons_from_outside_are_text_and_break_nothing(visit: Visit, night: Any) -> None:
    hostile = "<b>bold</b> \u202eevil" + "x" * 10_000
    night.operations.replies["ingest"] = ServiceReplies(
        "ingest",
        [
            Replica(
                "127.0.0.1:1",
                DescribeWorkResponse(ready=False, waiting=[WaitingPart(part="disk", reason=hostile)]),
            )
        ],
    )
    night.dead_letters.answers["page"] = views.ListDeadLettersResponse(
        dead_letters=[dead_letter(reason=hostile)]
    )
    page = visit("/mesh", size=SMALL)
    page.get_by_text("<b>bold</b>").first.wait_for()
    visit.check_fits(page)
    page.get_by_role("button", name=f"Look: {GROUP}").click()
    page.get_by_role("dialog").get_by_text("<b>bold</b>").first.wait_for()
    visit.check_fits(page)


def test_keys_replay_and_resume_and_the_buttons_show_them(visit: Visit, night: Any) -> None:
    page = visit("/mesh")
    expect(page.get_by_role("button", name="Go on now").locator("kbd")).to_have_text("R")
    expect(page.get_by_role("button", name="Replay all").locator("kbd")).to_have_text("P")
    page.keyboard.press("r")
    expect(page.get_by_text(f"{GROUP} goes on").first).to_be_visible()
    assert night.operations.resumed == [GROUP]
    page.keyboard.press("p")
    expect(page.get_by_text("2 of 2 sent again.").first).to_be_visible()
    assert [one.DESCRIPTOR.name for one, _ in night.dead_letters.asked] == ["ReplayDeadLettersRequest"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_how_much_is_logged_is_seen_and_changed_for_a_while(
    visit: Visit, house: House, language: str
) -> None:
    page = visit("/mesh", language=language)
    part = page.locator("section[aria-labelledby=mesh-telemetry]")
    expect(part.get_by_role("row")).to_have_count(7)  # six services and the head
    expect(part.get_by_text({"en": "Info", "de": "Hinweisen"}[language]).first).to_be_visible()
    change = {"en": "Change", "de": "Ändern"}[language]
    part.get_by_role("button", name=change).click()
    dialog = page.get_by_role("dialog")
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    dialog.get_by_role("button", name=change).click()
    expect(dialog).to_have_count(0)
    service, request = next(one for one in house.mesh.operations.changes if one[1] is not None)
    assert (request.log_level, request.revert_after.seconds) == ("debug", 600)
    assert service in {"ingest", "transcode", "inference", "dataset", "training", "gateway"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_models_are_seen_and_anothers_is_taken_in_put_in_force_and_taken_away(
    visit: Visit, house: House, models: Any, language: str
) -> None:
    words = {
        "en": ["Take in a model", "was taken in", "Put in force", "Remove", "Let it look at every programme"],
        "de": [
            "Modell aufnehmen",
            "ist aufgenommen",
            "In Kraft setzen",
            "Entfernen",
            "Alle Sendungen ansehen",
        ],
    }
    take, taken, use, remove, enable = words[language]
    cats = model("house/cats", "2.0")
    models["UploadModel"] = inference.UploadModelResponse(model=cats)
    models["ChooseVersion"] = inference.ChooseVersionResponse(model=cats)
    models["EnableModel"] = inference.EnableModelResponse(model=cats)
    models["RemoveModel"] = inference.RemoveModelResponse(removed=[cats.model])
    page = visit("/mesh", language=language)
    part = page.locator("section[aria-labelledby=mesh-models]")
    expect(part.get_by_role("row")).to_have_count(5)
    expect(part.get_by_role("row").filter(has_text="faces/yunet").get_by_role("button")).to_have_count(0)
    visit.check_accessibility(page)
    with page.expect_file_chooser() as chooser:
        part.get_by_role("button", name=take).click()
    content = {"name": "cats.tar", "mimeType": "application/x-tar", "buffer": tar_of_a_model()}
    chooser.value.set_files([content])  # type: ignore[list-item]
    said = page.locator(".status-said")
    expect(said).to_contain_text(taken)
    for row, action, method in (
        ("house/cats", use, "ChooseVersion"),
        ("house/dogs", enable, "EnableModel"),
        ("house/cats", remove, "RemoveModel"),
    ):
        part.get_by_role("row").filter(has_text=row).first.get_by_role("button").click()
        page.get_by_role("menuitem", name=action).click()
        if method == "RemoveModel":
            page.get_by_role("dialog").get_by_role("button", name=remove).click()
        eventually_asked(house, method, page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def eventually_asked(house: House, method: str, page: Page) -> None:
    """Wait until inference was asked for something."""
    while method not in [name for name, _ in house.mesh.inference.asked]:
        page.wait_for_timeout(50)


def tar_of_a_model() -> bytes:
    """Return a tar archive with a manifest in it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        content = b"name: house/cats\nversion: '2.0'\n"
        entry = tarfile.TarInfo("model.yaml")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()
