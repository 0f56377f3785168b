"""Converters, on small inputs made here and on the real weights where they are installed."""

from __future__ import annotations

import io
import pickle
import sys
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from framewell_models.converters import free_batch, torch_checkpoint
from framewell_models.converters.graph import GraphWriter, fold_batch_norm, same_pads
from framewell_models.converters.javascript import read_literal
from framewell_models.converters.landmarks import parse
from framewell_models.converters.tfjs import read_weights
from framewell_models.converters.tfjs_graph import TensorflowGraph, Value
from framewell_models.folders import ModelMissingError, default_root, open_folder
from framewell_models.manifest import ModelRef


def run(path: Path, **inputs: Any) -> list[Any]:
    return list(onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, inputs))


def real(name: str, version: str) -> Path:
    try:
        return open_folder(default_root(), ModelRef(name, version)).graph
    except ModelMissingError as missing:
        pytest.skip(str(missing))


def test_quantised_weights_are_scaled_and_shifted() -> None:
    groups = [
        {
            "paths": ["shard"],
            "weights": [
                {"name": "a", "shape": [2], "dtype": "float32",
                 "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0}},
                {"name": "b", "shape": [1], "dtype": "float32"},
            ],
        }
    ]  # fmt: skip
    weights = read_weights(groups, {"shard": bytes([0, 4]) + np.float32(3.25).tobytes()})
    assert weights["a"].tolist() == [-1.0, 1.0]
    assert weights["b"].tolist() == [3.25]


def test_left_over_weight_bytes_are_refused() -> None:
    groups = [{"paths": ["s"], "weights": [{"name": "a", "shape": [1], "dtype": "float32"}]}]
    with pytest.raises(ValueError, match="4 of 5 bytes"):
        read_weights(groups, {"s": b"12345"})


def test_a_minified_literal_is_read_as_data() -> None:
    source = """x.y={a:!0,"b c":[.5,-1e-3,null,!1],7:'it\\'s ' + 'one'};z()"""
    expected = {"a": True, "b c": [0.5, -0.001, None, False], "7": "it's one"}
    assert read_literal(source, "x.y=") == expected


def test_code_inside_a_literal_is_refused() -> None:
    with pytest.raises(ValueError, match="not a data literal"):
        read_literal("a={b:(function(){})()}", "a=")


@dataclass(frozen=True)
class Stored:
    """A storage as torch.save refers to it: by a persistent id, its bytes at the end of the file."""

    kind: type
    key: str


@dataclass(frozen=True)
class Saved:
    """Pickles as the call of a function, as a tensor does."""

    rebuild: Any
    arguments: tuple[Any, ...]

    def __reduce__(self) -> Any:
        return self.rebuild, self.arguments


class TorchPickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        return ("storage", obj.kind, obj.key, "cpu", 0, None) if isinstance(obj, Stored) else None


def checkpoint(path: Path, state: Any, storages: dict[str, bytes]) -> Path:
    """A checkpoint in the layout before torch 1.6, written without torch."""
    stream = io.BytesIO()
    header = (torch_checkpoint.MAGIC_NUMBER, torch_checkpoint.PROTOCOL_VERSION, {"little_endian": True})
    for value in (*header, state, list(storages)):
        TorchPickler(stream, protocol=2).dump(value)
    for data in storages.values():
        stream.write((len(data) // 4).to_bytes(8, "little") + data)
    path.write_bytes(stream.getvalue())
    return path


@pytest.fixture
def torch_names(monkeypatch: pytest.MonkeyPatch) -> tuple[type, Any]:
    """What a checkpoint refers to by name, without torch: a storage type and a tensor constructor."""
    float_storage = type("FloatStorage", (), {"__module__": "torch"})

    def rebuild(*_: Any) -> None:
        raise AssertionError("the file's functions are never called")

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(FloatStorage=float_storage))
    monkeypatch.setitem(sys.modules, "torch._utils", SimpleNamespace(_rebuild_tensor_v2=rebuild))
    return float_storage, rebuild


def test_a_state_dict_is_read_without_torch(tmp_path: Path, torch_names: tuple[type, Any]) -> None:
    float_storage, rebuild = torch_names
    tensor = Saved(rebuild, (Stored(float_storage, "7"), 1, (2, 2), (2, 1), False, OrderedDict()))
    values = np.array([9, 1, 2, 3, 4], "<f4")
    path = checkpoint(tmp_path / "good.pth", OrderedDict(weight=tensor), {"7": values.tobytes()})
    assert torch_checkpoint.read_state_dict(path)["weight"].tolist() == [[1, 2], [3, 4]]


def test_a_checkpoint_that_wants_to_run_something_is_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (__import__("os").system, ("touch " + str(tmp_path / "ran"),))

    path = checkpoint(tmp_path / "evil.pth", OrderedDict(weight=Evil()), {})
    with pytest.raises(torch_checkpoint.UnsafeCheckpointError, match="system"):
        torch_checkpoint.read_state_dict(path)
    assert not (tmp_path / "ran").exists()


def test_a_strided_tensor_is_read_in_its_own_order() -> None:
    storage = np.arange(6, dtype="<f4")
    view = torch_checkpoint.TensorView(torch_checkpoint.Storage("0", storage.dtype), 0, (2, 3), (1, 2))
    assert view.read({"0": storage}).tolist() == [[0, 2, 4], [1, 3, 5]]


def test_a_tensor_past_its_storage_is_refused() -> None:
    storage = np.arange(6, dtype="<f4")
    view = torch_checkpoint.TensorView(torch_checkpoint.Storage("0", storage.dtype), 2, (5,), (1,))
    with pytest.raises(ValueError, match="past its storage"):
        view.read({"0": storage})


def dlib_integer(value: int) -> bytes:
    magnitude = abs(value)
    body = magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "little")
    return bytes([len(body) | (0x80 if value < 0 else 0)]) + body


def dlib_real(value: float) -> bytes:
    return dlib_integer(int(value * 1024)) + dlib_integer(-10)


def test_a_shape_predictor_is_parsed_field_by_field() -> None:
    integer, real_ = dlib_integer, dlib_real
    matrix = lambda *values: integer(-len(values)) + integer(-1) + b"".join(map(real_, values))  # noqa: E731
    tree = integer(1) + integer(3) + integer(1) + real_(0.25) + integer(2) + matrix(1, 2) + matrix(-3, 4)
    data = (
        integer(1) + matrix(0.5, 0.75) + integer(1) + integer(1) + tree
        + integer(1) + integer(2) + integer(0) + integer(0)
        + integer(1) + integer(2) + real_(0.5) + real_(-0.5) + real_(0) + real_(1)
    )  # fmt: skip
    arrays = parse(data)
    assert arrays["mean_shape"].tolist() == [[0.5, 0.75]]
    assert (arrays["first_pixel"].item(), arrays["second_pixel"].item()) == (3, 1)
    assert arrays["threshold"].item() == 0.25
    assert arrays["leaf"].tolist() == [[[[1, 2], [-3, 4]]]]
    assert arrays["offset"].tolist() == [[[0.5, -0.5], [0, 1]]]
    with pytest.raises(ValueError, match="left after"):
        parse(data + b"x")


def test_same_padding_puts_the_odd_pixel_last() -> None:
    assert same_pads(224, 3, 2) == (0, 0, 1, 1)
    assert same_pads(112, 3, 1) == (1, 1, 1, 1)
    assert same_pads(112, 5, 2) == (1, 1, 2, 2)


def test_a_written_graph_computes_and_repeats_its_bytes(tmp_path: Path) -> None:
    scale, shift = fold_batch_norm(
        *(np.array([value], np.float32) for value in (2.0, 1.0, 3.0, 4.0)), epsilon=0.0
    )
    paths = [tmp_path / "a.onnx", tmp_path / "b.onnx"]
    for path in paths:
        graph = GraphWriter()
        kernel = np.ones((1, 1, 1, 1), np.float32) * scale
        graph.add("Identity", graph.relu6(graph.conv("x", kernel, shift)), output="y")
        graph.save(path, "tiny", {"x": ["N", 1, 1, 1]}, {"y": ["N", 1, 1, 1]})
    assert paths[0].read_bytes() == paths[1].read_bytes()
    values = np.array([3.0, 4.0, 100.0], np.float32).reshape(3, 1, 1, 1)
    assert run(paths[0], x=values)[0].ravel().tolist() == [1.0, 2.0, 6.0]  # 2 (x - 3) / 2 + 1, at most 6


def ramp(*shape: int) -> Any:
    """A fixed picture: every value of 0..255 in a pattern no layer is blind to."""
    return (np.arange(np.prod(shape), dtype=np.int64) * 7919 % 256).astype(np.float32).reshape(shape)


EMBEDDING_OF_RAMP = (-0.02959, 0.155, 0.06674, -0.04007, -0.08625, 0.01456, -0.08229, 0.00722)


def test_the_face_embedding_gives_the_stored_vector() -> None:
    """Stored from the graph that was measured against dlib's own network (mean distance 0.038)."""
    vector = run(real("faces/dlib-resnet", "1.0"), rgb=ramp(1, 3, 150, 150))[0][0]
    assert vector.shape == (128,)
    assert np.linalg.norm(vector[:8] - np.array(EMBEDDING_OF_RAMP)) < 1e-3


def test_efficientnet_gives_probabilities_and_features() -> None:
    features, probabilities = run(real("labels/efficientnet-lite0", "1.0"), image=ramp(2, 3, 224, 224))
    assert features.shape == (2, 1280)
    assert probabilities.shape == (2, 1000)
    assert np.allclose(probabilities.sum(1), 1, atol=1e-4)


def test_nsfw_gives_five_probabilities() -> None:
    (probabilities,) = run(real("safety/nsfw-mobilenet-v2", "4.3.0"), image=ramp(2, 224, 224, 3) / 255)
    assert probabilities.shape == (2, 5)
    assert np.allclose(probabilities.sum(1), 1, atol=1e-4)


def one_row_graph(*, last: onnx.NodeProto | None = None) -> onnx.ModelProto:
    """x [1, 3, 8, 8] -> y [1, 64, 2], as detectors are exported: a convolution, then a row for each cell."""
    weights = np.random.default_rng(0).standard_normal((2, 3, 3, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Transpose", ["c"], ["t"], perm=[0, 2, 3, 1]),
        last or helper.make_node("Reshape", ["t", "shape"], ["y"]),
    ]
    constants = [numpy_helper.from_array(weights, "w"), helper.make_tensor("shape", 7, [3], [1, -1, 2])]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "one", [value("x", 1, [1, 3, 8, 8])], [value("y", 1, [1, 64, 2])], constants
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_a_graph_for_one_row_takes_many_and_gives_the_same(tmp_path: Path) -> None:
    onnx.save(one_row_graph(), tmp_path / "one.onnx")
    free_batch.convert({"package/one.onnx": tmp_path / "one.onnx"}, tmp_path)
    rows = np.random.default_rng(1).standard_normal((5, 3, 8, 8)).astype(np.float32)
    (together,) = run(tmp_path / "model.onnx", x=rows)
    singly = np.concatenate([run(tmp_path / "one.onnx", x=row[None])[0] for row in rows])
    assert np.abs(together - singly).max() <= 1e-5


@pytest.mark.parametrize(
    "last",
    [
        helper.make_node("Softmax", ["t"], ["y"], axis=0),
        helper.make_node("Transpose", ["t"], ["y"], perm=[1, 0, 2, 3]),
        helper.make_node("Reshape", ["t", "t"], ["y"]),
    ],
)
def test_a_graph_in_which_a_row_may_reach_another_is_refused(last: onnx.NodeProto) -> None:
    with pytest.raises(ValueError, match="every row alike"):
        free_batch.freed(one_row_graph(last=last))


def test_the_face_detector_finds_in_many_pictures_what_it_finds_in_each() -> None:
    rows = np.random.default_rng(2).uniform(0, 255, (2, 3, 640, 640)).astype(np.float32)
    graph = real("faces/yunet", "2023mar")
    together = run(graph, input=rows)
    singly = [run(graph, input=row[None]) for row in rows]
    for at, output in enumerate(together):
        assert np.abs(output - np.concatenate([one[at] for one in singly])).max() <= 1e-5


SCORES_OF_RAMP = (0.0093367, 0.0053285, 0.0060728, 0.0053638, 0.0073090, 0.0025964, 0.0052282, 0.0035176)
BOXES_OF_RAMP = (
    (-5.919, -7.963, 17.341, 15.523), (234.321, 49.011, 285.714, 105.583),
    (73.593, 137.885, 127.493, 177.415), (327.145, 205.966, 384.800, 254.631),
    (173.496, 289.698, 219.164, 330.383), (1.714, 362.610, 66.164, 417.064),
    (121.119, 101.237, 209.178, 279.467), (-7.126, 157.320, 252.395, 409.209),
)  # fmt: skip


def test_nanodet_gives_what_tensorflow_js_gives() -> None:
    """Of every 500th cell, from the published graph as TensorFlow.js 4.22 runs it, decoded in 64 bits."""
    scores, boxes = run(real("objects/nanodet-g", "1.0"), image=ramp(2, 3, 416, 416))
    assert (scores.shape, boxes.shape) == ((2, 3549, 80), (2, 3549, 4))
    assert np.abs(scores[0, ::500, 0] - np.array(SCORES_OF_RAMP)).max() < 1e-6
    assert np.abs(boxes[0, ::500] - np.array(BOXES_OF_RAMP)).max() < 1e-3


def attributes(**values: list[int]) -> Any:
    """Attributes of a node as TensorFlow.js writes them."""
    return {name: {"list": {"i": [str(one) for one in value]}} for name, value in values.items()} | {
        "padding": {"s": "VkFMSUQ="}
    }


CHANNELS_LAST: list[dict[str, Any]] = [
    {"op": "Placeholder", "name": "x"},
    {"op": "Const", "name": "edges"},
    {"op": "Pad", "name": "padded", "input": ["x", "edges"]},
    {"op": "Const", "name": "to-last"},
    {"op": "Transpose", "name": "last", "input": ["padded", "to-last"]},
    {"op": "Const", "name": "kernel"},
    {"op": "Conv2D", "name": "conv", "input": ["last", "kernel"], "attr": attributes(strides=[1, 2, 2, 1])},
    {"op": "Const", "name": "bias"},
    {"op": "Add", "name": "biased", "input": ["conv", "bias"]},
    {"op": "LeakyRelu", "name": "leaky", "input": ["biased"], "attr": {"alpha": {"f": 0.1}}},
    {"op": "Const", "name": "axis"},
    {"op": "ConcatV2", "name": "twice", "input": ["leaky", "leaky", "axis"]},
    {"op": "Const", "name": "sizes"},
    {"op": "SplitV", "name": "parts", "input": ["twice", "sizes", "axis"]},
]


def test_a_graph_with_channels_last_is_written_without_turning_its_pictures(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(3, 2, 6, 6)).astype(np.float32)
    kernel, bias = rng.normal(size=(3, 3, 2, 4)).astype(np.float32), rng.normal(size=4).astype(np.float32)
    weights = {
        "edges": np.array([[0, 0], [0, 0], [1, 1], [1, 1]]), "to-last": np.array([0, 2, 3, 1]),
        "kernel": kernel, "bias": bias, "axis": np.array([3]), "sizes": np.array([3, 5]),
    }  # fmt: skip
    graph = GraphWriter()
    published = TensorflowGraph(graph, weights)
    published.write(CHANNELS_LAST, {"x": Value("x", (1, 2, 6, 6), (0, 1, 2, 3))})
    assert not [node for node in graph.nodes if node.op_type == "Transpose"]
    graph.add("Identity", published.transposed("parts:1"), output="y")
    graph.save(tmp_path / "a.onnx", "tiny", {"x": ["N", 2, 6, 6]}, {"y": ["N", 3, 3, 5]})
    padded = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)]).transpose(0, 2, 3, 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::2, ::2]
    made = np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias
    made = np.where(made > 0, made, 0.1 * made)
    expected = np.concatenate([made, made], axis=3)[..., 3:]
    assert np.abs(run(tmp_path / "a.onnx", x=x)[0] - expected).max() < 1e-5


def test_an_operator_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="node odd is a Einsum; known are Add"):
        TensorflowGraph(GraphWriter(), {}).write([{"op": "Einsum", "name": "odd"}], {})
