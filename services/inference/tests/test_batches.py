"""Batches of pictures: the same findings wherever a batch ends, and no more pixels at once than allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from framewell.media.v1.media_pb2 import Span
from framewell_inference.adapters.media_objects import ArrowFrameBundles
from framewell_inference.analysers.batching import run_pictures, run_rows
from framewell_inference.analysers.scaling import squares
from framewell_inference.domain.messages import observation_set
from framewell_inference.domain.pictures import Array, Frame, Picture
from framewell_inference.domain.tensors import TensorSpec
from framewell_inference.ports.analysers import Analysers, PictureAnalyser
from framewell_inference.steps.batches import FRAMES, PIXELS, in_batches
from framewell_inference.testing import frame_bundle
from framewell_kit.testing.ids import asset_called

CPU, GPU = "CPUExecutionProvider", "CUDAExecutionProvider"

Sampled = Callable[..., list[Frame]]

NAME, ROLE = "Dr. Jördis Größler-Würz", "Verkehrsforscherin (fiktiv)"


@dataclass
class Doubling:
    """A model of x [rows, 2], with a fixed or a free number of rows, on some device."""

    rows: int
    provider: str
    runs: int = 0

    @property
    def inputs(self) -> list[TensorSpec]:
        return [TensorSpec("x", np.dtype(np.float32), (self.rows, 2))]

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        assert self.rows in (-1, len(inputs["x"]))
        self.runs += 1
        return {"y": inputs["x"] * 2}


def looked(analyser: PictureAnalyser, batches: Iterable[list[Frame]]) -> bytes:
    one = analyser.begin()
    for batch in batches:
        one.look(batch)
    message = observation_set(one.finish(), asset_id=asset_called(1), chunk_id=f"{asset_called(1)}/0/0")
    return message.SerializeToString(deterministic=True)


@pytest.mark.parametrize("place", range(4))
def test_what_is_found_does_not_depend_on_where_a_batch_ends(
    analysers: Analysers,
    frames: Sampled,
    man_in_car: list[Picture],
    caption: Callable[..., Picture],
    place: int,
) -> None:
    pictures = [caption(one, NAME, ROLE) for one in man_in_car[:5]]
    sampled = frames([caption(man_in_car[0], "", ""), *pictures], shots=[0, 0, 0, 0, 1, 1])
    at_once = looked(analysers.pictures[place], [sampled])
    assert looked(analysers.pictures[place], [[one] for one in sampled]) == at_once
    assert looked(analysers.pictures[place], [sampled[:3], sampled[3:]]) == at_once


def test_a_batch_is_bounded_by_frames_and_by_pixels(frames: Sampled) -> None:
    small, large = np.zeros((8, 8, 3), np.uint8), np.zeros((2000, 4000, 3), np.uint8)
    sampled = frames([small] * (FRAMES + 1) + [large] * 3)
    batches = list(in_batches(sampled))
    assert [one for batch in batches for one in batch] == sampled
    assert [len(batch) for batch in batches] == [FRAMES, 2, 2]
    assert all(sum(one.width * one.height for one in batch) <= PIXELS for batch in batches)
    assert list(in_batches([])) == []


def test_a_picture_larger_than_a_batch_is_a_batch(frames: Sampled) -> None:
    huge = np.zeros((4100, 4000, 3), np.uint8)
    assert [len(batch) for batch in in_batches(frames([huge, huge]))] == [1, 1]


@pytest.mark.parametrize(("rows_of_graph", "device", "runs"), [(1, GPU, 20), (-1, CPU, 20), (-1, GPU, 2)])
def test_rows_go_together_where_that_pays_and_the_graph_takes_them(
    rows_of_graph: int, device: str, runs: int
) -> None:
    model = Doubling(rows_of_graph, device)
    rows = np.arange(40, dtype=np.float32).reshape(20, 2)
    assert np.array_equal(run_rows(model, "x", rows)["y"], rows * 2)  # type: ignore[arg-type]
    assert model.runs == runs


@pytest.mark.parametrize("device", [CPU, GPU])
def test_a_picture_that_stands_still_is_prepared_and_run_once(device: str) -> None:
    model, prepared = Doubling(-1, device), list[float]()

    def prepare(pictures: Sequence[Picture]) -> Array:
        prepared.extend(float(one[0, 0, 0]) for one in pictures)
        return np.array([[one[0, 0, 0], one[-1, -1, 2]] for one in pictures], np.float32)

    pictures = [np.full((90, 160, 3), level, np.uint8) for level in (1, 1, 2, 1, 2)]
    pictures[3][-1, -1, 2] = 7  # differs by one value, which no sample shows
    rows = run_pictures(model, "x", pictures, prepare)["y"]  # type: ignore[arg-type]
    assert rows.tolist() == [[2, 2], [2, 2], [4, 4], [2, 14], [4, 4]]
    assert prepared == [1, 2, 1]


def test_a_bundle_decodes_a_picture_that_stands_still_once(tmp_path: Path) -> None:
    dark, light = np.zeros((90, 160, 3), np.uint8), np.full((90, 160, 3), 200, np.uint8)
    (tmp_path / "frames.arrow").write_bytes(frame_bundle([dark, dark, light, dark]))
    span = Span(start_pts=0, end_pts=40, frames=40)
    first, same, other, again = ArrowFrameBundles().frames(tmp_path / "frames.arrow", span, 1 / 25)
    assert same.picture is first.picture
    assert squares([first, same], 8)[0] is squares([same], 8)[0]
    assert [int(one.picture[0, 0, 0]) for one in (first, same, other, again)] == [0, 0, 200, 0]
    assert [one.lasts_seconds for one in (first, again)] == [0.4, 0.4]
