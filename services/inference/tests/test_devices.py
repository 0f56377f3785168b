"""Where models run, and what is said where that is not the device that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnxruntime
import pytest

from framewell.inference.v1 import inference_service_pb2 as api
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.serving.devices import CPU, CUDA, TENSORRT, Devices
from framewell_inference.adapters.serving.half_precision import in_half_precision
from framewell_inference.adapters.serving.in_process import run_bound
from framewell_inference.adapters.serving.sessions import open_session, run_options
from framewell_inference.analysers.text.analyser import TextAnalyser
from framewell_inference.analysers.text.recognition import TextReader
from framewell_inference.domain.devices import Device
from framewell_inference.domain.pictures import Array, Picture
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.analysers import Analysers
from framewell_inference.ports.models import Model, Quarantined
from framewell_inference.queries.list_models import shortcomings
from framewell_inference.testing import InferenceBench
from framewell_inference.testing.graphs import convolution, doubling, manifest_of

ROWS = {"x": np.ones((3, 2), np.float32)}


def loaded_on(devices: Devices) -> Any:
    graph = doubling()
    return OnnxLoader(1, devices=devices).load_bytes(manifest_of(graph), graph, trusted=True)


def on_cpu_alone(reason: Exception) -> Callable[..., Any]:
    """Return what makes sessions on a machine whose GPU cannot be used for this reason."""

    def create(graph: Any, options: Any, *, providers: Any, enable_fallback: int) -> Any:
        if providers[0][0] != CPU:
            raise reason
        return onnxruntime.InferenceSession(
            graph, options, providers=providers, enable_fallback=enable_fallback
        )

    return create


def silently_on_cpu(graph: Any, options: Any, *, providers: Any, enable_fallback: int) -> Any:
    """Make a session as the runtime does where CUDA's libraries are missing: without the provider."""
    known = [one for one in providers if one[0] == CPU]
    return onnxruntime.InferenceSession(graph, options, providers=known, enable_fallback=enable_fallback)


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        (Devices(Device.CUDA), "has no CUDA provider"),
        (Devices(Device.TENSORRT), "has no Tensorrt provider"),
        (Devices(Device.AUTO), ""),
        (Devices(Device.CPU, [CUDA, CPU]), ""),
        (
            Devices(Device.CUDA, [CUDA, CPU], on_cpu_alone(RuntimeError("no device at /dev/nvidia0"))),
            "CUDA cannot be used: no device",
        ),
        (
            Devices(
                Device.TENSORRT, [TENSORRT, CUDA, CPU], on_cpu_alone(RuntimeError("out of device memory"))
            ),
            "Tensorrt cannot be used: out of device memory",
        ),
        (Devices(Device.AUTO, [CUDA, CPU], silently_on_cpu), "the runtime did not start it"),
    ],
)
def test_a_model_runs_on_the_cpu_where_the_device_is_not_there_and_says_why(
    devices: Devices, said: str
) -> None:
    model = loaded_on(devices)
    assert model.run(ROWS)["y"].tolist() == [[2, 2]] * 3
    assert (model.provider, model.engine) == (CPU, "direct")
    assert said in model.fallback
    assert bool(model.fallback) == bool(said)
    assert "/" not in model.fallback


def test_a_graph_that_nothing_can_load_is_no_fall_back() -> None:
    devices = Devices(Device.CUDA, [CUDA, CPU], on_cpu_alone(RuntimeError("no device")))
    with pytest.raises(InvalidInputError, match="cannot load the graph"):
        OnnxLoader(1, devices=devices).load_bytes(manifest_of(doubling()), b"no graph", trusted=True)


def test_the_devices_are_tried_best_first_with_options_that_do_not_tune_for_each_width() -> None:
    every = [TENSORRT, CUDA, CPU]
    assert [Devices(asked, every).wanted for asked in Device] == [[CUDA, CPU], [CPU], [CUDA, CPU], every]
    ((first, options), (last, _)) = Devices(Device.CUDA, every).options(CUDA)
    assert (first, last) == (CUDA, CPU)
    assert options["cudnn_conv_algo_search"] == "HEURISTIC"


async def test_health_and_the_list_of_models_say_what_fell_back_and_what_is_in_quarantine() -> None:
    async with InferenceBench() as bench:
        model = loaded_on(Devices(Device.CUDA))
        bench.registry.put(model, in_force=True)
        bench.registry.quarantine(Quarantined("site/broken", "2.0", "its graph has no end"))
        broken, listed = (await bench.call("ListModels", api.ListModelsRequest())).models
        assert (listed.provider, bool(listed.fallback), broken.provider) == (CPU, True, "")
        notes = bench.service.notes["models"]()
    assert "has no CUDA provider" in notes[0]
    assert notes[0].endswith("so it is with site/tried@1.0")
    assert notes[1] == "site/broken@2.0 is in quarantine: its graph has no end"
    assert shortcomings(LoadedModelRegistry()) == []


def test_bound_tensors_give_what_a_plain_run_gives() -> None:
    session = open_session(doubling(), 1).session
    (bound,) = run_bound(session, ["y"], ROWS, run_options(), "cpu")
    assert bound.tolist() == [[2, 2]] * 3


def test_a_graph_in_half_precision_keeps_its_tensors_and_about_its_values() -> None:
    graph, x = convolution(), np.random.default_rng(4).normal(size=(2, 3, 16, 16)).astype(np.float32)
    halved = in_half_precision(graph)
    assert len(halved) < len(graph) + 400
    (whole,), (half,) = (open_session(one, 1).session.run(None, {"x": x}) for one in (graph, halved))
    assert half.dtype == np.float32
    assert np.abs(whole - half).max() < 0.02
    assert (whole != half).any()
    with pytest.raises(InvalidInputError, match="float16"):
        in_half_precision(b"no graph")


def test_on_a_cpu_the_precision_of_a_manifest_changes_nothing() -> None:
    graph, x = convolution(), np.ones((1, 3, 16, 16), np.float32)
    values = [
        OnnxLoader(1).load_bytes(manifest_of(graph, precision=one), graph, trusted=True).run({"x": x})["y"]
        for one in ("float32", "float16")
    ]
    assert np.array_equal(*values)


@dataclass
class OnGpu:
    """A model that says it runs on a GPU; it keeps the shapes it was run with."""

    inside: Model
    shapes: set[tuple[int, ...]] = field(default_factory=set)
    provider: str = CUDA

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inside, name)

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        self.shapes |= {value.shape[1:] for value in inputs.values()}
        return self.inside.run(inputs)


def test_lines_of_text_have_one_of_five_widths_on_a_gpu_and_read_the_same(
    analysers: Analysers, lettering: Callable[..., Picture]
) -> None:
    text = next(one for one in analysers.pictures if isinstance(one, TextAnalyser))
    words = [
        "Abendschau",
        "Łukasz Żółć",
        "Das Wetter in Berlin am Abend",
        "Ünal",
    ]
    canvas = np.zeros((72, 1400, 3), np.uint8)
    lines = []
    for one in words:
        line = lettering(canvas, one, (8, 8))
        lines.append(line[:, : int(np.flatnonzero(line.any(axis=(0, 2)))[-1]) + 8])
    on_gpu = OnGpu(text.recogniser)
    read = [TextReader(model, text.alphabet)(lines) for model in (text.recogniser, on_gpu)]
    assert [one.text for one in read[1]] == [one.text for one in read[0]] == words
    assert {shape[2] for shape in on_gpu.shapes} <= {320, 640, 960, 1280, 1600}
