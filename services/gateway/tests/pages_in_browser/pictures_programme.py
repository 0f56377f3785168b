"""Pictures of a programme: a drawn broadcast, played out of a real proxy, and one that is still coming in."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AsyncExitStack
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import av
import PIL.Image
from playwright.sync_api import Page

from framewell.dataset.v1.dataset_pb2 import Sample
from framewell.dataset.v1.review_service_pb2 import ProposeSampleResponse
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PURPOSE_OWN_TRAINING
from framewell.sample.v1.sample_pb2 import SAMPLE_STATE_WITHHELD
from framewell_contracts.sentences import Sentence
from framewell_dataset.domain import wording
from framewell_inference.domain.identity import Identity
from framewell_inference.domain.verdict_sentences import verdict_sentence
from framewell_media.sandbox import Sandbox
from framewell_transcode.adapters.sandboxed_processor import SANDBOX_JOBS
from pages_in_browser import drawn_people as drawn
from pages_in_browser import test_player as playing
from pages_in_browser import test_programme as facts

After = Callable[[Page], None]

SHOTS: Final = (
    ("Jörg Müßigbrodt", "Reporter in Köln"),
    ("", ""),
    ("Clara Fiebig", "Feuerwehr Köln"),
    ("", ""),
)
KNOWN: Final = SHOTS[0][0]
"""Whoever is offered when part of the name is written, beside somebody new."""
TITLE: Final = "Rheinblick am Abend"
SECONDS_A_SHOT: Final = 8
RATE: Final = 25
MEASURED: Final = 100
"""The picture that is shown: one in which a face was measured."""


PRESENTS_ANOTHER: Final = """() => {
    const real = HTMLVideoElement.prototype.requestVideoFrameCallback;
    HTMLVideoElement.prototype.requestVideoFrameCallback = function (then) {
        return real.call(this, (now, frame) => then(now, { ...frame, mediaTime: frame.mediaTime + 0.2 }));
    };
}"""
"""Lets the browser name a picture that is five later than the one it presents."""

HERE: Final = f"/assets/{facts.ASSET}?frame={MEASURED}"


@cache
def folder() -> TemporaryDirectory[str]:
    """Return a folder that goes with the process."""
    return TemporaryDirectory()


@cache
def broadcast() -> Path:
    """Write the drawn broadcast, once, and return its path."""
    path = Path(folder().name) / "broadcast.mov"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        stream.metadata["timecode"] = "10:00:00:00"
        stream.codec_context.options = {"preset": "ultrafast", "g": "50", "bf": "0"}
        for person, (name, role) in enumerate(SHOTS):
            picture = PIL.Image.open(io.BytesIO(drawn.frame(person, name, role)))
            for _ in range(SECONDS_A_SHOT * RATE):
                frame = av.VideoFrame.from_image(picture)
                for packet in stream.encode(frame):
                    output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)
    return path


def on_clock(span: Any, moment: Any, timeline: Any) -> None:
    """Put what is written in 1/90000 on the clock of the broadcast."""
    for message, name in ((span, "start_pts"), (span, "end_pts"), (moment, "pts")):
        if message is not None:
            ticks = Fraction(getattr(message, name), 90_000) / timeline.time_base
            setattr(message, name, timeline.start_pts + round(ticks))


def word(message: Any, said: str) -> None:
    """Let a message say a sentence as its service does, with what it was made of."""
    assert isinstance(said, Sentence)
    message.sentence = said
    message.wording.template = said.code
    message.wording.params.update(said.params)


def analysed(house: Any) -> None:
    """Let a programme be analysed, with rights in the words of dataset."""
    facts.Asset(house, title=TITLE).analysed()
    allowed, withheld = house.mesh.dataset.answers["GetRights"].decisions
    word(allowed, wording.sentence(wording.Circumstance.HOUSE_ALLOWS, PURPOSE_ANALYSIS, []))
    word(
        withheld,
        wording.sentence(wording.Circumstance.PROHIBITED, PURPOSE_OWN_TRAINING, withheld.grounds),
    )


@cache
def media_sandbox() -> Sandbox:
    """Return the sandbox in which every scene of this file makes its proxy."""
    return Sandbox(SANDBOX_JOBS, concurrency=2)


def on_air(house: Any) -> None:
    """Let the drawn broadcast be transcoded and analysed as a whole."""
    made = playing.Programmes(house, media_sandbox(), Path(folder().name), AsyncExitStack(), TITLE)
    analysed(house)
    playing.run(house, made.play_file(broadcast()))
    answers = house.mesh.inference.answers
    faces = [facts.face(8 * shot + half / 2, shot) for shot in range(4) for half in range(16)]
    for one in faces:
        one.box.x, one.box.y, one.box.width, one.box.height = 0.53, 0.2, 0.18, 0.44
    listed = [one for one in answers["ListObservations"].observations if one.kind != "face"]
    known = verdict_sentence(Identity("known", "c-1", "c-1", 0.31, 0.87), twice=False)
    unknown = verdict_sentence(Identity("unknown", None, "c-1", 0.74, 0.0), twice=False)
    seen = [facts.appearance(8 * at, 8 * at + 8, at, "") for at in range(4)]
    for shot, one in enumerate(seen):
        word(one, known if shot < 2 else unknown)
        one.chunk_id = f"{facts.ASSET}/0/{8 * shot // 10 * 900_000}"
    for one in (*listed, *faces, *seen):
        on_clock(one.span, one.moment if one.HasField("moment") else None, made.timeline)
    answers["ListObservations"] = inference.ListObservationsResponse(observations=[*listed, *faces])
    answers["ListPeople"] = inference.ListPeopleResponse(
        people=[
            inference.Person(class_id="c-1", score=0.87, appearances=seen[:2], appearance_count=2),
            inference.Person(cluster_id="k-1", appearances=seen[2:], appearance_count=2),
        ]
    )


def shown(page: Page) -> None:
    """Wait for the picture that was asked for."""
    page.locator(f".transport-position[data-certainty=exact][data-frame='{MEASURED}']").wait_for()


def programme(house: Any, _: Any) -> tuple[str, After]:
    """Show a picture in which a face was measured, with everything beside it."""
    on_air(house)
    return HERE, shown


def not_confirmed(house: Any, _: Any) -> tuple[str, After]:
    """Show a picture that the browser did not confirm: it presents another one each time."""
    on_air(house)

    def step(page: Page) -> None:
        shown(page)
        page.evaluate(PRESENTS_ANOTHER)
        page.locator("h1").focus()
        page.keyboard.press(".")
        page.locator(".transport-position[data-certainty=unconfirmed]").wait_for()

    return HERE, step


def coming_in(house: Any, _: Any) -> tuple[str, After]:
    """Show what somebody sees who comes too early."""
    facts.Asset(house, title=TITLE)
    return f"/assets/{facts.ASSET}", lambda page: page.get_by_role("heading").first.wait_for()


def rejected(house: Any, _: Any) -> tuple[str, After]:
    """Show what is said of a file that could not be taken in."""
    house.happened(
        *house.scenes.rejected(3, "Beitrag Rathaus (Rohschnitt)", "the file has no picture and no sound")
    )
    return f"/assets/{house.scenes.asset_id(3)}", lambda page: page.locator(".state").first.wait_for()


def tab(number: int, showing: str) -> Callable[[Any, Any], tuple[str, After]]:
    """Return a scene that shows a tab beside the programme, once something of it is there."""

    def scene(house: Any, _: Any) -> tuple[str, After]:
        on_air(house)

        def go(page: Page) -> None:
            shown(page)
            page.get_by_role("tab").nth(number).click()
            page.locator(showing).first.wait_for()

        return HERE, go

    return scene


def asks_who(page: Page) -> None:
    """Ask who is in the picture."""
    shown(page)
    page.locator("h1").focus()
    page.keyboard.press("n")
    page.get_by_role("dialog").locator("img, .state").first.wait_for()


def propose(house: Any, _: Any) -> tuple[str, After]:
    """Show how somebody says who is in the picture."""
    on_air(house)

    def ask(page: Page) -> None:
        asks_who(page)
        page.get_by_role("combobox").last.fill("müßig")
        page.get_by_role("option").filter(has_text=KNOWN).wait_for()

    return HERE, ask


def propose_withheld(house: Any, _: Any) -> tuple[str, After]:
    """Show that a proposal is noted, and withheld by rights."""
    on_air(house)
    withheld = house.mesh.dataset.answers["GetRights"].decisions[1]
    sample = Sample(sample_id="s-1", state=SAMPLE_STATE_WITHHELD, class_id="c-1", reason=withheld.sentence)
    sample.reason_wording.CopyFrom(withheld.wording)
    sample.provenance.asset_id = facts.ASSET
    sample.provenance.rights.CopyFrom(withheld)
    house.mesh.dataset.answers["ProposeSample"] = ProposeSampleResponse(sample=sample)

    def send(page: Page) -> None:
        asks_who(page)
        page.get_by_role("combobox").last.fill("müßig")
        page.get_by_role("option").filter(has_text=KNOWN).click()
        page.get_by_role("dialog").locator(".dialog-foot .button-main").click()
        page.get_by_role("dialog").locator(".refusal").wait_for()

    return HERE, send


def propose_without_face(house: Any, _: Any) -> tuple[str, After]:
    """Show that there is no face in the picture to be named."""
    on_air(house)
    answers = house.mesh.inference.answers
    listed = [one for one in answers["ListObservations"].observations if one.kind != "face"]
    answers["ListObservations"] = inference.ListObservationsResponse(observations=listed)
    return HERE, asks_who


SCENES: Final = {
    "programme-text": tab(1, ".moment"),
    "programme-speech": tab(2, ".moment"),
    "programme-rights": tab(3, ".programme-rights"),
    "programme-history": tab(4, ".programme-history"),
    "programme-all": tab(5, ".moment"),
    "programme": programme,
    "programme-unconfirmed": not_confirmed,
    "programme-propose": propose,
    "programme-propose-withheld": propose_withheld,
    "programme-propose-faceless": propose_without_face,
    "programme-coming": coming_in,
    "programme-rejected": rejected,
}
