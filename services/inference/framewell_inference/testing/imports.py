"""Models as a house brings them in: small graphs, their manifests, and how they are sent."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TypeVar

import numpy as np
import yaml
from onnx import TensorProto, helper, numpy_helper

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_inference.testing import InferenceBench
from framewell_models.manifest import Manifest
from framewell_models.manifest_reader import read

M = TypeVar("M")


def doubling(*, domain: str = "", opset: int = 17, external: bool = False) -> bytes:
    """Return y = 2 x as an ONNX graph, sound or not."""
    factor = numpy_helper.from_array(np.array([2.0], np.float32), "two")
    if external:
        factor.ClearField("raw_data")
        factor.data_location = TensorProto.EXTERNAL
        factor.external_data.add(key="location", value="../../etc/passwd")
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "two"], ["y"], domain=domain)],
        "doubling",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N"])],
        [factor],
    )
    opsets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return model.SerializeToString()


STEPS = b"""
preprocessing: {name: stretch, parameters: {side: 8}}
postprocessing: {name: scores}
"""


def classifier() -> bytes:
    """Return a graph that gives two scores: how dark a picture of 8 by 8 is, and how bright; together 1."""
    one = numpy_helper.from_array(np.array([[1.0]], np.float32), "one")
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["x"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["channels"]),
            helper.make_node("ReduceMean", ["channels"], ["bright"], axes=[1]),
            helper.make_node("Sub", ["one", "bright"], ["dark"]),
            helper.make_node("Concat", ["dark", "bright"], ["y"], axis=1),
        ],
        "brightness",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 2])],
        [one],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def with_subgraph(*, external: bool = False) -> bytes:
    """Return an If inside which a constant stands, sound or with its weights elsewhere."""
    constant = numpy_helper.from_array(np.zeros(3, np.float32), "c")
    if external:
        constant.ClearField("raw_data")
        constant.data_location = TensorProto.EXTERNAL
        constant.external_data.add(key="location", value="/etc/passwd")
    branch = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["b"])],
        "branch",
        [],
        [helper.make_tensor_value_info("b", TensorProto.FLOAT, [3])],
        [constant],
    )
    graph = helper.make_graph(
        [helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)],
        "branching",
        [helper.make_tensor_value_info("x", TensorProto.BOOL, [])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [3])],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def manifest_text(graph: bytes, *, name: str = "site/doubling", version: str = "1.0") -> bytes:
    """Return the manifest of a classifier in one file, with this graph."""
    return yaml.safe_dump(
        {
            "name": name,
            "version": version,
            "task": "classification",
            "intended_use": "Doubles numbers in tests.",
            "licence": {"code": "MIT", "weights": "MIT"},
            "files": [{"name": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest()}],
        }
    ).encode()


def manifest(graph: bytes) -> Manifest:
    """Return the manifest of a graph, as it is read."""
    return read(manifest_text(graph).decode())


def parts(text: bytes, files: dict[str, bytes], step: int = 7) -> Iterator[api.UploadModelRequest]:
    """Yield the messages of an upload: its manifest, then each file in pieces."""
    yield api.UploadModelRequest(header=api.ModelHeader(manifest=text))
    for name, data in files.items():
        for start in range(0, max(1, len(data)), step):
            piece = api.ModelPiece(file=name, data=data[start : start + step])
            yield api.UploadModelRequest(piece=piece)


async def streamed(messages: Iterable[M]) -> AsyncIterator[M]:
    """Yield messages as a stream does."""
    for message in messages:
        yield message


async def take_in(bench: InferenceBench, text: bytes, files: dict[str, bytes]) -> api.Model:
    """Import a folder, and return what was made of it."""
    answer = await bench.call("UploadModel", streamed(parts(text, files)))
    assert isinstance(answer.model, api.Model)
    return answer.model


async def registrations(bench: InferenceBench) -> list[ModelRegistered]:
    """Return the facts that left, as the compacted topic keeps them: the last of each name."""
    await bench.outbox.flush()
    return list({fact.name: fact for fact in bench.facts.of(ModelRegistered)}.values())
