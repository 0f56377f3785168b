"""Real weights and real pictures for the tests of the inference service.

`make setup` fetches both; on a machine where they are absent these tests are skipped and say so.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame, Picture
from framewell_inference.ports.analysers import Analysers, Around, PictureAnalyser
from framewell_inference.testing import InferenceBench
from framewell_inference.testing.campaigns import ASSETS, Spotter, arrive, opened
from framewell_inference.testing.clusters import Archive
from framewell_inference.wiring.analysers import load_analysers
from framewell_kit.documents import MemoryDocuments
from framewell_kit.objects import MemoryObjects
from framewell_models.folders import ModelMissingError, default_root

SOURCES = Path(__file__).resolve().parents[3] / ".framewell-demo" / "sources"

Media = Callable[[str], Path]
Frames = Callable[..., list[Frame]]


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


@pytest.fixture
def objects() -> MemoryObjects:
    return MemoryObjects()


@pytest.fixture
async def three_assets(documents: MemoryDocuments, objects: MemoryObjects) -> None:
    """Three analysed assets, before the new analyser comes."""
    async with opened(documents, objects, Spotter("old")) as bench:
        for number, asset_id in enumerate(ASSETS[:3]):
            await arrive(bench, asset_id, series=f"Series {number % 2}", channel="Kanal Eins")


@pytest.fixture
async def archive() -> AsyncIterator[Archive]:
    async with InferenceBench() as bench:
        yield Archive(bench)


@pytest.fixture(scope="session")
def registry() -> LoadedModelRegistry:
    return LoadedModelRegistry()


@pytest.fixture(scope="session")
def analysers(registry: LoadedModelRegistry) -> Analysers:
    try:
        return load_analysers(default_root(), OnnxLoader(1), registry)
    except ModelMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def faces_and_safety(analysers: Analysers) -> Analysers:
    """Two analysers of four: reading text takes longest."""
    return replace(analysers, pictures=[analysers.pictures[0], analysers.pictures[3]])


@pytest.fixture(scope="session")
def remembered_faces(analysers: Analysers) -> Analysers:
    """Faces alone, looked for once in the same pictures: for what is done again and again."""
    return replace(analysers, pictures=[Remembering(analysers.pictures[0])])


@dataclass(frozen=True)
class Remembering(Around[PictureAnalyser]):
    """An analyser for tests of what follows from findings: the same frames have the same ones."""

    found: dict[str, Findings] = field(default_factory=dict)

    def begin(self, *, still: bool = False) -> RememberingPass:
        return RememberingPass(self, still)


@dataclass
class RememberingPass:
    """Looks only once all frames are there."""

    analyser: Remembering
    still: bool
    frames: list[Frame] = field(default_factory=list)

    def look(self, frames: Sequence[Frame]) -> None:
        self.frames += frames

    def finish(self) -> Findings:
        seen = hashlib.sha256(repr((self.still, self.analyser.models)).encode())
        for one in self.frames:
            seen.update(repr((one.pts, one.index, one.until_pts, one.until_index, one.shot)).encode())
            seen.update(np.ascontiguousarray(one.picture).tobytes())
        key = seen.hexdigest()
        if key not in self.analyser.found:
            looking = self.analyser.inside.begin(still=self.still)
            looking.look(self.frames)
            self.analyser.found[key] = looking.finish()
        return self.analyser.found[key]


@pytest.fixture
async def bench(faces_and_safety: Analysers) -> AsyncIterator[InferenceBench]:
    async with InferenceBench(faces_and_safety) as bench:
        yield bench


@pytest.fixture(scope="session")
def media() -> Media:
    def path(name: str) -> Path:
        found = SOURCES / name
        if not found.is_file():
            pytest.skip(f"{found} is not here: run `make setup`")
        return found

    return path


@pytest.fixture(scope="session")
def man_in_car(media: Media) -> list[Picture]:
    """Every tenth picture of the test sequence, three times as large: 12 pictures of 528x432."""
    with av.open(str(media("man-in-car.mp4"))) as container:
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    return [cv2.resize(one, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC) for one in pictures[::10]]


@pytest.fixture(scope="session")
def astronaut(media: Media) -> Picture:
    return np.asarray(cv2.imread(str(media("astronaut.png"))), np.uint8)


@pytest.fixture(scope="session")
def frames() -> Frames:
    """Pictures as sampled frames, ten frames and pts apart, in the shots given (all in one if none)."""

    def sampled(pictures: Sequence[Picture], *, shots: Sequence[int] = ()) -> list[Frame]:
        return [
            Frame(picture, at * 10, at * 10, (at + 1) * 10, (at + 1) * 10, shots[at] if shots else 0)
            for at, picture in enumerate(pictures)
        ]

    return sampled


@pytest.fixture(scope="session")
def caption(media: Media) -> Callable[..., Picture]:
    """Draw a lower third (name line over role line) and a ticker at an offset over a picture."""
    face = str(media("typeface.otf"))

    def draw(picture: Picture, name: str, role: str, *, ticker: str = "", shift: int = 0) -> Picture:
        image = Image.fromarray(cv2.resize(picture, (1280, 720))[..., ::-1])
        pen = ImageDraw.Draw(image)
        if name:
            pen.rectangle((60, 500, 800, 620), fill=(12, 24, 66))
            pen.text((80, 512), name, font=ImageFont.truetype(face, 44), fill="white")
            pen.text((80, 574), role, font=ImageFont.truetype(face, 28), fill="white")
        if ticker:
            pen.rectangle((0, 672, 1280, 720), fill=(120, 10, 10))
            pen.text((40 - shift, 680), ticker, font=ImageFont.truetype(face, 26), fill="white")
        return np.asarray(image, np.uint8)[..., ::-1].copy()

    return draw


@pytest.fixture(scope="session")
def lettering(media: Media) -> Callable[..., Picture]:
    """Draw white letters at a place of a picture, over a bar if one is given."""
    face = ImageFont.truetype(str(media("typeface.otf")), 44)

    def draw(
        picture: Picture, text: str, place: tuple[int, int], *, bar: tuple[int, int, int] | None = None
    ) -> Picture:
        image = Image.fromarray(picture[..., ::-1])
        pen = ImageDraw.Draw(image)
        if bar:
            left, top, right, bottom = pen.textbbox(place, text, font=face)
            pen.rectangle((left - 20, top - 16, right + 20, bottom + 16), fill=bar)
        pen.text(place, text, font=face, fill="white")
        return np.asarray(image, np.uint8)[..., ::-1].copy()

    return draw
