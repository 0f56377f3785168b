"""The picture that the player shows is the picture that it names: read from pixels, at every rate.

Real proxies: clips whose pictures carry their number are made, taken through transcode as it is wired, and
played in a real browser through the gateway.
"""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Page, expect

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.dataset.v1.catalogue_service_pb2 import ListClassesResponse
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell.inference.v1.inference_service_pb2 import (
    Appearance,
    ListObservationsResponse,
    ListPeopleResponse,
    Person,
)
from framewell.media.v1.media_pb2 import Box, FaceAttributes, Observation, Programme, Span, Track
from framewell_kit.outcomes import NotFound
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.messages import timeline_value
from framewell_media.sandbox import Sandbox
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import frame_number
from framewell_media.timeline import Moment, Timeline
from framewell_transcode.adapters.sandboxed_processor import SANDBOX_JOBS
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.testing import Transcode
from framewell_transcode.wiring import wire

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
FRAMES = 220
UNEVEN = [40 * number + 13 * (number % 3) + (400 if number > 120 else 0) for number in range(FRAMES)]
"""Milliseconds: three distances, and a gap in which a picture is held."""
CLIPS = {
    "25": ("clip.mp4", Clip(frames=FRAMES, timecode="10:00:00:00", b_frames=2, cuts=(60, 150))),
    "29.97 drop": (
        "clip.mov", Clip(frames=FRAMES, rate=Fraction(30_000, 1001), timecode="00:00:57;00", b_frames=2),
    ),
    "23.976": ("clip.mkv", Clip(frames=FRAMES, rate=Fraction(24_000, 1001))),
    "59.94": ("clip.mp4", Clip(frames=FRAMES, rate=Fraction(60_000, 1001), timecode="00:00:58;00")),
    "variable": ("clip.mkv", Clip(frames=FRAMES, pts=UNEVEN)),
}  # fmt: skip


@pytest.fixture(scope="module")
def media_sandbox() -> Iterator[Sandbox]:
    with Sandbox(SANDBOX_JOBS, concurrency=2) as running:
        yield running


@dataclass
class Programmes:
    """Takes clips through transcode, and has the gateway's fakes answer by what came of them."""

    house: Any
    sandbox: Sandbox
    folder: Path
    stack: AsyncExitStack
    title: str = "Bilder mit Nummern"
    timeline: Timeline | None = None

    async def play(self, name: str, clip: Clip) -> None:
        await self.play_file(make_clip(self.folder / name, clip))

    async def play_file(self, path: Path, *tracks: Track) -> None:
        settings = TranscodeSettings(chunk_seconds=2, preset="ultrafast")
        bench = ServiceBench(
            "transcode", partial(wire, sandbox=self.sandbox), settings, objects=self.house.mesh.objects
        )
        transcode = Transcode(await self.stack.enter_async_context(bench))
        asset = await transcode.ingested(path, asset_id=ASSET)
        asset.tracks.extend(tracks)
        ended = await transcode.transcode(asset)
        self.timeline = timeline_value(ended.work.timeline)
        await self._answer(bench, asset, ended)

    async def _answer(self, bench: ServiceBench, asset: Any, ended: AssetTranscoded) -> None:
        mesh = self.house.mesh
        asset.programme.CopyFrom(Programme(title=self.title))
        await mesh.happened(asset, ended)
        fakes = mesh.call

        async def call(method: Any, request: Any) -> Any:
            if method.service != "transcode":
                return await fakes(method, request)
            if method.name == "FindObject" and not await mesh.objects.exists(request.key):
                raise NotFound("no such object")
            return await bench.call(method.name, request)

        mesh.call = call


@pytest.fixture
def programmes(house: Any, media_sandbox: Sandbox, tmp_path: Path) -> Iterator[Programmes]:
    made = Programmes(house, media_sandbox, tmp_path, AsyncExitStack())
    yield made
    house.run(made.stack.aclose())


def run(house: Any, work: Any, seconds: float = 120) -> Any:
    return asyncio.run_coroutine_threadsafe(work, house.loop).result(timeout=seconds)


def burnt_in(page: Page) -> int:
    """Return the number in the picture that the video element holds."""
    row = page.evaluate(
        """() => {
            const video = document.querySelector("video");
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
            const context = canvas.getContext("2d");
            context.drawImage(video, 0, 0);
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            const luma = [];
            for (let at = 0; at < data.length; at += 4) luma.push(data[at + 1]);
            return [canvas.width, luma];
        }"""
    )
    width, luma = row
    return frame_number(np.array(luma, np.uint8).reshape(-1, width))


def on_screen(page: Page) -> int:
    """Return the number as it stands on the screen, out of a screenshot."""
    shot = page.locator(".player-screen").screenshot()
    grey = np.asarray(PIL.Image.open(io.BytesIO(shot)).convert("L"))
    size = page.evaluate(
        "() => [document.querySelector('video').videoWidth, document.querySelector('video').videoHeight]"
    )
    height, width = grey.shape
    scale = min(width / size[0], height / size[1])
    across, down = int(size[0] * scale), int(size[1] * scale)
    left, top = (width - across) // 2, (height - down) // 2
    return frame_number(grey[top : top + down, left : left + across])


def settled(page: Page) -> int:
    """Return the number that the player names, once it is sure of it."""
    position = page.locator(".transport-position[data-certainty=exact]")
    position.wait_for()
    return int(position.get_attribute("data-frame") or -1)


def at_frame(page: Page, frame: int) -> None:
    expect(page.locator(f".transport-position[data-certainty=exact][data-frame='{frame}']")).to_be_visible()


def go_to(page: Page, typed: str) -> None:
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(typed)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def labelled(timeline: Timeline, page: Page) -> str:
    place = page.locator(".transport-position")
    moment = Moment(int(place.get_attribute("data-pts") or 0), int(place.get_attribute("data-frame") or 0))
    return timeline.timecode(moment) or ""


@pytest.mark.parametrize("rate", CLIPS)
def test_the_picture_shown_is_the_picture_named(
    house: Any, visit: Any, programmes: Programmes, rate: str
) -> None:
    visit.expects("404", "503")  # nobody analysed it here
    run(house, programmes.play(*CLIPS[rate]))
    timeline = programmes.timeline
    assert timeline is not None
    page = visit(f"/assets/{ASSET}?frame=37")
    at_frame(page, 37)
    assert burnt_in(page) == on_screen(page) == 37

    page.locator("h1").focus()
    for key, frame in ((".", 38), (".", 39), (",", 38), (">", 48), (">", 58), ("<", 48)):
        page.keyboard.press(key)
        at_frame(page, frame)
        assert burnt_in(page) == frame, f"after {key}"
        if timeline.start_timecode:
            expect(page.locator(".transport-time")).to_have_text(labelled(timeline, page))

    for _ in range(40):  # held down: the browser repeats the key
        page.keyboard.down(".")
    page.keyboard.up(".")
    at_frame(page, 88)
    assert burnt_in(page) == 88

    chosen = random.Random(rate)
    for frame in (0, 1, FRAMES - 1, *(chosen.randrange(FRAMES) for _ in range(6))):
        go_to(page, str(frame))
        at_frame(page, frame)
        assert burnt_in(page) == frame
    assert on_screen(page) == frame

    if timeline.start_timecode:
        label = timeline.timecode(Moment(0, 101)) or ""
        go_to(page, label)
        at_frame(page, 101)
        assert burnt_in(page) == 101

    page.keyboard.press("e")  # the original, decoded by the mesh
    exact = page.locator("[data-exact]")
    exact.wait_for()
    assert exact.get_attribute("data-exact") == page.locator(".transport-position").get_attribute(
        "data-frame"
    )
    page.keyboard.press("Escape")

    go_to(page, "20")
    at_frame(page, 20)
    page.keyboard.press("l")
    page.wait_for_function("() => Number(document.querySelector('[data-frame]').dataset.frame) > 40")
    page.get_by_role("slider", name="Position").press("Home")  # plays on from there
    page.wait_for_function("() => Number(document.querySelector('[data-frame]').dataset.frame) < 20")
    page.wait_for_function("() => Number(document.querySelector('[data-frame]').dataset.frame) > 20")
    page.locator("h1").focus()
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('video').paused")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert burnt_in(page) == settled(page)


def test_a_box_is_solid_in_the_picture_it_was_measured_in_and_dashed_while_it_is_held(
    house: Any, visit: Any, programmes: Programmes
) -> None:
    visit.expects("404", "503")
    measured, until = 50, 62
    place = Span(start_pts=0, end_pts=0, first_frame=measured, frames=until - measured)
    seen = Observation(
        id="faces/0/0/0", kind="face", score=0.9, box=Box(x=0.25, y=0.25, width=0.5, height=0.5),
        face_attributes=FaceAttributes(track=0),
    )  # fmt: skip
    run(house, programmes.play(*CLIPS["25"]))
    assert programmes.timeline is not None
    base, rate = programmes.timeline.time_base, Fraction(25)
    place.start_pts, place.end_pts = (
        programmes.timeline.start_pts + round(one / rate / base) for one in (measured, until)
    )
    seen.span.CopyFrom(place)
    seen.moment.pts, seen.moment.frame = place.start_pts, measured
    known = Appearance(span=place, chunk_id=f"{ASSET}/0/0", track=0, moment=seen.moment)
    house.mesh.inference.answers |= {
        "ListObservations": ListObservationsResponse(observations=[seen]),
        "ListPeople": ListPeopleResponse(people=[Person(class_id="c-1", appearances=[known])]),
    }
    house.mesh.dataset.answers["ListClasses"] = ListClassesResponse(
        classes=[DatasetClass(class_id="c-1", name="Jörg Müßigbrodt")]
    )
    page = visit(f"/assets/{ASSET}?frame={measured}")
    at_frame(page, measured)
    page.wait_for_function(f"() => ({TOP_EDGE})() > 0.95")
    page.locator("h1").focus()
    for frame in range(measured + 1, until):
        page.keyboard.press(".")
        at_frame(page, frame)
        assert 0.3 < page.evaluate(TOP_EDGE) < 0.9, f"picture {frame} holds the box"
    page.keyboard.press(".")
    at_frame(page, until)
    assert page.evaluate(TOP_EDGE) == 0
    page.keyboard.press("<")
    page.keyboard.press("b")
    expect(page.locator("[data-overlay]")).to_have_count(0)


TOP_EDGE = """() => {
    const canvas = document.querySelector("[data-overlay]");
    const video = document.querySelector("video");
    const scale = Math.min(canvas.width / video.videoWidth, canvas.height / video.videoHeight);
    const [across, down] = [video.videoWidth * scale, video.videoHeight * scale];
    const [left, top] = [(canvas.width - across) / 2, (canvas.height - down) / 2];
    const [x, width, rows] = [Math.round(left + across * 0.3), Math.round(across * 0.4), 5];
    const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    [copy.canvas.width, copy.canvas.height] = [width, rows];
    copy.drawImage(canvas, -x, -Math.round(top + down * 0.25) + 2);
    const { data } = copy.getImageData(0, 0, width, rows);
    let white = 0;
    for (let at = 0; at < width; at += 1) {
        const column = [...Array(rows).keys()].map((row) => data[(row * width + at) * 4]);
        if (Math.max(...column) > 180) white += 1;
    }
    return white / width;
}"""
"""The share of the upper edge of the box that is drawn."""
