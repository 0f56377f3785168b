"""The measured work: each analyser alone on one thread, then programmes as the service looks at them."""

from __future__ import annotations

import tempfile
import time
import wave
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from benchmarks.quality.pictures import SOURCES, analysers, film, frames, man_in_car
from framewell.media.v1.media_pb2 import Span
from framewell_inference.adapters.media_objects import ArrowFrameBundles
from framewell_inference.domain.pictures import Float, Picture
from framewell_inference.ports.analysers import PictureAnalyser, SoundAnalyser
from framewell_inference.ports.step_times import Step, timed
from framewell_inference.steps.batches import in_batches
from framewell_inference.steps.look_at_frames import LookAtFrames
from framewell_inference.testing import frame_bundle
from framewell_models.folders import optional_analysers

PICTURES_A_SECOND: Final = 2
CHUNK_SECONDS: Final = 6
SIZE: Final = (1280, 720)
"""Sampled pictures are at most this large."""

RATE: Final = 16_000
PICTURE, SOUND_SECOND = "picture", "second of sound"


@dataclass(frozen=True, slots=True)
class Cost:
    """What an analyser took for each picture or second of sound: wall time, CPU, and wall time by step."""

    name: str
    unit: str
    seconds: float
    cpu_seconds: float
    steps: dict[Step, float]


def material() -> list[Picture]:
    """Return 24 pictures of a man who talks and of a street, 1280 x 720."""
    pictures = [*man_in_car(), *film("bikes.mp4", every=12)[:12]]
    return [np.asarray(cv2.resize(one, SIZE, interpolation=cv2.INTER_AREA), np.uint8) for one in pictures]


def alone(pictures: Sequence[Picture]) -> list[Cost]:
    """Return the cost of a picture for each analyser, on one thread, after a pass that is not counted."""
    return [_looking(analyser, pictures) for analyser in analysers().pictures]


def _looking(analyser: PictureAnalyser, pictures: Sequence[Picture]) -> Cost:
    def look(sampled: Sequence[Picture]) -> None:
        one = analyser.begin()
        for batch in in_batches(frames(sampled)):
            one.look(batch)
        one.finish()

    look(pictures[:2])
    return _cost(analyser.name, PICTURE, len(pictures), lambda: look(pictures))


def listening(seconds: float) -> list[Cost]:
    """Return the cost of a second of sound for each analyser that listens, to so many seconds."""
    return [_hearing(analyser, speech(seconds)) for analyser in analysers().sounds]


def _hearing(analyser: SoundAnalyser, sound: Float) -> Cost:
    analyser.listen([sound[:RATE]])
    return _cost(analyser.name, SOUND_SECOND, len(sound) / RATE, lambda: analyser.listen([sound]))


def speech(seconds: float) -> Float:
    """Return somebody who reads, again and again, 16 kHz mono."""
    with wave.open(str(SOURCES / "reading-1.wav")) as source:
        samples = np.frombuffer(source.readframes(source.getnframes()), "<i2").astype(np.float32) / 32768
    return np.resize(samples, round(seconds * RATE))


def times_real_time(
    pictures: Sequence[Picture], listeners: Sequence[SoundAnalyser], *, chunks: int, threads: int
) -> float:
    """Return how many seconds of programme are analysed in a second, on `threads` threads.

    The programme's pictures are frame bundles of 6 s with 2 pictures a second, decoded and shown to every
    analyser of pictures that is not optional; its sound lies in as many pieces as there are threads and is
    listened to by `listeners`.
    """
    a_chunk, look = CHUNK_SECONDS * PICTURES_A_SECOND, LookAtFrames()
    watching = [one for one in analysers().pictures if one.name not in optional_analysers()]
    sound = speech(chunks * CHUNK_SECONDS / threads) if listeners else None
    with tempfile.TemporaryDirectory(prefix="framewell-analysis-") as folder:
        path = Path(folder) / "frames.arrow"
        path.write_bytes(frame_bundle([pictures[at % len(pictures)] for at in range(a_chunk)]))
        span = Span(start_pts=0, end_pts=a_chunk * 10, frames=a_chunk * 10)

        def chunk() -> None:
            look(ArrowFrameBundles().frames(path, span, 1 / 20), watching)

        def listen() -> None:
            for one in listeners:
                assert sound is not None
                one.listen([sound])

        pieces = [listen] * threads if listeners else []
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(_call, [chunk] * threads))
            started = time.perf_counter()
            list(pool.map(_call, [*pieces, *[chunk] * chunks]))
            spent = time.perf_counter() - started
    return chunks * CHUNK_SECONDS / spent


def _call(work: Callable[[], None]) -> None:
    work()


def _cost(name: str, unit: str, units: float, work: Callable[[], object]) -> Cost:
    cpu = time.process_time()
    with timed() as times:
        work()
    worked = time.process_time() - cpu
    by_step = {step: seconds / units for step, seconds in times.seconds().items()}
    return Cost(name, unit, times.total_seconds / units, worked / units, by_step)
