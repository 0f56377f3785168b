"""The measured work: each analyser alone on one thread, then whole chunks as the service looks at them."""

from __future__ import annotations

import tempfile
import time
import wave
from collections.abc import Sequence
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
from framewell_inference.steps.look_at_frames import LookAtFrames
from framewell_inference.testing import frame_bundle

PICTURES_A_SECOND: Final = 2
CHUNK_SECONDS: Final = 6
SIZE: Final = (1280, 720)
"""Sampled pictures are at most this large."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an analyser took: wall time and CPU for each picture, or for each second of sound."""

    name: str
    seconds: float
    cpu_seconds: float


def material() -> list[Picture]:
    """Return 24 pictures of a man who talks and of a street, 1280 x 720."""
    pictures = [*man_in_car(), *film("bikes.mp4", every=12)[:12]]
    return [np.asarray(cv2.resize(one, SIZE, interpolation=cv2.INTER_AREA), np.uint8) for one in pictures]


def alone(pictures: Sequence[Picture]) -> list[Cost]:
    """Return the cost of a picture for each analyser, on one thread, after a pass that is not counted."""
    costs = []
    sampled = frames(pictures)
    for analyser in analysers().pictures:
        warm = analyser.begin()
        warm.look(sampled[:2])
        wall, cpu = time.perf_counter(), time.process_time()
        one = analyser.begin()
        one.look(sampled)
        one.finish()
        spent, worked = time.perf_counter() - wall, time.process_time() - cpu
        costs.append(Cost(analyser.name, spent / len(sampled), worked / len(sampled)))
    return costs


def listening() -> list[Cost]:
    """Return the cost of a second of sound for each analyser that listens."""
    with wave.open(str(SOURCES / "reading-1.wav")) as source:
        samples = np.frombuffer(source.readframes(source.getnframes()), "<i2").astype(np.float32) / 32768
    sound: Float = np.tile(samples, 8)
    seconds, costs = len(sound) / 16_000, []
    for analyser in analysers().sounds:
        analyser.listen([sound[:16_000]])
        wall, cpu = time.perf_counter(), time.process_time()
        analyser.listen([sound])
        costs.append(
            Cost(analyser.name, (time.perf_counter() - wall) / seconds, (time.process_time() - cpu) / seconds)
        )
    return costs


def chunks_against_real_time(pictures: Sequence[Picture], *, chunks: int, threads: int) -> float:
    """Return how many seconds of programme are looked at in a second, `threads` chunks at once.

    A chunk is a frame bundle of 6 s with 2 pictures a second, decoded and shown to every analyser.
    """
    a_chunk, look = CHUNK_SECONDS * PICTURES_A_SECOND, LookAtFrames()
    with tempfile.TemporaryDirectory(prefix="framewell-analysis-") as folder:
        path = Path(folder) / "frames.arrow"
        path.write_bytes(frame_bundle([pictures[at % len(pictures)] for at in range(a_chunk)]))
        span = Span(start_pts=0, end_pts=a_chunk * 10, frames=a_chunk * 10)

        def one_chunk(_: int) -> None:
            look(ArrowFrameBundles().frames(path, span, 1 / 20), analysers().pictures)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one_chunk, range(threads)))
            started = time.perf_counter()
            list(pool.map(one_chunk, range(chunks)))
            spent = time.perf_counter() - started
    return chunks * CHUNK_SECONDS / spent
