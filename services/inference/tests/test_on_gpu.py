"""What only a GPU can show. Elsewhere: not run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
import pytest

from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.onnx_model import OnnxModel
from framewell_inference.adapters.serving.devices import CUDA, Devices
from framewell_inference.domain.devices import Device
from framewell_inference.ports.calls import TimeLimitError
from framewell_inference.testing.graphs import convolution, endless, manifest_of
from framewell_models.manifest import Limits

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(
        CUDA not in onnxruntime.get_available_providers(),
        reason="not run: no GPU (the installed ONNX Runtime has no CUDA provider)",
    ),
]

Load = Callable[..., OnnxModel]


@pytest.fixture(scope="module")
def load() -> Load:
    loader = OnnxLoader(1, devices=Devices(Device.CUDA))

    def one(graph: bytes, *, seconds: float = 30, precision: str = "float32") -> OnnxModel:
        manifest = manifest_of(graph, limits=Limits(seconds, batch=8), precision=precision)
        model = loader.load_bytes(manifest, graph, trusted=True)
        assert (model.provider, model.engine, model.fallback) == (CUDA, "batched", "")
        return model

    return one


def test_rows_of_many_callers_are_those_of_the_cpu(load: Load) -> None:
    graph = convolution()
    on_gpu, on_cpu = load(graph), OnnxLoader(1).load_bytes(manifest_of(graph), graph, trusted=True)
    values = np.random.default_rng(5).normal(size=(50, 2, 3, 16, 16)).astype(np.float32)
    with ThreadPoolExecutor(25) as many:
        runs = list(many.map(lambda value: on_gpu.run({"x": value})["y"], values))
    for run, value in zip(runs, values, strict=True):
        assert np.allclose(run, on_cpu.run({"x": value})["y"], atol=1e-3)


def test_half_precision_gives_about_the_same(load: Load) -> None:
    graph, x = convolution(), np.random.default_rng(6).normal(size=(3, 3, 16, 16)).astype(np.float32)
    whole, half = (load(graph, precision=one).run({"x": x})["y"] for one in ("float32", "float16"))
    assert np.abs(whole - half).max() < 0.05


def test_a_run_without_end_is_ended_there_too(load: Load) -> None:
    with pytest.raises(TimeLimitError):
        load(endless(), seconds=0.5).run({"x": np.zeros(1, np.float32)})
