"""Pictures and analysers to measure with: what `make setup` fetches, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import av
import cv2
import numpy as np

from benchmarks.tables import ROOT
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame, Picture
from framewell_inference.ports.analysers import Analysers, PictureAnalyser
from framewell_inference.wiring.analysers import load_analysers
from framewell_models.folders import default_root

SOURCES: Final = ROOT / ".framewell-demo" / "sources"

FACES, TEXT, LABELS, SAFETY = range(4)
"""Places of the picture analysers."""


@cache
def analysers() -> Analysers:
    """Return the analysers that ship, on one thread. Raises ModelMissingError without their weights."""
    return load_analysers(default_root(), OnnxLoader(1), LoadedModelRegistry())


@cache
def film(name: str, *, every: int, larger: int = 1) -> tuple[Picture, ...]:
    """Return every so-many-th picture of a film of the demo's sources, enlarged by a whole factor."""
    with av.open(str(SOURCES / name)) as container:
        pictures = [
            frame.to_ndarray(format="bgr24")
            for at, frame in enumerate(container.decode(video=0))
            if at % every == 0
        ]
    size = (pictures[0].shape[1] * larger, pictures[0].shape[0] * larger)
    return tuple(
        np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_CUBIC), np.uint8) for one in pictures
    )


@cache
def astronaut() -> Picture:
    """Return a portrait with a flag and a space shuttle behind it, 512 x 512."""
    return np.asarray(cv2.imread(str(SOURCES / "astronaut.png")), np.uint8)


def man_in_car() -> tuple[Picture, ...]:
    """Return 12 pictures of one man who talks, 528 x 432."""
    return film("man-in-car.mp4", every=10, larger=3)


def frames(pictures: Sequence[Picture]) -> list[Frame]:
    """Return pictures as sampled frames of one shot, ten ticks apart."""
    return [
        Frame(picture, at * 10, at * 10, (at + 1) * 10, (at + 1) * 10, 0)
        for at, picture in enumerate(pictures)
    ]


def looked(analyser: PictureAnalyser, pictures: Sequence[Picture], *, still: bool = False) -> Findings:
    """Return what an analyser observes in pictures of one shot."""
    one = analyser.begin(still=still)
    one.look(frames(pictures))
    return one.finish()
