"""A sample is proposed by hand from a programme: out of a picture, a person's row, a line of text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from framewell.dataset.v1.catalogue_service_pb2 import CreateClassResponse, ListClassesResponse
from framewell.dataset.v1.dataset_pb2 import DatasetClass, Sample
from framewell.dataset.v1.review_service_pb2 import ProposeSampleRequest, ProposeSampleResponse
from framewell.media.v1.media_pb2 import Box
from framewell.rights.v1.rights_pb2 import RightsDecision, RightsStatement
from framewell.sample.v1 import sample_pb2 as wire
from framewell_contracts.sentences import say
from framewell_gateway.ports import Away
from framewell_kit.outcomes import Rejected
from pages_in_browser import test_programme as programme

ASSET = programme.ASSET
HERE = 12 * 90_000
"""A picture with a face: the first in which somebody was seen."""


@pytest.fixture
def dataset(house: Any, visit: Any) -> Any:
    """The dataset service of a house with one analysed programme, which takes proposals."""
    visit.expects(*programme.NOT_PLAYED)
    programme.Asset(house).transcoded().analysed()
    found = house.mesh.dataset
    found.answers |= {
        "ListClasses": ListClassesResponse(
            classes=[DatasetClass(class_id="c-1", dataset_id="people", name="Jörg Müßigbrodt")]
        ),
        "ProposeSample": ProposeSampleResponse(
            sample=Sample(sample_id="s-1", state=wire.SAMPLE_STATE_PROPOSED, class_id="c-1")
        ),
        "CreateClass": CreateClassResponse(dataset_class=DatasetClass(class_id="c-9", name="Clara Fiebig")),
    }
    return found


def proposed(dataset: Any) -> list[ProposeSampleRequest]:
    """Return what was proposed so far."""
    return [request for method, request in dataset.asked if method == "ProposeSample"]


def opened(page: Page, name: str = "Who is seen here?") -> Locator:
    """Return the open dialog once its picture is there."""
    dialog = page.get_by_role("dialog", name=name)
    dialog.get_by_role("combobox").wait_for()
    return dialog


def faces(house: Any, *lefts: float) -> None:
    """Let these faces be measured where the player stands, from left to right."""
    answer = house.mesh.inference.answers["ListObservations"]
    del answer.observations[:]
    for track, left in enumerate(lefts):
        one = programme.face(0, track)
        one.box.CopyFrom(Box(x=left, y=0.2, width=0.2, height=0.4))
        answer.observations.append(one)


WORDS = {
    "en": ("Who is seen here?", "Name", "Proposed as Jörg Müßigbrodt. It waits in Review."),
    "de": (
        "Wer ist hier zu sehen?",
        "Name",
        "Als Jörg Müßigbrodt vorgeschlagen. Das Muster wartet in der Prüfung.",
    ),
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_is_in_the_picture_is_said_by_keyboard(
    house: Any, visit: Any, dataset: Any, language: str
) -> None:
    title, name, says = WORDS[language]
    faces(house, 0.125, 0.5)
    page = visit(f"/assets/{ASSET}", language=language)
    page.get_by_role("slider").first.wait_for()
    page.locator("h1").focus()
    page.keyboard.press("n")
    dialog = opened(page, title)
    visit.check_accessibility(page)
    field = dialog.get_by_role("combobox", name=name)
    expect(field).to_be_focused()
    page.keyboard.type("müßig")
    dialog.get_by_role("option", name="Jörg Müßigbrodt").wait_for()
    page.keyboard.press("Enter")
    expect(field).to_have_value("Jörg Müßigbrodt")
    page.keyboard.press("Enter")  # nobody has said which of the two it is
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert proposed(dataset) == []
    page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("radio").nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_role("radio").nth(0)).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("radio").nth(1)).to_be_checked()
    visit.check_accessibility(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Ich kenne ihn aus der Redaktion.")
    page.keyboard.press("Enter")
    expect(page.get_by_text(says)).to_be_visible()
    expect(dialog).to_have_count(0)
    (sent,) = proposed(dataset)
    assert (sent.dataset_id, sent.class_id, sent.asset_id) == ("people", "c-1", ASSET)
    assert (sent.moment.pts, sent.box.x) == (0, 0.5)
    assert sent.note == "Ich kenne ihn aus der Redaktion."


def test_a_person_is_proposed_where_they_are_seen(house: Any, visit: Any, dataset: Any) -> None:
    page = visit(f"/assets/{ASSET}")
    page.get_by_role("button", name="Propose a sample: Jörg Müßigbrodt").click()
    dialog = opened(page)
    expect(dialog.get_by_role("radio", name="Face 1")).to_be_checked()
    expect(dialog.get_by_role("combobox")).to_have_value("Jörg Müßigbrodt")
    dialog.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_text("Proposed as Jörg Müßigbrodt.")).to_be_visible()
    (sent,) = proposed(dataset)
    assert (sent.class_id, sent.moment.pts, sent.moment.frame) == ("c-1", HERE, 300)


def test_a_line_of_text_names_somebody_who_is_made_once(house: Any, visit: Any, dataset: Any) -> None:
    visit.expects("503")
    house.mesh.inference.answers["ListObservations"].observations[0].text = "Clara Fiebig, Feuerwehr Köln"
    done = dataset.answers["ProposeSample"]
    dataset.answers["ProposeSample"] = Away("dataset", "connection refused")
    page = visit(f"/assets/{ASSET}")
    page.get_by_role("tab", name="Text").click()
    page.get_by_role("button", name="Propose a sample: Clara Fiebig").click()
    dialog = opened(page)
    expect(dialog.get_by_role("combobox")).to_have_value("Clara Fiebig")
    dialog.get_by_role("button", name="Propose", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose somebody from the list.")
    dialog.get_by_role("option", name="New person: Clara Fiebig").click()
    dialog.get_by_role("button", name="Propose", exact=True).click()
    expect(dialog.get_by_text("dataset cannot be asked right now")).to_be_visible()
    dataset.answers["ProposeSample"] = done
    dialog.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_text("Proposed as Clara Fiebig.")).to_be_visible()
    assert [one.class_id for one in proposed(dataset)][-1] == "c-9"
    made = [request.dataset_class for method, request in dataset.asked if method == "CreateClass"]
    assert [(one.dataset_id, one.name) for one in made] == [("people", "Clara Fiebig")]


def test_what_rights_withhold_says_so_in_their_words(house: Any, visit: Any, dataset: Any) -> None:
    sample = Sample(
        sample_id="s-1",
        state=wire.SAMPLE_STATE_WITHHELD,
        reason="Own training is withheld: Agentur Nord reserves text and data mining.",
    )
    sample.provenance.asset_id = ASSET
    ground = RightsStatement(
        holder="Agentur Nord",
        verbatim="Eine Nutzung für Text- und Data-Mining ist vorbehalten.",
        found_at="contract 4711, § 3",
    )
    sample.provenance.rights.CopyFrom(RightsDecision(grounds=[ground]))
    dataset.answers["ProposeSample"] = ProposeSampleResponse(sample=sample)
    page = visit(f"/assets/{ASSET}")
    page.get_by_role("button", name="Propose a sample: Jörg Müßigbrodt").click()
    dialog = opened(page)
    dialog.get_by_role("button", name="Propose", exact=True).click()
    expect(dialog.get_by_text("Agentur Nord reserves text and data mining")).to_be_visible()
    expect(dialog.get_by_text("Eine Nutzung für Text- und Data-Mining ist vorbehalten.")).to_be_visible()
    visit.check_accessibility(page)
    expect(dialog.get_by_role("button", name="Close", exact=True).last).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Jörg Müßigbrodt is noted here and withheld by rights.")).to_be_visible()


def test_what_the_mesh_refuses_stays_written(house: Any, visit: Any, dataset: Any) -> None:
    visit.expects("422")
    dataset.answers["ProposeSample"] = Rejected(
        say("face_too_small", "the face there is too small to be described: point at a larger one")
    )
    page = visit(f"/assets/{ASSET}", language="de")
    page.get_by_role("button", name="Muster vorschlagen: Jörg Müßigbrodt").click()
    dialog = opened(page, "Wer ist hier zu sehen?")
    dialog.get_by_role("button", name="Vorschlagen", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("zu klein")
    expect(dialog.get_by_role("combobox")).to_have_value("Jörg Müßigbrodt")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_picture_without_a_face_says_where_to_go(house: Any, visit: Any, dataset: Any) -> None:
    faces(house)
    page = visit(f"/assets/{ASSET}")
    page.get_by_role("button", name=re.compile("^Propose …")).click()
    dialog = page.get_by_role("dialog", name="Who is seen here?")
    expect(dialog.get_by_text("No face was found in this picture")).to_be_visible()
    expect(dialog.get_by_role("button", name="Propose", exact=True)).to_be_disabled()
    visit.check_accessibility(page)


def test_a_picture_that_cannot_be_shown_leaves_its_faces(house: Any, visit: Any, dataset: Any) -> None:
    del house.mesh.transcode.answers["GetFrame"]
    page = visit(f"/assets/{ASSET}")
    page.get_by_role("button", name="Propose a sample: Jörg Müßigbrodt").click()
    dialog = opened(page)
    expect(dialog.get_by_text("The picture cannot be shown.")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Face 1")).to_be_checked()
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_a_hostile_name_is_shown_as_it_is_and_the_refusal_of_a_long_note_stands_at_its_field(
    house: Any, visit: Any, dataset: Any
) -> None:
    visit.expects("422")
    hostile = programme.HOSTILE
    dataset.answers["ListClasses"] = ListClassesResponse(
        classes=[DatasetClass(class_id="c-1", dataset_id="people", name=hostile)]
    )
    page = visit(f"/assets/{ASSET}")
    page.get_by_role("button", name=re.compile("^Propose a sample: <img")).click()
    dialog = opened(page)
    dialog.get_by_role("textbox", name=re.compile("How you know")).fill("W" * 10_000)
    dialog.get_by_role("button", name="Propose", exact=True).click()
    described = dialog.get_by_role("textbox", name=re.compile("How you know"))
    expect(described).to_have_attribute("aria-invalid", "true")
    assert proposed(dataset) == []
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    visit.check_accessibility(page)


def test_whoever_only_looks_proposes_nothing(house: Any, visit: Any, dataset: Any) -> None:
    for login, role, may in (("vera", "viewer", 0), ("karl", "curator", 1)):
        house.add_user(login, role)
        page = visit.sign_in(login, f"/assets/{ASSET}")
        page.get_by_role("link", name="To the person", exact=True).wait_for()
        expect(page.get_by_role("button", name=re.compile("^Propose …"))).to_have_count(may)
        expect(page.get_by_role("button", name="Propose a sample: Jörg Müßigbrodt")).to_have_count(may)
