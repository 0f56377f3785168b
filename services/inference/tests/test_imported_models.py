"""Graphs from outside: checked before they are loaded, and only then served by name."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_inference.adapters.graph_checks import check_graph
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.testing import InferenceBench
from framewell_inference.wiring.analysers import load_site_models
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_models.manifest import Manifest, ManifestError
from framewell_models.manifest_reader import read


def doubling(*, domain: str = "", opset: int = 17, external: bool = False) -> bytes:
    """y = 2 x, as an ONNX graph, sound or not."""
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


def manifest_text(graph: bytes, *, name: str = "site/doubling", version: str = "1.0") -> bytes:
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
    return read(manifest_text(graph).decode())


@pytest.mark.parametrize(
    ("graph", "complaint"),
    [
        (b"no graph", "not a valid ONNX graph"),
        (doubling(domain="evil.custom"), "evil.custom"),
        (doubling(external=True), "outside the graph|valid ONNX"),
        (doubling(opset=3), "opset 3|valid ONNX"),
    ],
)
def test_a_graph_that_asks_for_more_than_arithmetic_is_refused(graph: bytes, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        check_graph(manifest(graph), graph)


def test_a_graph_of_another_hash_is_refused() -> None:
    with pytest.raises(ManifestError, match="sha256"):
        check_graph(manifest(doubling()), doubling(opset=16))


@pytest.fixture
async def bench() -> AsyncIterator[InferenceBench]:
    async with InferenceBench() as bench:
        yield bench


async def take_in(bench: InferenceBench, manifest: bytes, files: dict[str, bytes]) -> api.Model:
    request = api.ImportModelRequest(manifest=manifest, files=files)
    answer = await bench.call("ImportModel", request)
    assert isinstance(answer.model, api.Model)
    return answer.model


async def test_an_imported_model_runs_by_name_and_survives_a_restart(bench: InferenceBench) -> None:
    graph = doubling()
    taken = await take_in(bench, manifest_text(graph), {"model.onnx": graph})
    assert taken.in_force
    model = bench.registry.find("site/doubling")
    assert model is not None
    assert model.run({"x": np.array([1, 2], np.float32)})["y"].tolist() == [2, 4]

    async with InferenceBench(documents=bench.documents, objects=bench.objects) as restarted:
        assert restarted.registry.find("site/doubling", "1.0") is not None


async def test_a_second_version_waits_until_it_is_chosen(bench: InferenceBench) -> None:
    for version in ("1.0", "2.0"):
        graph = doubling()
        await take_in(bench, manifest_text(graph, version=version), {"model.onnx": graph})
    answer = await bench.call("ListModels", api.ListModelsRequest())
    assert [(one.model.version, one.in_force) for one in answer.models] == [("1.0", True), ("2.0", False)]
    chosen = api.ChooseVersionRequest(model=ModelVersion(name="site/doubling", version="2.0"))
    await bench.call("ChooseVersion", chosen)
    found = bench.registry.find("site/doubling")
    assert found is not None
    assert found.manifest.version == "2.0"
    chosen.model.version = "9.0"
    with pytest.raises(NotFound):
        await bench.call("ChooseVersion", chosen)


async def test_models_are_paged_by_name_and_version(bench: InferenceBench) -> None:
    for version in ("1.0", "2.0", "3.0"):
        graph = doubling()
        await take_in(bench, manifest_text(graph, version=version), {"model.onnx": graph})
    first = await bench.call("ListModels", api.ListModelsRequest(page_size=2))
    rest = await bench.call("ListModels", api.ListModelsRequest(page_token=first.next_page_token))
    assert [one.model.version for one in [*first.models, *rest.models]] == ["1.0", "2.0", "3.0"]
    assert rest.next_page_token == ""
    assert first.total_size == rest.total_size == 3
    for wanted, versions in (
        ({"in_force": True}, ["1.0"]),
        ({"in_force": False}, ["2.0", "3.0"]),
        ({"name": "site/doubling"}, ["1.0", "2.0", "3.0"]),
        ({"name": "site"}, []),
    ):
        answer = await bench.call("ListModels", api.ListModelsRequest(**wanted))
        assert [one.model.version for one in answer.models] == versions


async def test_what_cannot_be_taken_in_is_refused_with_a_reason(bench: InferenceBench) -> None:
    graph = doubling()
    text = manifest_text(graph)
    with pytest.raises(Rejected, match="files are"):
        await take_in(bench, text, {"model.onnx": graph, "extra.onnx": graph})
    with pytest.raises(Rejected, match="may carry code"):
        await take_in(bench, text.replace(b"model.onnx", b"model.pth"), {"model.pth": graph})
    with pytest.raises(Rejected, match="promote the run"):
        await take_in(bench, manifest_text(graph, name="identity/news"), {"model.onnx": graph})
    await take_in(bench, text, {"model.onnx": graph})
    with pytest.raises(Conflict, match="there already"):
        await take_in(bench, text, {"model.onnx": graph})


def test_a_swap_is_seen_whole() -> None:
    registry, loader = LoadedModelRegistry(), OnnxLoader(1)
    graph = doubling()
    first = loader.load_bytes(manifest(graph), graph)
    second = loader.load_bytes(read(manifest_text(graph, version="2.0").decode()), graph)
    registry.put(first, in_force=True)
    registry.put(second, in_force=False)
    assert registry.find("site/doubling") is first
    registry.put(second, in_force=True)
    assert registry.find("site/doubling") is second
    assert registry.find("site/doubling", "1.0") is first
    registry.drop(second.manifest.ref)
    assert registry.find("site/doubling") is None


def test_a_folder_beside_the_shipped_ones_is_served_and_a_broken_one_is_named(tmp_path: Path) -> None:
    registry, graph = LoadedModelRegistry(), doubling()
    for version, content in (("1.0", graph), ("2.0", b"tampered")):
        folder = tmp_path / "site/doubling" / version
        folder.mkdir(parents=True)
        (folder / "model.yaml").write_bytes(manifest_text(graph, version=version))
        (folder / "model.onnx").write_bytes(content)
    (problem,) = load_site_models(tmp_path, OnnxLoader(1), registry)
    assert "site/doubling@2.0" in problem
    found = registry.find("site/doubling")
    assert found is not None
    assert found.manifest.version == "1.0"
