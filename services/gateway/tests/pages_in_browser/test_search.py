"""The search page: words, people and pictures lead to the moment, by keyboard alone."""

from __future__ import annotations

import io
import re
from typing import Any

import PIL.Image
import pytest
from playwright.sync_api import Page, expect

from framewell.dataset.v1.catalogue_service_pb2 import ListClassesResponse
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell.inference.v1 import cluster_service_pb2 as clusters
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.inference.v1.search_service_pb2 import FoundMoment, SearchMomentsResponse
from framewell.media.v1.media_pb2 import Moment, Observation, Span, Timeline
from framewell.media.v1.media_service_pb2 import GetFrameResponse, GetTimelineResponse
from framewell.mesh.v1.mesh_pb2 import Ratio
from framewell_contracts.sentences import say
from framewell_kit.outcomes import Rejected

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
HOSTILE = "<b onmouseover=alert(1)>Wetter</b> \u202eretteW\u202c " + "W" * 10_000
CLOCK = Timeline(
    time_base=Ratio(numerator=1, denominator=90_000),
    frame_rate=Ratio(numerator=25, denominator=1),
    duration_pts=900_000,
    frame_count=250,
    start_timecode="10:00:00:00",
)


def jpeg() -> bytes:
    data = io.BytesIO()
    PIL.Image.new("RGB", (160, 90), (90, 110, 120)).save(data, "JPEG")
    return data.getvalue()


def moment(number: int, text: str) -> FoundMoment:
    where = Span(start_pts=number * 90_000, end_pts=(number + 1) * 90_000, first_frame=number * 25, frames=25)
    return FoundMoment(
        asset_id=ASSET, kind="transcript" if number % 2 else "text", span=where, text=text,
        observation_id=f"text/0/0/{number}", moment=Moment(pts=where.start_pts, frame=where.first_frame),
    )  # fmt: skip


@pytest.fixture
def archive(house: Any) -> Any:
    """Something to find."""
    texts = ["Wetter in Köln", "Und nun zum Wetter.", HOSTILE]
    house.mesh.inference.answers |= {
        "SearchMoments": SearchMomentsResponse(moments=[moment(at, one) for at, one in enumerate(texts)]),
        "ListClassAppearances": clusters.ListClassAppearancesResponse(
            appearances=[
                clusters.ClusterAppearance(
                    asset_id=ASSET,
                    appearance=inference.Appearance(
                        moment=Moment(pts=450_000, frame=125),
                        observation_id="faces/0/0/1",
                        sentence="Known: near enough.",
                    ),
                )
            ]
        ),
        "FindSimilar": inference.FindSimilarResponse(
            neighbours=[
                inference.Neighbour(
                    asset_id=ASSET,
                    distance=6.5,
                    span=Span(start_pts=90_000, end_pts=180_000, first_frame=25, frames=25),
                    observation=Observation(id="labels/0/0/1", kind="picture"),
                )
            ]
        ),
    }
    house.mesh.transcode.answers |= {
        "GetTimeline": GetTimelineResponse(timeline=CLOCK),
        "GetFrame": GetFrameResponse(jpeg=jpeg(), key="ab/abcd.jpg"),
    }
    house.mesh.dataset.answers["ListClasses"] = ListClassesResponse(
        classes=[DatasetClass(class_id="c-1", name="Wetterfrosch, Jörg")]
    )
    return house


def looked_for(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["en", "de"])
def test_words_lead_to_the_moment_by_keyboard_alone(archive: Any, visit: Any, language: str) -> None:
    visit.expects("404", "503")  # the programme has no media here
    page = visit("/search", language=language)
    visit.check_accessibility(page)
    looked_for(page, "wetter")
    table = page.get_by_role("grid")
    expect(table.get_by_text("Wetter in Köln")).to_be_visible()
    expect(table.get_by_text("10:00:00:00")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q=wetter$"))
    visit.check_accessibility(page)
    visit.check_fits(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    page.locator("h1").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/console/assets/{ASSET}\?pts=90000(&play=1)?$"))


def test_what_others_wrote_is_shown_as_it_is_written(archive: Any, visit: Any) -> None:
    page = visit("/search?q=wetter")
    shown = page.get_by_text("<b onmouseover=alert(1)>Wetter</b>")
    expect(shown).to_be_visible()
    box = shown.bounding_box()
    assert box is not None
    assert box["height"] < 68
    visit.check_fits(page)


def test_a_name_offers_the_person_and_all_appearances(archive: Any, visit: Any) -> None:
    page = visit("/search?q=wetter")
    page.get_by_role("button", name="Wetterfrosch, Jörg").click()
    expect(page.get_by_role("grid").get_by_text("Known: near enough.")).to_be_visible()
    expect(page).to_have_url(re.compile("person=c-1"))
    visit.check_accessibility(page)


def test_a_picture_finds_those_that_are_like_it(archive: Any, visit: Any, tmp_path: Any) -> None:
    visit.expects("404")
    picture = tmp_path / "given.jpg"
    picture.write_bytes(jpeg())
    page = visit("/search")
    page.locator("input[type=file]").set_input_files(picture)
    expect(page.get_by_role("grid").get_by_text("distance 6.50")).to_be_visible()
    expect(page.get_by_role("img", name="Your picture")).to_be_visible()
    visit.check_accessibility(page)
    asked = [one for name, one in archive.mesh.inference.asked if name == "FindSimilar"][-1]
    assert (asked.analyser, asked.image) == ("labels", jpeg())


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_looks_for_a_face_says_why_first(archive: Any, visit: Any, tmp_path: Any, language: str) -> None:
    visit.expects("404")
    words = FACES[language]
    near = inference.Neighbour(asset_id=ASSET, distance=0.31, likeness=inference.FACE_LIKENESS_NEAR)
    far = inference.Neighbour(asset_id=ASSET, distance=0.75, likeness=inference.FACE_LIKENESS_FAR)
    near.observation.id, far.observation.id = "faces/0/0/1", "faces/0/0/2"
    archive.mesh.inference.answers["FindSimilar"] = inference.FindSimilarResponse(neighbours=[near, far])
    picture = tmp_path / "given.jpg"
    picture.write_bytes(jpeg())
    page = visit("/search?as=face", language=language)
    page.locator("input[type=file]").set_input_files(picture)
    reason = page.get_by_role("textbox", name=words["reason"])
    reason.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(words["without"])
    visit.check_accessibility(page)
    assert asked_for(archive) == []

    page.keyboard.type(" Nachruf ")
    page.keyboard.press("Enter")
    table = page.get_by_role("grid")
    expect(table.get_by_text(words["near"])).to_be_visible()
    expect(table.get_by_text(words["far"])).to_be_visible()
    visit.check_accessibility(page)
    visit.check_fits(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    archive.happened(*archive.scenes.programme(7, "Etwas kommt herein"))  # makes searches old
    expect(table.get_by_text(words["near"])).to_be_visible()
    (one,) = asked_for(archive)
    assert (one.analyser, one.image, one.reason) == ("faces", jpeg(), "Nachruf"), (
        "it is asked once, on record"
    )


FACES = {
    "en": {
        "reason": "Why are you looking for this person?", "without": "Say why",
        "near": "Near (0.31): can be the same person", "far": "Far (0.75): somebody else",
    },
    "de": {
        "reason": "Warum suchen Sie diese Person?", "without": "Nennen Sie einen Grund",
        "near": "Nah (0,31): kann dieselbe Person sein", "far": "Fern (0,75): jemand anderes",
    },
}  # fmt: skip


def asked_for(archive: Any) -> list[Any]:
    return [one for name, one in archive.mesh.inference.asked if name == "FindSimilar"]


def test_a_refused_search_for_a_face_says_so_in_the_language_of_the_page(
    archive: Any, visit: Any, tmp_path: Any
) -> None:
    """The mesh has the last word: what it refuses is said, whatever the page let pass."""
    visit.expects("422")
    refused = Rejected(
        say(
            "reason_required", "whoever looks for a face says why: give a `reason`; it is kept with who asked"
        )
    )
    archive.mesh.inference.answers["FindSimilar"] = refused
    page = visit(f"/search?as=face&like={ASSET}@90000", language="de")
    page.get_by_role("textbox", name="Warum suchen Sie diese Person?").fill("Nachruf")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Wer nach einem Gesicht sucht, sagt warum")


def test_the_picture_of_a_programme_finds_scenes_in_others(archive: Any, visit: Any) -> None:
    visit.expects("404")
    page = visit(f"/search?like={ASSET}@90000")
    expect(page.get_by_role("grid").get_by_text("distance 6.50")).to_be_visible()
    (one,) = asked_for(archive)
    assert (one.moment.asset_id, one.moment.pts, one.analyser) == (ASSET, 90_000, "labels")
    assert list(one.filter.other_than) == [ASSET]
    expect(page.get_by_role("img", name="Picture of the programme")).to_be_visible()
    page.get_by_role("button", name="Another search").click()
    expect(page).to_have_url(re.compile(r"/console/search$"))


def test_what_is_no_picture_is_refused_in_words(archive: Any, visit: Any, tmp_path: Any) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    page = visit("/search", language="de")
    page.locator("input[type=file]").set_input_files(text)
    expect(page.get_by_role("alert")).to_contain_text("JPEG, PNG oder WebP")


def test_nothing_found_says_what_is_not_found(house: Any, visit: Any) -> None:
    house.mesh.inference.answers["SearchMoments"] = SearchMomentsResponse()
    house.mesh.dataset.answers["ListClasses"] = ListClassesResponse()
    page = visit("/search?q=nirgends")
    expect(page.get_by_role("heading", name="Nothing was found")).to_be_visible()
    visit.check_accessibility(page)


def test_a_search_that_fails_says_why_and_is_asked_again(archive: Any, visit: Any) -> None:
    visit.expects("503")
    archive.mesh.inference.away = True
    page = visit("/search?q=wetter")
    expect(page.get_by_role("alert")).to_contain_text("inference cannot be asked right now", timeout=20_000)
    visit.check_accessibility(page)
    archive.mesh.inference.away = False
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Wetter in Köln")).to_be_visible()
