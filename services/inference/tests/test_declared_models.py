"""Models that a folder declares: every step by name, on outputs whose meaning is known."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import yaml

from framewell_inference.analysers import batching
from framewell_inference.analysers.declared.analyser import DeclaredAnalyser
from framewell_inference.analysers.declared.mel import MelBands
from framewell_inference.analysers.declared.pictures import PictureStep
from framewell_inference.analysers.declared.sound import DeclaredSound
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Array, Float, Frame, Picture, PixelBox
from framewell_inference.domain.tensors import TensorSpec
from framewell_inference.ports.calls import RunFailedError
from framewell_models.manifest import Manifest, ManifestError, Step
from framewell_models.manifest_reader import read

Sampled = Callable[..., list[Frame]]
FLOAT = np.dtype(np.float32)


def manifest(task: str, before: dict[str, Any], after: dict[str, Any], **more: Any) -> Manifest:
    return read(
        yaml.safe_dump(
            {
                "name": "house/scenes",
                "version": "1",
                "task": task,
                "intended_use": "Tells what tests show it.",
                "licence": {"code": "Apache-2.0", "weights": "Apache-2.0"},
                "files": [{"name": name, "sha256": "0" * 64} for name in ("model.onnx", "labels.txt")],
                "labels": "labels.txt",
                "preprocessing": before,
                "postprocessing": after,
                **more,
            }
        )
    )


@dataclass
class Scripted:
    """A model whose outputs a function makes of its rows; it keeps what it was shown."""

    manifest: Manifest
    answer: Callable[[Array], Mapping[str, Array]]
    labels: Sequence[str] = ("dog", "cat", "nothing")
    shape: tuple[int, ...] = (-1, 3, 8, 16)
    dtype: np.dtype[Any] = FLOAT
    provider: str = "CPUExecutionProvider"
    shown: list[Array] = field(default_factory=list)

    @property
    def inputs(self) -> list[TensorSpec]:
        return [TensorSpec("image", self.dtype, self.shape)]

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        self.shown.append(inputs["image"])
        return self.answer(inputs["image"])


STRETCH = {"name": "stretch", "parameters": {"width": 16, "height": 8}}


def looked(model: Any, frames: list[Frame]) -> Findings:
    one = DeclaredAnalyser.over(model).begin()
    one.look(frames)
    return one.finish()


def always(*scores: float) -> Callable[[Array], Mapping[str, Array]]:
    return lambda rows: {"scores": np.repeat(np.array([scores], np.float32), len(rows), axis=0)}


def picture(width: int = 64, height: int = 32) -> Picture:
    """The left half is blue, the right half red."""
    made = np.zeros((height, width, 3), np.uint8)
    made[:, : width // 2] = (255, 0, 0)
    made[:, width // 2 :] = (0, 0, 255)
    return made


def test_labels_need_their_own_threshold_and_join_to_runs(frames: Sampled) -> None:
    after = {"name": "scores", "parameters": {"top": 2}}
    declared = manifest("classification", STRETCH, after, thresholds={"report": 0.4, "label:cat": 0.6})
    found = looked(Scripted(declared, always(0.45, 0.55, 0.0)), frames([picture()] * 3))
    assert [(one.kind, one.label, one.span.start_pts, one.span.end_pts) for one in found.observations] == [
        ("label", "dog", 0, 30)
    ]
    assert (found.analyser, str(found.model)) == ("house.scenes", "house/scenes@1")


def test_softmax_and_sigmoid_make_scores_of_logits(frames: Sampled) -> None:
    for activation, expected in (("softmax", [0.6652, 0.2447, 0.09]), ("sigmoid", [0.8808, 0.7311, 0.5])):
        after = {"name": "scores", "parameters": {"activation": activation}}
        declared = manifest("classification", STRETCH, after, thresholds={"report": 0.01})
        found = looked(Scripted(declared, always(2.0, 1.0, 0.0)), frames([picture()]))
        assert [one.score for one in found.observations] == pytest.approx(expected, abs=1e-3)


def test_a_label_that_no_file_names_is_its_number(frames: Sampled) -> None:
    declared = manifest("classification", STRETCH, {"name": "scores"})
    found = looked(Scripted(declared, always(0, 0, 0, 0.9)), frames([picture()]))
    assert [one.label for one in found.observations] == ["3"]


@pytest.mark.parametrize("name", ["stretch", "letterbox", "centre-crop"])
def test_boxes_return_to_the_picture_they_were_found_in(name: str) -> None:
    parameters = {"width": 32, "height": 32, **({"resize": 40} if name == "centre-crop" else {})}
    declared = manifest("detection", {"name": name, "parameters": parameters}, {"name": "yolo-v8"})
    assert declared.preprocessing is not None
    shown = np.zeros((60, 90, 3), np.uint8)
    shown[20:40, 45:60] = 255
    step = PictureStep.of(declared.preprocessing)
    rows, fitting = step([shown], FLOAT), step.fitting(shown)
    rows_lit, columns_lit = np.where(rows[0, 0] > 0.75)
    box = PixelBox(columns_lit.min(), rows_lit.min(), np.ptp(columns_lit) + 1, np.ptp(rows_lit) + 1)
    back = fitting.back(box)
    assert (back.x, back.y, back.right, back.bottom) == pytest.approx((45, 20, 60, 40), abs=2.5)


def test_colours_layout_and_scaling_are_those_of_the_manifest() -> None:
    given = {"width": 8, "height": 8, "scale": 1, "mean": [1, 2, 3], "std": [2, 2, 2]}
    step = manifest("classification", {"name": "stretch", "parameters": given}, {"name": "scores"})
    rows = PictureStep.of(_before(step))([picture()], FLOAT)
    assert rows.shape == (1, 3, 8, 8)
    assert rows[0, :, 0, 0].tolist() == [-0.5, -1.0, 126.0]  # blue is the last channel of RGB
    last = manifest(
        "classification",
        {"name": "stretch", "parameters": {**given, "layout": "nhwc", "colour": "bgr"}},
        {"name": "scores"},
    )
    rows = PictureStep.of(_before(last))([picture()], FLOAT)
    assert rows[0, 0, 0].tolist() == [127.0, -1.0, -1.5]
    grey = {"name": "stretch", "parameters": {"side": 8, "colour": "grey", "scale": 1}}
    rows = PictureStep.of(_before(manifest("embedding", grey, {"name": "vector"})))(
        [picture()], np.dtype(np.uint8)
    )
    assert (rows.shape, rows.dtype, int(rows[0, 0, 0, 0])) == ((1, 1, 8, 8), np.uint8, 29)


def _before(declared: Manifest) -> Step:
    assert declared.preprocessing is not None
    return declared.preprocessing


BOX = (2.0, 1.0, 6.0, 5.0)
"""Left, top, right, bottom in the 16 x 8 pixels of the network's input."""


def yolo_v8(rows: Array) -> Mapping[str, Array]:
    boxes = [[4, 3, 4, 4, 0.1, 0.9, 0], [4.1, 3, 4, 4, 0.1, 0.8, 0], [12, 4, 4, 4, 0.3, 0.2, 0]]
    return {"output0": np.repeat(np.array(boxes, np.float32).T[None], len(rows), axis=0)}


def yolo_v5(rows: Array) -> Mapping[str, Array]:
    boxes = [[4, 3, 4, 4, 0.9, 0.1, 1, 0], [12, 4, 4, 4, 0.2, 1, 0.2, 0]]
    return {"output": np.repeat(np.array([boxes], np.float32), len(rows), axis=0)}


def ssd(rows: Array) -> Mapping[str, Array]:
    boxes = [[1 / 8, 2 / 16, 5 / 8, 6 / 16], [0, 0, 0.1, 0.1]]
    made = {"where": [boxes], "sure": [[0.9, 0.2]], "what": [[1, 0]]}
    return {name: np.repeat(np.array(value, np.float32), len(rows), axis=0) for name, value in made.items()}


def detr(rows: Array) -> Mapping[str, Array]:
    boxes, scores = [[[4, 3, 4, 4], [1, 1, 1, 1]]], [[[-9, 2.1972246, -9], [-9, -9, -9]]]
    made = {"where": boxes, "sure": scores}
    return {name: np.repeat(np.array(value, np.float32), len(rows), axis=0) for name, value in made.items()}


NAMES = {"boxes": "where", "scores": "sure"}


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (yolo_v8, {"name": "yolo-v8"}),
        (yolo_v5, {"name": "yolo-v5"}),
        (ssd, {"name": "boxes", "parameters": {**NAMES, "classes": "what", "format": "yxyx"}}),
        (
            detr,
            {
                "name": "boxes",
                "parameters": {**NAMES, "format": "cxcywh", "normalised": False, "activation": "sigmoid"},
            },
        ),
    ],
)
def test_a_detector_of_any_layout_finds_the_box(
    frames: Sampled, answer: Callable[[Array], Mapping[str, Array]], after: dict[str, Any]
) -> None:
    declared = manifest("detection", STRETCH, after)
    found = looked(Scripted(declared, answer), frames([picture(), picture()]))
    assert [(one.kind, one.label, one.span.start_pts) for one in found.observations] == [
        ("object", "cat", 0),
        ("object", "cat", 10),
    ]
    box = found.observations[0].box
    assert box is not None
    assert (box.x, box.y, box.x + box.width, box.y + box.height) == pytest.approx(
        (BOX[0] / 16, BOX[1] / 8, BOX[2] / 16, BOX[3] / 8), abs=1e-5
    )
    assert found.observations[0].score == pytest.approx(0.9, abs=1e-5)


def test_numbers_that_are_none_are_no_boxes(frames: Sampled) -> None:
    def broken(rows: Array) -> Mapping[str, Array]:
        return {"output0": np.full((len(rows), 7, 5), np.nan, np.float32)}

    assert (
        looked(
            Scripted(manifest("detection", STRETCH, {"name": "yolo-v8"}), broken), frames([picture()])
        ).observations
        == ()
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("task", "step", "shape"),
    [
        ("classification", "scores", (1, 2)),
        ("embedding", "vector", (1, 4)),
        ("segmentation", "mask", (1, 2, 8, 8)),
    ],
)
def test_a_score_that_is_no_number_is_reported_by_nobody(
    frames: Sampled, task: str, step: str, shape: tuple[int, ...], value: float
) -> None:
    outputs = np.zeros(shape, np.float32)
    outputs[..., -1] = value
    model = Scripted(manifest(task, STRETCH, {"name": step}), lambda _: {"y": outputs})
    with pytest.raises(RunFailedError, match="its output y holds values that are no numbers"):
        looked(model, frames([picture()]))


@pytest.mark.parametrize(
    ("task", "step", "answer", "reason"),
    [
        ("classification", "scores", np.full((1, 2), 24.08), "name an activation"),
        ("classification", "scores", np.full((1, 2), -3.0), "name an activation"),
        ("segmentation", "mask", np.full((1, 2, 8, 8), 7.5), "name an activation"),
        ("detection", "yolo-v8", np.full((1, 7, 5), 7.5), "name an activation"),
        ("classification", "scores", np.zeros((1, 3, 8, 8)), r"\[3, 8, 8\] for a picture: scores are one"),
        ("embedding", "vector", np.zeros((1, 70_000)), "its vectors have 70000 numbers"),
        ("embedding", "vector", np.zeros((3, 4)), r"is \[3, 4\], not a row for each of 1"),
    ],
)
def test_outputs_that_are_no_scores_are_refused_in_words(
    frames: Sampled, task: str, step: str, answer: Array, reason: str
) -> None:
    model = Scripted(manifest(task, STRETCH, {"name": step}), lambda _: {"o": answer.astype(np.float32)})
    with pytest.raises(RunFailedError, match=reason):
        looked(model, frames([picture()]))


def test_vectors_of_different_lengths_are_refused_in_words(frames: Sampled) -> None:
    model = Scripted(
        manifest("embedding", STRETCH, {"name": "vector"}),
        lambda rows: {"o": np.ones((1, 47 if rows.max() < 0.5 else 48), np.float32)},
    )
    with pytest.raises(RunFailedError, match=r"different lengths \(47 and 48\)"):
        looked(model, frames([np.full((8, 8, 3), 9, np.uint8), np.full((8, 8, 3), 250, np.uint8)]))


def test_outputs_of_one_picture_are_in_memory_at_a_time(
    frames: Sampled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "MOST_BYTES", 4000)
    alive: list[weakref.ref[Array]] = []

    def answer(rows: Array) -> Mapping[str, Array]:
        assert sum(one() is not None for one in alive) <= 1, "the one before, for a picture that equals it"
        scores = np.zeros((1, 2000 if rows.max() > 0.5 else 900), np.float32)
        alive.append(weakref.ref(scores))
        return {"o": scores}

    model = Scripted(manifest("classification", STRETCH, {"name": "scores"}), answer)
    shown = frames([np.full((8, 8, 3), level, np.uint8) for level in (1, 1, 2, 3)])
    looked(model, shown)
    assert len(alive) == 3, "equal pictures are run once"
    with pytest.raises(RunFailedError, match="for a picture"):
        looked(model, frames([np.full((8, 8, 3), 250, np.uint8)]))


def test_a_class_below_zero_is_no_object(frames: Sampled) -> None:
    def answer(_: Array) -> Mapping[str, Array]:
        boxes = np.tile(np.array([2, 2, 6, 6], np.float32), (1, 2, 1))
        scores = np.array([[0.9, -1.0]], np.float32)
        return {"boxes": boxes, "scores": scores, "classes": np.array([[-1, 1]], np.int64)}

    after = {"name": "boxes", "parameters": {"boxes": "boxes", "scores": "scores", "classes": "classes"}}
    assert (
        looked(Scripted(manifest("detection", STRETCH, after), answer), frames([picture()])).observations
        == ()
    )
    masks = np.full((1, 8, 16), -1, np.int64)
    mask = Scripted(manifest("segmentation", STRETCH, {"name": "mask"}), lambda _: {"o": masks})
    assert looked(mask, frames([picture()])).observations == ()


def test_of_two_outputs_with_one_label_the_better_counts(frames: Sampled) -> None:
    model = Scripted(
        manifest("classification", STRETCH, {"name": "scores", "parameters": {"top": 2}}),
        always(0.6, 0.7),
        labels=("dog", "dog"),
    )
    (seen,) = looked(model, frames([picture()])).observations
    assert (seen.label, seen.score) == ("dog", pytest.approx(0.7))


def test_a_graph_of_words_is_shown_no_picture(frames: Sampled) -> None:
    model = Scripted(
        manifest("classification", STRETCH, {"name": "scores"}), always(1.0), dtype=np.dtype(object)
    )
    with pytest.raises(ManifestError, match="takes no numbers"):
        looked(model, frames([picture()]))


def test_an_embedding_is_a_vector_a_picture(frames: Sampled) -> None:
    after = {"name": "vector", "parameters": {"normalise": True}}
    found = looked(Scripted(manifest("embedding", STRETCH, after), always(3, 4)), frames([picture()] * 2))
    assert found.vectors is not None
    assert found.vectors.tolist() == pytest.approx(np.array([[0.6, 0.8]] * 2), abs=1e-6)
    assert [(one.kind, one.vector) for one in found.observations] == [("picture", 0), ("picture", 1)]


@pytest.mark.parametrize("scored", [True, False])
def test_a_mask_is_reported_with_the_box_around_it(frames: Sampled, scored: bool) -> None:
    def answer(rows: Array) -> Mapping[str, Array]:
        classes = np.full((len(rows), 4, 8), 2)
        classes[:, 1:3, 2:6] = 1
        classes[:, 0, 0] = 0  # 1 of 32 cells: too little
        scores = np.eye(3, dtype=np.float32)[classes].transpose(0, 3, 1, 2) * 9
        return {"mask": scores if scored else classes}

    activation = {"activation": "softmax"} if scored else {}
    after = {"name": "mask", "parameters": {"background": "nothing", "least_share": 0.05, **activation}}
    found = looked(Scripted(manifest("segmentation", STRETCH, after), answer), frames([picture()]))
    (cat,) = found.observations
    assert (cat.kind, cat.label, cat.score > 0.99) == ("region", "cat", True)
    assert cat.box is not None
    assert (cat.box.x, cat.box.y, cat.box.width, cat.box.height) == pytest.approx((0.25, 0.25, 0.5, 0.5))


def test_a_graph_without_the_named_input_is_refused_in_words(frames: Sampled) -> None:
    before = {"name": "stretch", "parameters": {"side": 8, "input": "pixels"}}
    model = Scripted(manifest("classification", before, {"name": "scores"}), always(1))
    with pytest.raises(ManifestError, match="no input called 'pixels'"):
        looked(model, frames([picture()]))


def test_a_task_of_another_sense_is_refused() -> None:
    listens = manifest("sequence", {"name": "waveform"}, {"name": "windows"})
    with pytest.raises(ManifestError, match="looks at pictures"):
        DeclaredAnalyser.over(Scripted(listens, always(1)))  # type: ignore[arg-type]
    looks = manifest("classification", STRETCH, {"name": "scores"})
    with pytest.raises(ManifestError, match="listens"):
        DeclaredSound.over(Scripted(looks, always(1)))  # type: ignore[arg-type]


def loudness(rows: Array) -> Mapping[str, Array]:
    """The first label is as sure as a window is loud."""
    loud = np.abs(rows.reshape(len(rows), -1)).mean(axis=1)
    return {"scores": np.stack([loud, np.zeros_like(loud)], axis=1)}


@pytest.mark.parametrize("block", [1000, 16_000, 10**6])
def test_a_label_is_heard_from_the_first_to_the_last_window_that_has_it(block: int) -> None:
    before = {"name": "waveform", "parameters": {"window_seconds": 1, "hop_seconds": 0.5}}
    declared = manifest("sequence", before, {"name": "windows"}, thresholds={"report": 0.9})
    model = Scripted(declared, loudness, shape=(-1, 16_000))
    sound = np.concatenate([np.zeros(48_000), np.ones(80_000), np.zeros(40_000)]).astype(np.float32)
    blocks: list[Float] = [sound[at : at + block] for at in range(0, len(sound), block)]
    (heard,) = DeclaredSound.over(model).listen(blocks)  # type: ignore[arg-type]
    assert (heard.start_seconds, heard.end_seconds, heard.label, heard.kind) == (3.0, 8.0, "dog", "sound")


def test_an_embedding_of_sound_is_a_vector_a_window_and_looks_at_no_picture() -> None:
    before = {"name": "waveform", "parameters": {"window_seconds": 1, "hop_seconds": 0.5}}
    declared = manifest("embedding", before, {"name": "vector", "parameters": {"normalise": True}})
    model = Scripted(declared, always(3, 4), shape=(-1, 16_000))
    heard = DeclaredSound.over(model).listen([np.ones(28_000, np.float32)])  # type: ignore[arg-type]
    assert [(one.start_seconds, one.end_seconds, one.kind) for one in heard] == [
        (0.0, 1.0, "sound"), (0.5, 1.5, "sound"), (1.0, 1.75, "sound"),
    ]  # fmt: skip
    vectors = [one.vector.tolist() for one in heard if one.vector is not None]
    assert np.array(vectors) == pytest.approx(np.array([[0.6, 0.8]] * 3))
    with pytest.raises(ManifestError, match="looks at pictures"):
        DeclaredAnalyser.over(model)  # type: ignore[arg-type]


@pytest.mark.parametrize(("seconds", "windows"), [(0, 0), (0.3, 1), (1, 1), (1.1, 2), (1.5, 2), (100, 199)])
def test_every_sample_is_heard_once_at_least(seconds: float, windows: int) -> None:
    before = {"name": "waveform", "parameters": {"window_seconds": 1, "hop_seconds": 0.5}}
    declared = manifest("sequence", before, {"name": "windows"})
    model = Scripted(declared, loudness, shape=(-1, 16_000))
    DeclaredSound.over(model).listen([np.ones(round(seconds * 16_000), np.float32)])  # type: ignore[arg-type]
    assert sum(len(rows) for rows in model.shown) == windows


def test_mel_bands_hear_a_tone_where_it_is() -> None:
    bands = MelBands(16_000, 512, 400, 160, 64, 125, 7500, 0.01)
    tone = np.sin(2 * np.pi * 1000 * np.arange(15_360) / 16_000).astype(np.float32)
    heard = bands(tone)
    assert heard.shape == (94, 64)
    assert set(heard.argmax(axis=1).tolist()) <= {19, 20}  # band 19 is centred on 978 Hz
    assert np.allclose(bands(np.zeros(400, np.float32)), np.log(0.01))
