"""Registered models: known from their graphs alone, and in a process of their own once they are run."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_inference.adapters.graph_description import describe_graph
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.analysers.faces.embedding import FaceEmbedding
from framewell_inference.ports.calls import RunFailedError
from framewell_inference.ports.models import IdentityModelRepository, Quarantined
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_inference.testing import InferenceBench, graphs
from framewell_models.manifest import ModelRef


def test_sizes_that_an_output_leaves_open_are_read_from_the_graph() -> None:
    value = helper.make_tensor_value_info
    weights = numpy_helper.from_array(np.zeros((4, 3), np.float32), "weights")
    model = helper.make_graph(
        [helper.make_node("MatMul", ["x", "weights"], ["y"])],
        "open",
        [value("x", TensorProto.FLOAT, ["N", 4])],
        [value("y", TensorProto.FLOAT, ["N", "M"])],
        [weights],
    )
    assert describe_graph(graphs.model_of(model)).outputs == (("y", "float32", (-1, 3)),)


def test_a_face_embedding_in_quarantine_is_used_no_more() -> None:
    registry, ref = LoadedModelRegistry(), ModelRef("site/faces", "1.0")
    spaces = FaceSpaces(ModelRef("faces/shipped", "1.0"), registry, cast("IdentityModelRepository", None))
    spaces.loaded[ref] = embedding = cast("FaceEmbedding", object())
    assert spaces.alone(ref) == [embedding]
    registry.quarantine(Quarantined(ref.name, ref.version, "its graph cannot be loaded"))
    assert spaces.alone(ref) == []


async def _import(bench: InferenceBench, graph: bytes, name: str, version: str) -> None:
    manifest = {
        "name": name,
        "version": version,
        "task": "classification",
        "intended_use": "Doubles numbers in tests.",
        "licence": {"code": "MIT", "weights": "MIT"},
        "files": [{"name": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest()}],
    }
    files = {"model.onnx": graph}
    await bench.call(
        "ImportModel", api.ImportModelRequest(manifest=yaml.safe_dump(manifest).encode(), files=files)
    )


def _processes_of_models() -> set[int]:
    """Return the process ids of models that run in processes of their own."""
    children = [path.read_text().split() for path in Path("/proc/self/task").glob("*/children")]
    found = {int(pid) for pids in children for pid in pids}
    return {pid for pid in found if b"isolated_child" in Path(f"/proc/{pid}/cmdline").read_bytes()}


async def test_a_registered_model_has_no_process_before_its_first_run_and_fails_then_alone() -> None:
    graph = graphs.doubling()
    async with InferenceBench(loader=OnnxLoader(1)) as bench:
        before = _processes_of_models()
        for name, version in (("site/a", "1.0"), ("site/b", "1.0"), ("site/b", "2.0")):
            await _import(bench, graph, name, version)
        assert _processes_of_models() == before
        async with InferenceBench(
            documents=bench.documents, objects=bench.objects, loader=OnnxLoader(1)
        ) as other:
            await bench.outbox.flush()
            for registered in bench.facts.of(ModelRegistered):
                await other.deliver(registered)
            found = {str(one.model.manifest.ref): one.model for one in other.registry.all()}
            assert _processes_of_models() == before
            one, broken = found["site/a@1.0"], found["site/b@1.0"]
            assert [(spec.name, spec.dtype.name, spec.shape) for spec in (*one.inputs, *one.outputs)] == [
                ("x", "float32", (-1, 2)), ("y", "float32", (-1, 2)),
            ]  # fmt: skip
            assert (one.engine, one.provider) == ("isolated", "CPUExecutionProvider")
            ones = {"x": np.ones((1, 2), np.float32)}
            assert one.run(ones)["y"].tolist() == [[2, 2]]
            assert len(_processes_of_models() - before) == 1
            (other.scratch / "models/site/b/1.0/model.onnx").unlink()
            with pytest.raises(RunFailedError, match="cannot be read any more"):
                broken.run(ones)
            (reason,) = other.registry.quarantined()
            assert (reason.name, reason.version) == ("site/b", "1.0")
            assert "cannot be read any more" in reason.reason
            now = other.registry.find("site/b")
            assert now is not None
            assert now.manifest.version == "2.0"
            assert now.run(ones)["y"].tolist() == [[2, 2]]
            for model in (one, now):
                model.close()
        assert _processes_of_models() == before
