"""Graphs from outside: checked before they are loaded, and only then served by name."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from framewell_inference.adapters.graph_checks import check_graph
from framewell_inference.adapters.identity_model_documents import IdentityModelDocuments
from framewell_inference.adapters.imported_model_documents import ImportedModelDocuments
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.analysers.recognition import FaceIdentifier
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.handlers.manage_models import ManageModels
from framewell_inference.wiring.analysers import load_site_models
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_models.manifest import Manifest, ManifestError, ModelRef, read


class NoJobs:
    async def put(self, ref: ModelRef, revision: int, cause: Cause) -> None:
        raise AssertionError("no job is expected")


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


def manifest_text(graph: bytes, *, name: str = "house/doubling", version: str = "1.0") -> bytes:
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
def manage() -> ManageModels:
    documents, objects, registry, loader = MemoryDocuments(), MemoryObjects(), LoadedModelRegistry(), OnnxLoader(1)
    return ManageModels(
        registry=registry,
        imported=ImportedModelDocuments(documents, objects, loader),
        identities=IdentityModelDocuments(documents, objects, loader, registry, FaceIdentifier.over),
        jobs=NoJobs(),
        pictures=(),
        sounds=(),
    )


async def test_an_imported_model_runs_by_name_and_survives_a_restart(manage: ManageModels) -> None:
    graph = doubling()
    taken = await manage.take_in(manifest_text(graph), {"model.onnx": graph})
    assert taken.in_force
    model = manage.registry.find("house/doubling")
    assert model is not None
    assert model.run({"x": np.array([1, 2], np.float32)})["y"].tolist() == [2, 4]

    restarted = LoadedModelRegistry()
    assert isinstance(manage.imported, ImportedModelDocuments)
    await manage.imported.restore(restarted)
    assert restarted.find("house/doubling", "1.0") is not None


async def test_a_second_version_waits_until_it_is_chosen(manage: ManageModels) -> None:
    for version in ("1.0", "2.0"):
        graph = doubling()
        await manage.take_in(manifest_text(graph, version=version), {"model.onnx": graph})
    assert [(one.model.version, one.in_force) for one in await manage.models()] == [
        ("1.0", True),
        ("2.0", False),
    ]
    cause = Cause(id="c", source="s", type="t", time=None)  # type: ignore[arg-type]
    await manage.choose(ModelRef("house/doubling", "2.0"), cause)
    found = manage.registry.find("house/doubling")
    assert found is not None
    assert found.manifest.version == "2.0"
    with pytest.raises(NotFound):
        await manage.choose(ModelRef("house/doubling", "9.0"), cause)


async def test_what_cannot_be_taken_in_is_refused_with_a_reason(manage: ManageModels) -> None:
    graph = doubling()
    text = manifest_text(graph)
    with pytest.raises(Rejected, match="files are"):
        await manage.take_in(text, {"model.onnx": graph, "extra.onnx": graph})
    with pytest.raises(Rejected, match="may carry code"):
        await manage.take_in(text.replace(b"model.onnx", b"model.pth"), {"model.pth": graph})
    with pytest.raises(Rejected, match="promote the run"):
        await manage.take_in(manifest_text(graph, name="identity/news"), {"model.onnx": graph})
    await manage.take_in(text, {"model.onnx": graph})
    with pytest.raises(Conflict, match="there already"):
        await manage.take_in(text, {"model.onnx": graph})


def test_a_swap_is_seen_whole() -> None:
    registry, loader = LoadedModelRegistry(), OnnxLoader(1)
    graph = doubling()
    first = loader.load_bytes(manifest(graph), graph)
    second = loader.load_bytes(read(manifest_text(graph, version="2.0").decode()), graph)
    registry.put(first, in_force=True)
    registry.put(second, in_force=False)
    assert registry.find("house/doubling") is first
    registry.put(second, in_force=True)
    assert registry.find("house/doubling") is second
    assert registry.find("house/doubling", "1.0") is first
    registry.drop(second.manifest.ref)
    assert registry.find("house/doubling") is None


def test_a_folder_beside_the_shipped_ones_is_served_and_a_broken_one_is_named(tmp_path: Path) -> None:
    registry, graph = LoadedModelRegistry(), doubling()
    for version, content in (("1.0", graph), ("2.0", b"tampered")):
        folder = tmp_path / "house/doubling" / version
        folder.mkdir(parents=True)
        (folder / "model.yaml").write_bytes(manifest_text(graph, version=version))
        (folder / "model.onnx").write_bytes(content)
    (problem,) = load_site_models(tmp_path, OnnxLoader(1), registry)
    assert "house/doubling@2.0" in problem
    found = registry.find("house/doubling")
    assert found is not None
    assert found.manifest.version == "1.0"
