"""Models that are not taken in: the reason is said, and nothing of them is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from onnx import TensorProto, helper

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_inference.adapters.graph_checks import check_graph
from framewell_inference.adapters.graph_description import describe_graph
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.testing import InferenceBench, graphs
from framewell_inference.testing.imports import (
    doubling,
    manifest,
    manifest_text,
    parts,
    registrations,
    streamed,
    take_in,
    with_subgraph,
)
from framewell_kit.object_references import ObjectReferences
from framewell_kit.outcomes import Conflict, Forbidden, Rejected
from framewell_models.folders import ModelFolder
from framewell_models.manifest import ManifestError


@pytest.mark.parametrize(
    ("graph", "complaint"),
    [
        (b"no graph", "not a valid ONNX graph"),
        (b"", "not a valid ONNX graph"),
        (doubling(domain="evil.custom"), "evil.custom"),
        (doubling(external=True), "stand in '../../etc/passwd'"),
        (with_subgraph(external=True), "outside the graph|valid ONNX"),
        (doubling(opset=3), "opset 3|valid ONNX"),
    ],
)
def test_a_graph_that_asks_for_more_than_arithmetic_is_refused(graph: bytes, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        check_graph(manifest(graph), graph)


def test_one_tensor_of_two_gib_is_refused_in_words() -> None:
    graph, files = graphs.with_weights_in("a.data", length=2 << 30), {"a.data": 4 << 30}
    with pytest.raises(InvalidInputError, match="one tensor of 2 GiB or more"):
        describe_graph(graph, outside=files)


def test_a_graph_of_another_hash_is_refused() -> None:
    with pytest.raises(ManifestError, match="sha256"):
        check_graph(manifest(doubling()), doubling(opset=16))


@pytest.fixture
async def bench() -> AsyncIterator[InferenceBench]:
    async with InferenceBench() as bench:
        yield bench


async def test_what_cannot_be_taken_in_is_refused_with_a_reason_and_leaves_nothing(
    bench: InferenceBench,
) -> None:
    graph = doubling()
    text = manifest_text(graph)
    with pytest.raises(Rejected, match="files are"):
        await take_in(bench, text, {"model.onnx": graph, "extra.onnx": graph})
    with pytest.raises(Rejected, match="may carry code"):
        await take_in(bench, text.replace(b"model.onnx", b"model.pth"), {"model.pth": graph})
    for name in (
        "../model.onnx",
        "a/../model.onnx",
        "/tmp/model.onnx",
        "..\\model.onnx",
        ".model.onnx",
        "a\0.onnx",
    ):
        with pytest.raises(Rejected, match="plain file name"):
            await take_in(bench, text, {name: graph})
    with pytest.raises(Rejected, match="promote the run"):
        await take_in(bench, manifest_text(graph, name="identity/news"), {"model.onnx": graph})
    with pytest.raises(Rejected, match="has sha256") as tampered:
        await take_in(bench, text, {"model.onnx": graph + b"0"})
    assert "/model" not in str(tampered.value)
    for bad in (b"no graph", doubling(domain="evil.custom"), with_subgraph(external=True)):
        with pytest.raises(Rejected, match="is not taken"):
            await take_in(bench, manifest_text(bad), {"model.onnx": bad})
    for name, version, complaint in (
        ("faces/yunet", "9", "that of a model that ships"),
        ("faces", "1.0", "does not read owner/name"),
        ("house.dogs", "1.0", "does not read owner/name"),
        ("house.dogs/small", "1.0", "does not read owner/name"),
        ("h/" + "n" * 199, "1.0", "200"),
        ("house/dogs", "1" * 41, "40"),
    ):
        with pytest.raises(Rejected, match=complaint):
            await take_in(bench, manifest_text(graph, name=name, version=version), {"model.onnx": graph})
    assert bench.facts.of(ModelRegistered) == []
    assert list(bench.scratch.glob("model-*")) == []
    await take_in(bench, text, {"model.onnx": graph})
    with pytest.raises(Conflict, match="there already"):
        await take_in(bench, text, {"model.onnx": graph})


async def test_an_import_that_cannot_be_loaded_in_the_end_leaves_nothing(
    bench: InferenceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unusable(self: ModelFolder) -> list[str]:
        return ["it is gone"] if "model-" not in str(self.folder) else []

    monkeypatch.setattr(ModelFolder, "problems", unusable)
    with pytest.raises(Rejected, match="it is gone"):
        await take_in(bench, manifest_text(doubling()), {"model.onnx": doubling()})
    assert [list(one.versions) for one in await registrations(bench)] == [[]]
    assert (await bench.call("ListModels", api.ListModelsRequest())).models == []
    assert await ObjectReferences(bench.documents, bench.objects).holders("model:") == []


async def test_a_client_that_vanishes_in_the_middle_leaves_nothing(bench: InferenceBench) -> None:
    header, piece = parts(manifest_text(doubling()), {"model.onnx": b"123"})

    async def broken() -> AsyncIterator[api.UploadModelRequest]:
        yield header
        yield piece
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await bench.call("UploadModel", broken())
    assert list(bench.scratch.glob("model-*")) == []
    assert bench.registry.all() == []


async def test_streams_in_another_order_are_refused(bench: InferenceBench) -> None:
    header, piece = parts(b"name: x", {"model.onnx": b"12"})
    for messages, complaint in (
        ([], "first message"),
        ([piece], "first message"),
        ([header, header], "only pieces"),
        ([header, piece, api.UploadModelRequest()], "only pieces"),
    ):
        with pytest.raises(Rejected, match=complaint):
            await bench.call("UploadModel", streamed(messages))
    other = api.UploadModelRequest(piece=api.ModelPiece(file="labels.txt", data=b"a"))
    with pytest.raises(Rejected, match="one after the other"):
        await bench.call("UploadModel", streamed([header, piece, other, piece]))
    long = api.UploadModelRequest(piece=api.ModelPiece(file="model.onnx", data=bytes((1 << 20) + 1)))
    with pytest.raises(Rejected, match="at most 1 MiB"):
        await bench.call("UploadModel", streamed([header, long]))


@pytest.mark.parametrize(
    ("graph", "complaint"),
    [
        (graphs.endless(), "cannot be run"),
        (graphs.echo(TensorProto.BFLOAT16), "bfloat16"),
        (graphs.echo(TensorProto.FLOAT8E4M3FN), "float8e4m3fn"),
        (graphs.echo(TensorProto.INT4), "int4"),
    ],
)
async def test_a_model_that_cannot_be_run_is_not_taken(
    bench: InferenceBench, graph: bytes, complaint: str
) -> None:
    text = manifest_text(graph) + b"limits: {seconds: 0.3}\n"
    with pytest.raises(Rejected, match=complaint):
        await take_in(bench, text, {"model.onnx": graph})


async def test_a_model_that_asks_for_all_memory_is_refused_by_the_process_that_tries_it() -> None:
    value = helper.make_tensor_value_info
    shape = helper.make_tensor("shape", TensorProto.INT64, [1], [1 << 34])  # 64 GiB of zeros
    bomb = helper.make_graph(
        [
            helper.make_node("ConstantOfShape", ["shape"], ["zeros"]),
            helper.make_node("ReduceSum", ["zeros"], ["none"], keepdims=0),
            helper.make_node("Add", ["x", "none"], ["y"]),
        ],
        "bomb",
        [value("x", TensorProto.FLOAT, [1])],
        [value("y", TensorProto.FLOAT, [1])],
        [shape],
    )
    graph = graphs.model_of(bomb)
    text = manifest_text(graph) + b"limits: {memory_mib: 256, seconds: 20}\n"
    async with InferenceBench(loader=OnnxLoader(1)) as bench:
        with pytest.raises(Rejected, match="is not taken"):
            await take_in(bench, text, {"model.onnx": graph})
        assert bench.registry.all() == []


async def test_only_operators_change_models(bench: InferenceBench) -> None:
    named = ModelVersion(name="site/doubling", version="1.0")
    for method, request in (
        ("UploadModel", streamed(parts(b"name: x", {}))),
        ("ImportModel", api.ImportModelRequest()),
        ("ChooseVersion", api.ChooseVersionRequest(model=named)),
        ("EnableModel", api.EnableModelRequest(name="site/doubling")),
        ("DisableModel", api.DisableModelRequest(name="site/doubling")),
        ("RemoveModel", api.RemoveModelRequest(model=named)),
    ):
        with pytest.raises(Forbidden, match="takes the role admin"):
            await bench.call(method, request, authority="curator")
