"""A manifest for a graph, proposed from the graph itself: what cannot be read there is guessed, and said so.

The graph is parsed, never run. Whoever asks may settle every guess (`Wishes`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import onnx

from framewell_models.folders import sha256
from framewell_models.labels import check_labels, distinct
from framewell_models.manifest import ManifestError
from framewell_models.outside_weights import weight_files
from framewell_models.task_guess import (
    CHANNELS,
    SHORTEST_SOUND,
    GraphTensor,
    box_form,
    boxes_of,
    likely_task,
    of_labels,
)

NORMALISATIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "bytes": {"scale": 1.0},
    "unit": {"scale": 1 / 255},
    "signed": {"scale": 1 / 127.5, "mean": [1.0]},
    "imagenet": {"scale": 1 / 255, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
}
"""Usual ways to make numbers of pixels, by name."""

CAPTION: Final = "caption"

Described = tuple[str, str, tuple[int, ...]]
"""Name, type and shape (-1: free) of a tensor."""

DEFAULT_SIDE: Final = 224

LABELS_FILE: Final = "labels.txt"

_RAW: Final = frozenset({"uint8", "int8"})
_PASSING: Final = frozenset({"Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast", "Transpose"})
_ACTIVATED: Final = frozenset({"Softmax", "Sigmoid", "HardSigmoid"})


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is known beside the graph; empty values are proposed."""

    name: str
    version: str = "1.0"
    task: str = ""
    labels: Sequence[str] = ()
    normalise: str = ""
    colour: str = ""
    activation: str = ""
    mean: Sequence[float] = ()
    licence: str = ""
    attribution: str = ""
    intended_use: str = ""
    source: str = ""
    path: str = ""
    """Path of the graph below the source."""
    prompt: str = ""
    """What a caption model is asked about each picture."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The document of a manifest, the labels for its file (empty: none), and what was guessed in it."""

    document: dict[str, Any]
    labels: tuple[str, ...] = ()
    guessed: list[str] = field(default_factory=list)


def propose(graph: Path, wishes: Wishes) -> Proposal:
    """Return a manifest for the graph. Raises ManifestError for what is no graph, or fits no known task."""
    try:
        model = onnx.load_model(str(graph), load_external_data=False)
        weights = {tensor.name for tensor in model.graph.initializer}
        inputs = [_tensor(one) for one in model.graph.input if one.name not in weights]
        outputs = [_tensor(one) for one in model.graph.output]
    except Exception as error:
        raise ManifestError(f"{graph} is no ONNX graph that can be read: {str(error)[:200]}") from error
    files = [_file(wishes, graph), *_outside(wishes, graph, weight_files(model))]
    return _proposed(
        inputs, outputs, model, replace(wishes, labels=wishes.labels or _labels_inside(model)), files
    )


def propose_elsewhere(wishes: Wishes, inputs: Sequence[Described], outputs: Sequence[Described]) -> Proposal:
    """Return a manifest for a model that runs at the wishes' source, by what is said of its tensors there.

    A caption model has none; its prompt is the wishes'. Raises ManifestError for a normalisation of no name.
    """
    if wishes.task == CAPTION:
        proposal = Proposal(_described(wishes, [], CAPTION))
        proposal.document["prompt"] = wishes.prompt
        proposal.document["preprocessing"] = {"name": "picture"}
        proposal.document["postprocessing"] = {"name": "text"}
        proposal.document["limits"] = {"seconds": 60}
        return proposal
    settled = replace(wishes, activation=wishes.activation or "none")
    taken, given = ([GraphTensor(*one) for one in tensors] for tensors in (inputs, outputs))
    proposal = _proposed(taken, given, onnx.ModelProto(), settled, [])
    if not wishes.activation:
        proposal.guessed.append("activation: none")
    return proposal


def _proposed(
    inputs: Sequence[GraphTensor],
    outputs: Sequence[GraphTensor],
    model: Any,
    wishes: Wishes,
    files: list[dict[str, str]],
) -> Proposal:
    labels = distinct(wishes.labels)
    check_labels(labels, LABELS_FILE)
    proposal = Proposal({}, labels)
    pairs = enumerate(zip(wishes.labels, labels, strict=True), 1)
    numbered = [str(line) for line, (given, label) in pairs if given.strip() != label]
    if numbered:
        lines = ", ".join(numbered[:10]) + (", …" if len(numbered) > 10 else "")
        proposal.guessed.append(f"labels: numbered where they were empty or there twice, lines {lines}")
    task = wishes.task or likely_task(inputs, outputs, labels)
    if not wishes.task:
        proposal.guessed.append(f"task {task or 'none: it is served by name and looks at nothing'}")
    proposal.document.update(_described(wishes, files, task or "classification"))
    proposal.document["inputs"] = [one.document for one in inputs]
    proposal.document["outputs"] = [one.document for one in outputs]
    if task:
        proposal.document["preprocessing"] = _before(task, inputs, model, wishes, proposal.guessed)
        proposal.document["postprocessing"] = _after(task, outputs, model, wishes, proposal)
        proposal.document["thresholds"] = {"report": 0.5} | ({"overlap": 0.45} if task == "detection" else {})
    return proposal


def _file(wishes: Wishes, graph: Path) -> dict[str, str]:
    file = {"name": "model.onnx", "sha256": sha256(graph)}
    return {**file, "path": wishes.path} if wishes.source and wishes.path != "model.onnx" else file


def _outside(wishes: Wishes, graph: Path, names: Sequence[str]) -> list[dict[str, str]]:
    """Return the files of weights beside the graph. Raises ManifestError for one that is not there."""
    missing = [name for name in names if not graph.with_name(name).is_file()]
    if missing:
        raise ManifestError(f"{graph} has its weights in {missing[0]}, which does not lie beside it")
    files = [{"name": name, "sha256": sha256(graph.with_name(name))} for name in names]
    folder = PurePosixPath(wishes.path).parent
    if wishes.source and str(folder) != ".":
        return [{**file, "path": str(folder / file["name"])} for file in files]
    return files


def _described(wishes: Wishes, files: list[dict[str, str]], task: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": wishes.name,
        "version": wishes.version,
        "task": task,
        "intended_use": wishes.intended_use or "Not described by whoever took it in.",
        "licence": {"code": wishes.licence, "weights": wishes.licence},
    }
    if wishes.attribution:
        document["licence"]["attribution"] = wishes.attribution
    if wishes.source:
        document["source"] = wishes.source
    document["files"] = files
    if wishes.labels:
        document["labels"] = LABELS_FILE
    return document


def _tensor(value: Any) -> GraphTensor:
    kind = value.type.tensor_type
    shape = tuple(one.dim_value if one.HasField("dim_value") else -1 for one in kind.shape.dim)
    called = onnx.TensorProto.DataType.Name(kind.elem_type).lower()
    return GraphTensor(value.name, {"float": "float32", "double": "float64"}.get(called, called), shape)


def _labels_inside(model: Any) -> tuple[str, ...]:
    """Return the labels that exporters write into a graph as `names`: {0: 'person', …}."""
    for entry in model.metadata_props:
        if entry.key == "names":
            try:
                names = ast.literal_eval(entry.value)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                return ()
            if isinstance(names, dict) and sorted(names) == list(range(len(names))):
                return tuple(str(names[place]) for place in range(len(names)))
    return ()


def _before(
    task: str, inputs: Sequence[GraphTensor], model: Any, wishes: Wishes, guessed: list[str]
) -> dict[str, Any]:
    taken = inputs[0]
    if task == "sequence":
        samples = max(taken.shape)
        seconds = samples / 16000 if samples >= SHORTEST_SOUND else 0.96
        guessed.append(f"preprocessing: waveform of 16 kHz, {seconds:g} s a run")
        layout = "single" if len(taken.shape) == 1 else "batch"
        parameters = {"window_seconds": seconds, "hop_seconds": seconds / 2, "layout": layout}
        return {"name": "waveform", "parameters": parameters}
    shape = taken.shape if len(taken.shape) == 4 else (1, 3, -1, -1)
    nchw = shape[1] in CHANNELS
    height, width = (shape[2], shape[3]) if nchw else (shape[1], shape[2])
    channels = shape[1] if nchw else shape[3]
    if -1 in {height, width}:
        guessed.append(f"size of the picture: {DEFAULT_SIDE} where the graph leaves it open")
    colour = wishes.colour or ("grey" if channels == 1 else "rgb")
    if not wishes.colour and channels != 1:
        guessed.append("colour: rgb")
    parameters = {
        "width": width if width > 0 else DEFAULT_SIDE,
        "height": height if height > 0 else DEFAULT_SIDE,
        "colour": colour,
        "layout": "nchw" if nchw else "nhwc",
        **_numbers(task, taken, model, wishes, guessed, nchw=nchw),
    }
    return {"name": "letterbox" if task == "detection" else "stretch", "parameters": parameters}


def _numbers(
    task: str, taken: GraphTensor, model: Any, wishes: Wishes, guessed: list[str], *, nchw: bool
) -> dict[str, Any]:
    chosen = wishes.normalise
    if not chosen:
        chosen = "bytes" if taken.dtype in _RAW or _scales_inside(model, taken) else "imagenet"
        if chosen != "bytes" and (task == "detection" or not nchw):
            chosen = "unit"
        guessed.append(f"numbers of the picture: {chosen}, one of {', '.join(NORMALISATIONS)}")
    if chosen not in NORMALISATIONS:
        raise ManifestError(f"{chosen!r} is none of {', '.join(NORMALISATIONS)}")
    return {**NORMALISATIONS[chosen], **({"mean": list(wishes.mean)} if wishes.mean else {})}


def _scales_inside(model: Any, taken: GraphTensor) -> bool:
    """Return whether the graph itself begins with arithmetic on the picture."""
    first = [node for node in model.graph.node if taken.name in node.input]
    return bool(first) and all(node.op_type in {"Sub", "Div", "Mul", "Add", "Cast"} for node in first)


def _after(
    task: str, outputs: Sequence[GraphTensor], model: Any, wishes: Wishes, proposal: Proposal
) -> dict[str, Any]:
    guessed, labelled = proposal.guessed, of_labels(outputs, proposal.labels)
    if task == "embedding":
        return {"name": "vector", "parameters": {"output": outputs[0].name}}
    boxes = boxes_of(outputs) if task == "detection" else None
    scores = next(
        (one for one in outputs if boxes is not None and one.name != boxes.name), labelled or outputs[0]
    )
    activation = wishes.activation or _activation(task, scores.name, model)
    if not wishes.activation:
        guessed.append(f"activation: {activation}, read from the end of the graph")
    if boxes is not None:
        guessed.append(f"boxes: {boxes.name} as xyxy, 0 to 1; scores: {scores.name}")
        parameters = {"boxes": boxes.name, "scores": scores.name, "activation": activation}
        return {"name": "boxes", "parameters": parameters}
    name = {"classification": "scores", "segmentation": "mask", "sequence": "windows"}.get(task, "")
    if task == "detection":
        name = box_form(outputs[0]) or "yolo-v8"
        guessed.append(f"form of the boxes: {name}")
    return {"name": name, "parameters": {"output": scores.name, "activation": activation}}


def _activation(task: str, output: str, model: Any) -> str:
    """Return what has still to be done to make scores of the numbers that the graph ends with."""
    made = {name: node for node in model.graph.node for name in node.output}
    node = made.get(output)
    while node is not None and node.op_type in _PASSING:
        node = made.get(node.input[0])
    if task == "detection" or (node is not None and node.op_type in _ACTIVATED):
        return "none"
    return "sigmoid" if task == "sequence" else "softmax"
