"""Objects: one observation for each thing of a shot, with its place, and none that is doubtful."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from framewell.inference.v1.inference_service_pb2 import AnalyseImageRequest
from framewell.inference.v1.reanalysis_service_pb2 import (
    ReanalysisSelection,
    ReanalysisTarget,
    StartReanalysisRequest,
)
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.analysers.objects.analyser import ObjectAnalyser
from framewell_inference.analysers.objects.detection import SIDE, network_input
from framewell_inference.domain.observations import FrameSpan, Observation
from framewell_inference.domain.pictures import Frame, Picture
from framewell_inference.ports.analysers import AbsentAnalyser, Analysers
from framewell_inference.queries.list_models import ListAnalysers
from framewell_inference.testing import NO_ANALYSERS, InferenceBench
from framewell_inference.wiring.analysers import load_analysers
from framewell_kit.outcomes import NotFound, Rejected
from framewell_models.folders import (
    ModelFolder,
    ModelMissingError,
    default_root,
    folder_of,
    is_there,
    open_folder,
    shipped,
)
from framewell_models.manifest import Manifest, ModelRef

REF = ModelRef("objects/nanodet-g", "1.0")
LABELS = ("person", "car", "dog")

Seen = tuple[str, float, tuple[float, float, float, float]]
"""Label, score, and left, top, right and bottom in pixels of a picture of 832 x 416."""


@dataclass(eq=False)
class Detector:
    """Gives what it is told of each picture, whose first pixel is its number."""

    seen: Mapping[int, Sequence[Seen]]
    provider: str = "CPUExecutionProvider"
    inputs: Sequence[Any] = ()
    manifest: Manifest = field(default_factory=lambda: next(one for one in shipped() if one.ref == REF))

    def run(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        (rows,) = inputs.values()
        scores, boxes = np.zeros((len(rows), 4, 3), np.float32), np.zeros((len(rows), 4, 4), np.float32)
        for row, image in enumerate(rows):
            number = int(image[0, SIDE // 4, 0])
            for cell, (label, score, box) in enumerate(self.seen.get(number, ())):
                scores[row, cell, LABELS.index(label)] = score
                boxes[row, cell] = np.array(box) / 2 + [0, 104, 0, 104]  # letterboxed: half the size, lower
        return {"scores": scores, "boxes": boxes}


def looked(seen: Mapping[int, Sequence[Seen]], shots: Sequence[int]) -> list[Observation]:
    """What is observed in as many pictures as there are shots named."""
    one = ObjectAnalyser(Detector(seen), LABELS).begin()  # type: ignore[arg-type]
    one.look([picture(at, shot) for at, shot in enumerate(shots)])
    return list(one.finish().observations)


def picture(at: int, shot: int) -> Frame:
    return Frame(np.full((416, 832, 3), at, np.uint8), at * 10, at * 5, (at + 1) * 10, (at + 1) * 5, shot)


def test_one_thing_is_one_observation_for_as_long_as_it_is_seen() -> None:
    drives = {at: [("car", 0.5 + at / 10, (100 + at * 20, 200, 300 + at * 20, 300))] for at in range(4)}
    (car,) = looked(drives, [0] * 5)
    assert (car.kind, car.label, car.shot) == ("object", "car", 0)
    assert car.span == FrameSpan(0, 40, 0, 20)
    assert car.score == pytest.approx(0.8)
    assert car.moment == (30, 15)
    assert car.box is not None
    box = [car.box.x * 832, car.box.y * 416, car.box.width * 832, car.box.height * 416]
    assert box == pytest.approx([160, 200, 200, 100])


def test_a_cut_ends_what_is_followed() -> None:
    stands = {at: [("car", 0.8, (100, 200, 300, 300))] for at in range(4)}
    assert [one.span for one in looked(stands, [0, 0, 1, 1])] == [
        FrameSpan(0, 20, 0, 10), FrameSpan(20, 40, 10, 20),
    ]  # fmt: skip


def test_what_is_hidden_for_one_sample_is_the_same_and_for_two_another() -> None:
    car = [("car", 0.8, (100.0, 200.0, 300.0, 300.0))]
    assert len(looked({0: car, 2: car}, [0] * 3)) == 1
    assert len(looked({0: car, 3: car}, [0] * 4)) == 2


def test_things_of_one_kind_beside_each_other_are_told_apart() -> None:
    left, right = (100.0, 100.0, 200.0, 300.0), (260.0, 100.0, 360.0, 300.0)
    both = {
        0: [("person", 0.8, left), ("person", 0.7, right)],
        1: [("person", 0.9, right), ("person", 0.8, left)],
    }
    found = looked(both, [0, 0])
    assert [round(one.score, 1) for one in found] == [0.9, 0.8]
    assert {one.span for one in found} == {FrameSpan(0, 20, 0, 10)}


def test_what_is_doubtful_begins_nothing_and_goes_on_with_what_was_sure() -> None:
    box = (100.0, 100.0, 300.0, 300.0)
    assert looked({0: [("dog", 0.65, box)]}, [0]) == []  # a label of its own threshold
    assert looked({0: [("person", 0.55, box)]}, [0]) == []
    (person,) = looked({0: [("person", 0.65, box)], 1: [("person", 0.4, box)]}, [0, 0])
    assert person.span == FrameSpan(0, 20, 0, 10)


def test_of_overlapping_boxes_of_one_label_the_surest_counts() -> None:
    near = [
        ("car", 0.8, (100, 200, 300, 300)),
        ("car", 0.9, (105, 205, 305, 305)),
        ("person", 0.7, (100, 200, 300, 300)),
    ]
    assert sorted((one.label, round(one.score, 1)) for one in looked({0: near}, [0])) == [
        ("car", 0.9), ("person", 0.7),
    ]  # fmt: skip


def test_findings_do_not_depend_on_where_a_batch_ends() -> None:
    drives = {at: [("car", 0.5 + at / 10, (100 + at * 20, 200, 300 + at * 20, 300))] for at in range(4)}
    one = ObjectAnalyser(Detector(drives), LABELS).begin()  # type: ignore[arg-type]
    for at in range(4):
        one.look([picture(at, 0)])
    assert list(one.finish().observations) == looked(drives, [0] * 4)


def test_a_picture_keeps_its_shape_in_the_middle_of_the_network_s() -> None:
    tall, wide = np.full((200, 100, 3), 7, np.uint8), np.full((300, 1200, 3), 9, np.uint8)
    rows = network_input([tall, wide])
    assert rows.shape == (2, 3, SIDE, SIDE)
    assert rows.dtype == np.float32
    assert (rows[0, 0, 0] == 7).sum() == 208
    assert (rows[1, 0, :, 0] == 9).sum() == 104
    assert rows[0, :, :, :104].max() == 0


def without_optional(root: Path, to: Path) -> Path:
    """A folder with the models of `root` that are not optional."""
    for manifest in shipped():
        if not manifest.optional:
            folder = folder_of(to, manifest.ref)
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.symlink_to(folder_of(root, manifest.ref))
    return to


def test_without_its_model_the_service_has_all_others_and_gives_the_reason(
    tmp_path: Path, analysers: Analysers
) -> None:
    registry = LoadedModelRegistry()
    lacking = load_analysers(without_optional(default_root(), tmp_path), OnnxLoader(1), registry)
    assert [one.name for one in lacking.pictures] == ["faces", "text", "labels", "safety"]
    listed = {one.name: one for one in ListAnalysers(lacking, registry)()}
    assert "framewell models pull --with objects" in listed["objects"].not_installed
    assert [one.name for one in listed["objects"].models] == ["objects/nanodet-g"]
    assert listed["faces"].not_installed == ""


async def test_whoever_asks_for_what_is_not_installed_learns_how_to_have_it(astronaut: Picture) -> None:
    absent = AbsentAnalyser("objects", "Things.", [REF])
    image = cv2.imencode(".png", astronaut)[1].tobytes()
    async with InferenceBench(replace(NO_ANALYSERS, absent=[absent])) as bench:
        asked = AnalyseImageRequest(image=image, analysers=["objects"])
        with pytest.raises(Rejected, match="framewell models pull --with objects"):
            await bench.call("AnalyseImage", asked)
        campaign = StartReanalysisRequest(
            target=ReanalysisTarget(analyser="objects"), selection=ReanalysisSelection(all=True)
        )
        with pytest.raises(NotFound, match="framewell models pull --with objects"):
            await bench.call("StartReanalysis", campaign)


async def test_a_model_that_ships_looks_again_as_part_of_its_analyser(analysers: Analysers) -> None:
    async with InferenceBench(analysers) as bench:
        for name, answer in (
            ("faces/yunet", "faces/yunet is a model of the analyser faces: name the analyser instead"),
            ("house/cats", "no model house/cats was imported"),
        ):
            campaign = StartReanalysisRequest(
                target=ReanalysisTarget(model=name), selection=ReanalysisSelection(all=True)
            )
            with pytest.raises(NotFound, match=answer):
                await bench.call("StartReanalysis", campaign)


def test_a_changed_model_is_refused_though_it_is_optional(tmp_path: Path, analysers: Analysers) -> None:
    root = without_optional(default_root(), tmp_path)
    folder_of(root, REF).mkdir(parents=True)
    with pytest.raises(ModelMissingError, match="objects/nanodet-g"):
        load_analysers(root, OnnxLoader(1), LoadedModelRegistry())


@pytest.fixture(scope="module")
def installed() -> ObjectAnalyser:
    if not is_there(default_root(), REF):
        pytest.skip(f"{REF} is not installed: run `framewell models pull --with objects`")
    folder: ModelFolder = open_folder(default_root(), REF)
    return ObjectAnalyser(OnnxLoader(1).load(folder, trusted=True), folder.labels())


def test_a_man_in_a_car_is_one_person(installed: ObjectAnalyser, man_in_car: list[Picture]) -> None:
    one = installed.begin()
    one.look(
        [Frame(each, at * 10, at * 10, at * 10 + 10, at * 10 + 10, 0) for at, each in enumerate(man_in_car)]
    )
    people = [seen for seen in one.finish().observations if seen.label == "person"]
    assert [seen.span for seen in people] == [FrameSpan(0, 120, 0, 120)]
    assert people[0].box is not None
    assert people[0].box.width > 0.5


def test_a_plain_picture_shows_nothing(installed: ObjectAnalyser) -> None:
    one = installed.begin(still=True)
    one.look([Frame(np.full((360, 640, 3), 90, np.uint8), 0, 0, 1, 1, 0)])
    assert one.finish().observations == ()
