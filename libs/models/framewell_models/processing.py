"""Pre- and post-processing that a manifest names, with their parameters: what is done is the analysers'.

A declared model runs over chunks without code of its own, so what happens to a picture or a sound before
it, and to its outputs after it, is one step of each table here. The reader of manifests fills defaults in
and refuses what it does not know; the JSON Schema is made from the same tables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from framewell_models.manifest import ManifestError, Step

REQUIRED: Final = None
"""Default of a parameter that a manifest must give."""

INTEGER, NUMBER, NUMBERS, TEXT, FLAG = "integer", "number", "numbers", "text", "flag"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a step: its kind, default (REQUIRED: none), bounds or choices, and meaning."""

    kind: str
    default: Any
    meaning: str
    least: float = -1e9
    most: float = 1e9
    choices: tuple[str, ...] = ()

    def checked(self, value: Any) -> Any:
        """Return the value as the analysers take it. Raises ValueError, with what it should be."""
        if self.kind == FLAG:
            return _of(bool, value, "true or false")
        if self.kind == TEXT:
            text = _of(str, value, "a text")
            if self.choices and text not in self.choices:
                raise ValueError(f"is none of {', '.join(self.choices)}")
            return text
        if self.kind == NUMBERS:
            items = [self._number(item) for item in _of(list, value, "a list of numbers")]
            if len(items) not in {1, 3}:
                raise ValueError("has one number, or one a channel: three")
            return items
        number = self._number(value)
        if self.kind == INTEGER and number != int(number):
            raise ValueError("is no whole number")
        return int(number) if self.kind == INTEGER else number

    def _number(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError("is no number")
        if not self.least <= value <= self.most:
            raise ValueError(f"is not between {self.least:g} and {self.most:g}")
        return float(value)


@dataclass(frozen=True, slots=True)
class StepKind:
    """One step by name: the tasks it serves, its parameters, and what it does in one sentence."""

    tasks: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    meaning: str


_PICTURE_TASKS: Final = ("classification", "detection", "embedding", "segmentation")

_SOUND_TASKS: Final = ("sequence", "embedding")

_PICTURE: Final = {
    "input": Parameter(TEXT, "", "name of the input that takes the picture; empty: the first"),
    "width": Parameter(INTEGER, REQUIRED, "width of the picture the model takes, in pixels", 8, 4096),
    "height": Parameter(INTEGER, REQUIRED, "height of the picture the model takes, in pixels", 8, 4096),
    "colour": Parameter(TEXT, "rgb", "order of the channels", choices=("rgb", "bgr", "grey")),
    "layout": Parameter(
        TEXT, "nchw", "order of the dimensions: batch, channels, height, width", choices=("nchw", "nhwc")
    ),
    "scale": Parameter(NUMBER, 1 / 255, "what a pixel, 0 to 255, is multiplied by"),
    "mean": Parameter(NUMBERS, [0.0], "subtracted after scaling, by channel"),
    "std": Parameter(NUMBERS, [1.0], "divided by after that, by channel", 1e-9),
}

_SOUND: Final = {
    "input": Parameter(TEXT, "", "name of the input that takes the sound; empty: the first"),
    "window_seconds": Parameter(NUMBER, 0.96, "length of what one run hears", 0.02, 60),
    "hop_seconds": Parameter(NUMBER, 0.48, "from the start of one window to the next", 0.02, 60),
}

PREPROCESSING: Final[Mapping[str, StepKind]] = MappingProxyType(
    {
        "stretch": StepKind(
            _PICTURE_TASKS, _PICTURE, "The whole picture, scaled to the size without its ratio."
        ),
        "letterbox": StepKind(
            _PICTURE_TASKS,
            {
                **_PICTURE,
                "anchor": Parameter(
                    TEXT, "centre", "where the picture stands in its frame", choices=("centre", "top-left")
                ),
                "fill": Parameter(NUMBER, 114.0, "what the frame around it is filled with, 0 to 255", 0, 255),
            },
            "The whole picture in its ratio, with a frame around it.",
        ),
        "centre-crop": StepKind(
            _PICTURE_TASKS,
            {
                **_PICTURE,
                "resize": Parameter(INTEGER, 256, "length the shorter side is scaled to first", 8, 4096),
            },
            "The middle of the picture, its shorter side scaled first.",
        ),
        "waveform": StepKind(
            _SOUND_TASKS,
            {
                **_SOUND,
                "layout": Parameter(
                    TEXT,
                    "batch",
                    "`batch`: [windows, samples]; `single`: [samples]",
                    choices=("batch", "single"),
                ),
            },
            "Samples of 16 kHz mono sound, -1 to 1.",
        ),
        "log-mel": StepKind(
            _SOUND_TASKS,
            {
                **_SOUND,
                "fft": Parameter(INTEGER, 512, "samples of one Fourier transform", 64, 8192),
                "frame_samples": Parameter(
                    INTEGER, 400, "samples of one frame, under a Hann window", 16, 8192
                ),
                "step_samples": Parameter(INTEGER, 160, "samples from frame to frame", 16, 8192),
                "bands": Parameter(INTEGER, 64, "mel bands", 8, 512),
                "lowest_hz": Parameter(NUMBER, 125.0, "lower end of the lowest band", 0, 8000),
                "highest_hz": Parameter(NUMBER, 7500.0, "upper end of the highest band", 100, 8000),
                "offset": Parameter(NUMBER, 0.01, "added before the natural logarithm", 1e-12, 1),
                "layout": Parameter(
                    TEXT,
                    "time-bands",
                    "order of the last two dimensions",
                    choices=("time-bands", "bands-time"),
                ),
            },
            "Logarithms of mel bands of 16 kHz mono sound.",
        ),
        "picture": StepKind(
            ("caption",),
            {
                "max_side": Parameter(
                    INTEGER, 768, "longest side of the picture that is sent, in pixels", 64, 4096
                ),
                "each_seconds": Parameter(
                    NUMBER, 10.0, "from one picture that is looked at to the next", 0, 3600
                ),
            },
            "A JPEG picture, every so many seconds.",
        ),
    }
)
"""What can be done before a model runs, by name."""

_ACTIVATION: Final = Parameter(
    TEXT, "none", "what makes scores, 0 to 1, of the numbers", choices=("none", "softmax", "sigmoid")
)
_OUTPUT: Final = Parameter(TEXT, "", "name of the output; empty: the first")
_TOP: Final = Parameter(INTEGER, 5, "at most so many labels at once", 1, 1000)

POSTPROCESSING: Final[Mapping[str, StepKind]] = MappingProxyType(
    {
        "scores": StepKind(
            ("classification",),
            {"output": _OUTPUT, "activation": _ACTIVATION, "top": _TOP},
            "One number a label, [batch, labels].",
        ),
        "yolo-v8": StepKind(
            ("detection",),
            {"output": _OUTPUT, "activation": _ACTIVATION},
            "Centre, size and a score a label, [batch, 4 + labels, boxes], in pixels of the input.",
        ),
        "yolo-v5": StepKind(
            ("detection",),
            {"output": _OUTPUT, "activation": _ACTIVATION},
            "Centre, size, objectness, a score a label, [batch, boxes, 5 + labels], in pixels of the input.",
        ),
        "boxes": StepKind(
            ("detection",),
            {
                "boxes": Parameter(TEXT, REQUIRED, "name of the output with the boxes, [batch, boxes, 4]"),
                "scores": Parameter(
                    TEXT, REQUIRED, "name of the output with a score a box, or a score a label of each"
                ),
                "classes": Parameter(
                    TEXT,
                    "",
                    "name of the output with the number of each box's label; empty: the best score's",
                ),
                "format": Parameter(
                    TEXT, "xyxy", "what the four numbers are", choices=("xyxy", "yxyx", "cxcywh")
                ),
                "normalised": Parameter(FLAG, True, "true: 0 to 1; false: pixels of the input"),
                "activation": _ACTIVATION,
            },
            "Boxes, scores and labels as outputs of their own.",
        ),
        "vector": StepKind(
            ("embedding",),
            {
                "output": _OUTPUT,
                "normalise": Parameter(FLAG, False, "true: scaled to length 1"),
            },
            "One vector a picture or window, [batch, dimensions].",
        ),
        "mask": StepKind(
            ("segmentation",),
            {
                "output": _OUTPUT,
                "activation": _ACTIVATION,
                "background": Parameter(TEXT, "", "label that is not reported; empty: none"),
                "least_share": Parameter(NUMBER, 0.01, "least share of the picture that is reported", 0, 1),
            },
            "One number a label and pixel, [batch, labels, height, width], or a label a pixel.",
        ),
        "windows": StepKind(
            ("sequence",),
            {"output": _OUTPUT, "activation": _ACTIVATION, "top": _TOP},
            "One number a label for each window of sound, [windows, labels].",
        ),
        "text": StepKind(("caption",), {}, "The answer is the text."),
        "json": StepKind(
            ("caption",),
            {
                "text": Parameter(TEXT, "", "field of the answer that is the text; empty: none"),
                "label": Parameter(TEXT, "", "field of the answer that is the label; empty: none"),
            },
            "The answer is JSON that fits `answer_schema`.",
        ),
    }
)
"""What can be done with a model's outputs, by name."""

SIDE: Final = "side"
"""Stands for `width` and `height` where they are the same."""


def complete(kinds: Mapping[str, StepKind], step: Step, task: str, origin: str) -> Step:
    """Return the step with every parameter, defaults among them.

    Raises ManifestError for a step that is not known or serves another task, and for a parameter that is
    missing, not known or out of bounds.
    """
    kind = kinds.get(step.name)
    if kind is None or task not in kind.tasks:
        served = sorted(name for name, one in kinds.items() if task in one.tasks)
        raise ManifestError(f"{origin}: {step.name!r} does not serve {task}: take one of {', '.join(served)}")
    given = dict(step.parameters)
    if SIDE in given and "width" in kind.parameters:
        side = given.pop(SIDE)
        given = {"width": side, "height": side, **given}
    unknown = sorted(set(given) - set(kind.parameters))
    if unknown:
        raise ManifestError(f"{origin}: {step.name} has no parameter {', '.join(map(str, unknown))}")
    parameters = {}
    for name, parameter in kind.parameters.items():
        value = given.get(name, parameter.default)
        if value is REQUIRED:
            raise ManifestError(f"{origin}: {step.name} needs the parameter {name}: {parameter.meaning}")
        try:
            parameters[name] = parameter.checked(value)
        except ValueError as error:
            raise ManifestError(f"{origin}: {name} of {step.name} is {value!r}, which {error}") from error
    return Step(step.name, parameters)


def _of(kind: type, value: Any, called: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"is not {called}")
    return value
