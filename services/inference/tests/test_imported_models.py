"""Graphs from outside: checked before they are loaded, and only then served by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.remote.opening import OpenFolder
from framewell_inference.testing import IN_PROCESS, SANDBOX, InferenceBench, graphs
from framewell_inference.testing.imports import (
    doubling,
    manifest,
    manifest_text,
    registrations,
    take_in,
)
from framewell_inference.wiring.models import load_site_models
from framewell_kit.outcomes import Conflict, NotFound
from framewell_models.manifest_reader import read


@pytest.fixture
async def bench() -> AsyncIterator[InferenceBench]:
    async with InferenceBench() as bench:
        yield bench


async def test_an_imported_model_runs_by_name_and_reaches_every_replica(bench: InferenceBench) -> None:
    graph = doubling()
    taken = await take_in(bench, manifest_text(graph), {"model.onnx": graph})
    assert taken.in_force
    model = bench.registry.find("site/doubling")
    assert model is not None
    assert model.run({"x": np.array([1, 2], np.float32)})["y"].tolist() == [2, 4]

    async with InferenceBench(documents=bench.documents, objects=bench.objects) as other:
        for fact in await registrations(bench):
            await other.deliver(fact)
        assert other.registry.find("site/doubling", "1.0") is not None
        found = other.registry.find("site/doubling")
        assert found is not None
        assert found.run({"x": np.array([3], np.float32)})["y"].tolist() == [6]


async def test_a_model_that_fits_into_one_message_may_come_in_one(bench: InferenceBench) -> None:
    graph = doubling()
    request = api.ImportModelRequest(manifest=manifest_text(graph), files={"model.onnx": graph})
    assert (await bench.call("ImportModel", request)).model.in_force


async def test_a_second_version_waits_until_it_is_chosen_on_every_replica(bench: InferenceBench) -> None:
    for version in ("1.0", "2.0"):
        graph = doubling()
        await take_in(bench, manifest_text(graph, version=version), {"model.onnx": graph})
    answer = await bench.call("ListModels", api.ListModelsRequest())
    assert [(one.model.version, one.in_force) for one in answer.models] == [("1.0", True), ("2.0", False)]
    chosen = api.ChooseVersionRequest(model=ModelVersion(name="site/doubling", version="2.0"))
    await bench.call("ChooseVersion", chosen)
    async with InferenceBench(documents=bench.documents, objects=bench.objects) as other:
        for fact in await registrations(bench):
            await other.deliver(fact)
        for replica in (bench, other):
            found = replica.registry.find("site/doubling")
            assert found is not None
            assert found.manifest.version == "2.0"
    chosen.model.version = "9.0"
    with pytest.raises(NotFound):
        await bench.call("ChooseVersion", chosen)


async def test_a_version_of_this_machines_own_stays_in_force_until_another_is_chosen(
    bench: InferenceBench,
) -> None:
    graph = doubling()
    bench.registry.put(IN_PROCESS.load_bytes(manifest(graph), graph), in_force=True)
    taken = await take_in(bench, manifest_text(graph, version="2.0"), {"model.onnx": graph})
    assert not taken.in_force
    for fact in await registrations(bench):
        await bench.deliver(fact)
    found = bench.registry.find("site/doubling")
    assert found is not None
    assert found.manifest.version == "1.0"
    own = api.RemoveModelRequest(model=ModelVersion(name="site/doubling", version="1.0"))
    with pytest.raises(Conflict, match="that was taken in"):
        await bench.call("RemoveModel", own)
    chosen = api.ChooseVersionRequest(model=ModelVersion(name="site/doubling", version="2.0"))
    assert (await bench.call("ChooseVersion", chosen)).model.in_force


async def test_what_is_left_is_in_force_after_the_version_in_force_was_removed(bench: InferenceBench) -> None:
    graph = doubling()
    own = IN_PROCESS.load_bytes(manifest(graph), graph)
    bench.registry.put(own, in_force=True)
    await take_in(bench, manifest_text(graph, version="2.0"), {"model.onnx": graph})
    taken = ModelVersion(name="site/doubling", version="2.0")
    await bench.call("ChooseVersion", api.ChooseVersionRequest(model=taken))
    await bench.call("RemoveModel", api.RemoveModelRequest(model=ModelVersion(name="site/doubling")))
    assert bench.registry.find("site/doubling") is own


async def test_an_older_or_repeated_registration_changes_nothing(bench: InferenceBench) -> None:
    graph = doubling()
    for version in ("1.0", "2.0"):
        await take_in(bench, manifest_text(graph, version=version), {"model.onnx": graph})
    facts = bench.facts.of(ModelRegistered)
    assert [fact.revision for fact in facts] == [1, 2]
    assert {(fact.actor.principal, fact.actor.authority) for fact in facts} == {("anna", "local")}
    for fact in (*facts, facts[0]):
        await bench.deliver(fact)
    assert bench.registry.find("site/doubling", "2.0") is not None


async def test_a_removed_version_is_gone_from_every_replica_and_from_the_store(bench: InferenceBench) -> None:
    other_graph = doubling(opset=16)
    await take_in(bench, manifest_text(doubling()), {"model.onnx": doubling()})
    await take_in(bench, manifest_text(other_graph, version="2.0"), {"model.onnx": other_graph})
    async with InferenceBench(documents=bench.documents, objects=bench.objects) as other:
        for fact in await registrations(bench):
            await other.deliver(fact)
        held = other.registry.find("site/doubling", "1.0")
        in_force = api.RemoveModelRequest(model=ModelVersion(name="site/doubling", version="1.0"))
        with pytest.raises(Conflict, match="put another version in force first"):
            await bench.call("RemoveModel", in_force)
        chosen = api.ChooseVersionRequest(model=ModelVersion(name="site/doubling", version="2.0"))
        await bench.call("ChooseVersion", chosen)
        key = bench.facts.of(ModelRegistered)[-1].versions[0].files[0].content
        assert await bench.objects.exists(key)
        removed = (await bench.call("RemoveModel", in_force)).removed
        assert [one.version for one in removed] == ["1.0"]
        assert not await bench.objects.exists(key)
        for fact in await registrations(bench):
            await other.deliver(fact)
        for replica in (bench, other):
            assert replica.registry.find("site/doubling", "1.0") is None
            assert replica.registry.find("site/doubling") is not None
        assert held is not None
        assert held.run({"x": np.array([1], np.float32)})["y"].tolist() == [2]  # who had it may finish
    everything = api.RemoveModelRequest(model=ModelVersion(name="site/doubling"))
    assert [one.version for one in (await bench.call("RemoveModel", everything)).removed] == ["2.0"]
    assert (await bench.call("ListModels", api.ListModelsRequest())).models == []
    for name, complaint in (("site/doubling", "no version that was taken in"), ("faces/yunet", "ships")):
        with pytest.raises(Conflict, match=complaint):
            await bench.call("RemoveModel", api.RemoveModelRequest(model=ModelVersion(name=name)))


async def test_a_replica_that_starts_asks_for_nothing_that_was_removed_since(bench: InferenceBench) -> None:
    for version in ("1.0", "2.0"):
        graph = doubling(opset=16 + int(version[0]))
        await take_in(bench, manifest_text(graph, version=version), {"model.onnx": graph})
    await bench.call(
        "ChooseVersion", api.ChooseVersionRequest(model=ModelVersion(name="site/doubling", version="2.0"))
    )
    await bench.call(
        "RemoveModel", api.RemoveModelRequest(model=ModelVersion(name="site/doubling", version="1.0"))
    )
    await bench.outbox.flush()
    async with InferenceBench(documents=bench.documents, objects=bench.objects) as other:
        await other.deliver(bench.facts.of(ModelRegistered)[0])
        assert other.registry.quarantined() == []
        assert [one.model.manifest.version for one in other.registry.all()] == ["2.0"]


async def test_a_model_that_cannot_be_loaded_is_quarantined_and_stops_no_other(bench: InferenceBench) -> None:
    graph = doubling()
    for name in ("site/a", "site/b"):
        await take_in(bench, manifest_text(graph, name=name), {"model.onnx": graph})
    facts = {fact.name: fact for fact in await registrations(bench)}
    tampered = await bench.objects.put(graph + b"0", media_type="application/octet-stream", suffix=".onnx")
    facts["site/a"].versions[0].files[0].content.CopyFrom(tampered)
    async with InferenceBench(documents=bench.documents, objects=bench.objects) as other:
        for fact in facts.values():
            await other.deliver(fact)
        assert other.registry.find("site/a") is None
        assert other.registry.find("site/b") is not None
        listed = (await other.call("ListModels", api.ListModelsRequest())).models
        assert [(one.model.name, bool(one.quarantined)) for one in listed] == [
            ("site/a", True), ("site/b", False),
        ]  # fmt: skip
        assert "sha256" in listed[0].quarantined
        with pytest.raises(NotFound, match="in quarantine"):
            await other.call("EnableModel", api.EnableModelRequest(name="site/a"))


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


def test_a_swap_is_seen_whole() -> None:
    registry, loader = LoadedModelRegistry(), IN_PROCESS
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


async def test_a_folder_beside_the_shipped_ones_is_served_and_broken_ones_hide_no_other(
    tmp_path: Path,
) -> None:
    registry, graph = LoadedModelRegistry(), doubling()
    for version, content in (("1.0", graph), ("2.0", b"tampered"), ("3.0", graph)):
        folder = tmp_path / "site/doubling" / version
        folder.mkdir(parents=True)
        (folder / "model.yaml").write_bytes(manifest_text(graph, version=version))
        (folder / "model.onnx").write_bytes(content)
    for name, text in (
        ("a/malformed", b"{name: ["),
        ("b/latin", b"name: caf\xe9"),
        ("c/deep", b"[" * 5000),
        ("d/moved", manifest_text(graph)),
        ("e/odd", manifest_text(graphs.echo(TensorProto.BFLOAT16), name="e/odd")),
        ("faces", manifest_text(graph, name="faces")),
    ):
        folder = tmp_path / name / "1.0"
        folder.mkdir(parents=True)
        (folder / "model.yaml").write_bytes(text)
        (folder / "model.onnx").write_bytes(graphs.echo(TensorProto.BFLOAT16))
    await load_site_models(tmp_path, SANDBOX, OpenFolder(IN_PROCESS), registry)
    broken = {f"{one.name}@{one.version}": one.reason for one in registry.quarantined()}
    assert sorted(broken) == [
        "a/malformed@1.0", "b/latin@1.0", "c/deep@1.0", "d/moved@1.0", "e/odd@1.0", "faces@1.0",
        "site/doubling@2.0",
    ]  # fmt: skip
    assert "sha256" in broken["site/doubling@2.0"]
    assert "move its folder" in broken["d/moved@1.0"]
    assert not [reason for reason in broken.values() if str(tmp_path) in reason]
    assert "does not read owner/name" in broken["faces@1.0"]
    assert [str(one.model.manifest.ref) for one in registry.all()] == [
        "site/doubling@1.0",
        "site/doubling@3.0",
    ]
