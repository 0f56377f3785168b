"""Pictures of the search page: before anything is typed, and with what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Page

from framewell.dataset.v1.catalogue_service_pb2 import ListClassesResponse
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.inference.v1.search_service_pb2 import SearchMomentsResponse
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Programme
from framewell.media.v1.media_service_pb2 import GetFrameResponse, GetTimelineResponse
from pages_in_browser import drawn_people as drawn
from pages_in_browser import test_search as asked

After = Callable[[Page], None]

LINES: Final = (
    "Das Hochwasser am Rhein geht langsam zurück.",
    "Nach dem Hochwasser: Aufräumen in Köln",
    "Hochwasser: Wie gut sind die Deiche?",
    "Und dann kam das Hochwasser.",
)


def broadcast(house: Any) -> None:
    """Take the programme in whose moments are found."""
    programme = Programme(title="Rheinblick am Abend", series="Rheinblick")
    house.happened(
        IngestRequested(asset_id=asked.ASSET, uri="file:///archive/rhein.mxf", programme=programme)
    )


def found(house: Any, _: Any) -> tuple[str, After]:
    """Show what a word was read and said in."""
    broadcast(house)
    moments = [asked.moment(number, line) for number, line in enumerate(LINES)]
    house.mesh.inference.answers["SearchMoments"] = SearchMomentsResponse(moments=moments)
    house.mesh.dataset.answers["ListClasses"] = ListClassesResponse()
    house.mesh.transcode.answers |= {
        "GetTimeline": GetTimelineResponse(timeline=asked.CLOCK),
        "GetFrame": GetFrameResponse(jpeg=drawn.frame(1, size=(320, 180)), key="ab/abcd.jpg"),
    }
    return "/search?q=hochwasser", lambda page: page.get_by_text(LINES[0]).wait_for()


def nothing_typed(_: Any, __: Any) -> tuple[str, After]:
    """Show how one may search."""
    return "/search", lambda _: None


def nothing_found(house: Any, _: Any) -> tuple[str, After]:
    """Show a search without a result."""
    house.mesh.inference.answers["SearchMoments"] = SearchMomentsResponse()
    house.mesh.dataset.answers["ListClasses"] = ListClassesResponse()
    return "/search?q=hochwaser", lambda page: page.locator(".state").wait_for()


def given(page: Page) -> None:
    """Give a picture, as a person does."""
    content = {"name": "portrait.jpg", "mimeType": "image/jpeg", "buffer": drawn.face(1)}
    page.locator("input[type=file]").set_input_files([content])


def face(house: Any, _: Any) -> tuple[str, After]:
    """Show that whoever looks for a face says why."""

    def ask(page: Page) -> None:
        given(page)
        page.locator("main form input[type=text], main form textarea").first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()

    return "/search?as=face", ask


def likeness(house: Any, _: Any) -> tuple[str, After]:
    """Show faces that are like a given one, and how much so."""
    broadcast(house)
    near = inference.Neighbour(asset_id=asked.ASSET, distance=0.31, likeness=inference.FACE_LIKENESS_NEAR)
    question = inference.Neighbour(
        asset_id=asked.ASSET, distance=0.55, likeness=inference.FACE_LIKENESS_QUESTION
    )
    far = inference.Neighbour(asset_id=asked.ASSET, distance=0.75, likeness=inference.FACE_LIKENESS_FAR)
    for number, one in enumerate((near, question, far)):
        one.observation.id = f"faces/0/0/{number}"
        one.span.CopyFrom(asked.moment(number, "").span)
    house.mesh.inference.answers["FindSimilar"] = inference.FindSimilarResponse(
        neighbours=[near, question, far]
    )
    house.mesh.transcode.answers |= {
        "GetTimeline": GetTimelineResponse(timeline=asked.CLOCK),
        "GetFrame": GetFrameResponse(jpeg=drawn.frame(1, size=(320, 180)), key="ab/abcd.jpg"),
    }

    def ask(page: Page) -> None:
        given(page)
        page.locator("main form input[type=text], main form textarea").first.fill("Nachruf")
        page.keyboard.press("Enter")
        page.locator("[data-row]").first.wait_for()

    return "/search?as=face", ask


SCENES: Final = {
    "search": found,
    "search-empty": nothing_typed,
    "search-nothing": nothing_found,
    "search-face": face,
    "search-likeness": likeness,
}
