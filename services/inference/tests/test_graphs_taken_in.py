"""What a graph may be made of: types of tensors, weights in files beside it, operators."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import numpy as np
import pytest
import yaml
from onnx import TensorProto

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.testing import InferenceBench, graphs
from framewell_inference.testing.imports import (
    manifest_text,
    take_in,
)
from framewell_kit.outcomes import Rejected


@pytest.fixture
async def bench() -> AsyncIterator[InferenceBench]:
    async with InferenceBench() as bench:
        yield bench


@pytest.mark.parametrize("kind", [TensorProto.STRING, TensorProto.UINT16])
async def test_tensors_of_other_types_are_taken(bench: InferenceBench, kind: int) -> None:
    graph = graphs.echo(kind)
    assert (await take_in(bench, manifest_text(graph), {"model.onnx": graph})).in_force


WEIGHTS = np.array([2, 3], np.float32).tobytes()


def folder_of(files: dict[str, bytes], name: str = "site/outside") -> bytes:
    """Return the manifest of a folder with these files."""
    document = yaml.safe_load(manifest_text(b"", name=name))
    document["files"] = [
        {"name": file, "sha256": hashlib.sha256(content).hexdigest()} for file, content in files.items()
    ]
    return yaml.safe_dump(document).encode()


@pytest.mark.parametrize("loader", [None, OnnxLoader(1)], ids=["inside", "isolated"])
async def test_weights_may_stand_in_files_of_the_folder(loader: OnnxLoader | None) -> None:
    files = {
        "model.onnx": graphs.with_weights_in("model.onnx.data", offset=4),
        "model.onnx.data": b"1234" + WEIGHTS,
    }
    async with InferenceBench(loader=loader) as bench:
        assert (await take_in(bench, folder_of(files), files)).in_force
        model = bench.registry.find("site/outside")
        assert model is not None
        assert model.run({"x": np.ones((2, 2), np.float32)})["y"].tolist() == [[2, 3]] * 2
        await bench.call("RemoveModel", api.RemoveModelRequest(model=ModelVersion(name="site/outside")))


@pytest.mark.parametrize(
    ("graph", "complaint"),
    [
        (graphs.with_weights_in("../model.onnx.data"), "stand in"),
        (graphs.with_weights_in("/etc/passwd"), "stand in"),
        (graphs.with_weights_in("labels.txt"), "stand in"),
        (graphs.with_weights_in("*/_ORT_MEM_ADDR_/*"), "stand in"),
        (graphs.with_weights_in(""), "stand in"),
        (graphs.with_weights_in("model.onnx.data", offset=4), "end behind the end"),
        (graphs.with_weights_in("model.onnx.data", offset=-8), "end behind the end"),
        (graphs.with_weights_in("model.onnx.data", offset=10**30), "end behind the end"),
        (graphs.with_weights_in("model.onnx.data", length=4), "cannot be loaded|cannot load|valid ONNX"),
    ],
)
async def test_weights_elsewhere_are_refused(bench: InferenceBench, graph: bytes, complaint: str) -> None:
    files = {"model.onnx": graph, "model.onnx.data": WEIGHTS, "labels.txt": b"12345678"}
    with pytest.raises(Rejected, match=complaint) as refused:
        await take_in(bench, folder_of(files), files)
    assert "/work" not in str(refused.value)
    assert bench.registry.all() == []


@pytest.mark.parametrize(
    ("graph", "complaint"),
    [
        (graphs.contributed(), ""),
        (graphs.contributed("NoSuchOperator"), "NoSuchOperator of 'com.microsoft' cannot be run"),
        (graphs.contributed("EPContext"), "EPContext of 'com.microsoft' cannot be run"),
        (graphs.contributed(domain="house.own"), "'house.own' cannot be run"),
        (graphs.nested(16), ""),
        (graphs.nested(17), "16 deep at most"),
        (graphs.nested(30), "16 deep at most"),
    ],
)
async def test_operators_that_the_runtime_ships_are_taken_and_others_named(
    bench: InferenceBench, graph: bytes, complaint: str
) -> None:
    if not complaint:
        assert (await take_in(bench, manifest_text(graph), {"model.onnx": graph})).in_force
        return
    with pytest.raises(Rejected, match=complaint):
        await take_in(bench, manifest_text(graph), {"model.onnx": graph})
