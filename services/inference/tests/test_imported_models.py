"""Graphs from outside: checked before they are loaded, and only then served by name."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelRegistered, ModelScope
from framewell_inference.adapters.graph_checks import check_graph
from framewell_inference.adapters.graph_description import describe_graph
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.remote.opening import OpenFolder
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.testing import IN_PROCESS, SANDBOX, InferenceBench, graphs
from framewell_inference.wiring.models import load_site_models
from framewell_kit.object_references import ObjectReferences
from framewell_kit.outcomes import Conflict, Forbidden, NotFound, Rejected
from framewell_kit.testing.waiting import eventually
from framewell_models.folders import ModelFolder
from framewell_models.manifest import Manifest, ManifestError
from framewell_models.manifest_reader import read

M = TypeVar("M")


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


STEPS = b"""
preprocessing: {name: stretch, parameters: {side: 8}}
postprocessing: {name: scores}
"""


def classifier() -> bytes:
    """The brightness of a picture of 8 by 8, and what is left to 1, as scores of two labels."""
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


def with_subgraph(*, external: bool = False) -> bytes:
    """If inside which a constant stands, sound or with its weights elsewhere."""
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


def parts(text: bytes, files: dict[str, bytes], step: int = 7) -> Iterator[api.UploadModelRequest]:
    yield api.UploadModelRequest(header=api.ModelHeader(manifest=text))
    for name, data in files.items():
        for start in range(0, max(1, len(data)), step):
            piece = api.ModelPiece(file=name, data=data[start : start + step])
            yield api.UploadModelRequest(piece=piece)


async def streamed(messages: Iterable[M]) -> AsyncIterator[M]:
    for message in messages:
        yield message


async def take_in(bench: InferenceBench, text: bytes, files: dict[str, bytes]) -> api.Model:
    answer = await bench.call("UploadModel", streamed(parts(text, files)))
    assert isinstance(answer.model, api.Model)
    return answer.model


async def registrations(bench: InferenceBench) -> list[ModelRegistered]:
    """Return the facts that left, as the compacted topic keeps them: the last of each name."""
    await bench.outbox.flush()
    return list({fact.name: fact for fact in bench.facts.of(ModelRegistered)}.values())


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


async def test_no_request_fails_while_versions_come_and_go_on_two_replicas(bench: InferenceBench) -> None:
    graph = doubling()
    await take_in(bench, manifest_text(graph), {"model.onnx": graph})
    async with InferenceBench(documents=bench.documents, objects=bench.objects) as other:

        async def spread() -> None:
            for fact in await registrations(bench):
                await other.deliver(fact)

        await spread()
        ended, answered, failures = threading.Event(), Counter[str](), list[Exception]()

        def ask(registry: LoadedModelRegistry) -> None:
            while not ended.is_set():
                try:
                    model = registry.find("site/doubling")
                    assert model is not None
                    assert model.run({"x": np.array([1], np.float32)})["y"].tolist() == [2]
                    answered[model.manifest.version] += 1
                except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                    failures.append(error)

        callers = [threading.Thread(target=ask, args=[one.registry]) for one in (bench, other)]
        for caller in callers:
            caller.start()
        try:
            for version, before in (("2.0", "1.0"), ("3.0", "2.0")):
                await take_in(bench, manifest_text(graph, version=version), {"model.onnx": graph})
                await spread()
                named = ModelVersion(name="site/doubling", version=version)
                await bench.call("ChooseVersion", api.ChooseVersionRequest(model=named))
                await spread()
                old = ModelVersion(name="site/doubling", version=before)
                await bench.call("RemoveModel", api.RemoveModelRequest(model=old))
                await spread()
                await eventually(lambda version=version: answered[version] > 0)
        finally:
            ended.set()
            for caller in callers:
                await asyncio.to_thread(caller.join)
    assert failures == []
    assert set(answered) == {"1.0", "2.0", "3.0"}


async def test_an_enabled_model_looks_is_listed_and_looks_no_more_when_disabled(
    bench: InferenceBench,
) -> None:
    graph = classifier()
    text = manifest_text(graph, name="site/bright") + STEPS
    await take_in(bench, text, {"model.onnx": graph})
    chunk = "1c5b2c1e-0000-4000-8000-00000000000{}/0/0"
    white = np.full((90, 160, 3), 255, np.uint8)
    assert list((await bench.analyse([white], chunk.format("a"))).results) == []
    enabled = (await bench.call("EnableModel", api.EnableModelRequest(name="site/bright"))).model
    assert list(enabled.enabled) == [ModelScope()]
    names = [one.name for one in (await bench.call("ListAnalysers", api.ListAnalysersRequest())).analysers]
    assert "site.bright" in names
    (result,) = (await bench.analyse([white], chunk.format("b"))).results
    assert (result.analyser, result.model.name, result.model.version) == ("site.bright", "site/bright", "1.0")
    asked = api.ListObservationsRequest(asset_id=chunk.format("b").partition("/")[0])
    (seen,) = (await bench.call("ListObservations", asked)).observations
    assert (seen.kind, seen.label, seen.model.name) == ("label", "1", "site/bright")
    await bench.call("DisableModel", api.DisableModelRequest(name="site/bright"))
    assert list((await bench.analyse([white], chunk.format("c"))).results) == []


async def test_what_may_not_be_analysed_is_looked_at_by_no_enabled_model(bench: InferenceBench) -> None:
    graph = classifier()
    await take_in(bench, manifest_text(graph, name="site/bright") + STEPS, {"model.onnx": graph})
    await bench.call("EnableModel", api.EnableModelRequest(name="site/bright"))
    asset = "1c5b2c1e-0000-4000-8000-00000000000d"
    await bench.decide(asset, allowed=False)
    analysed = await bench.analyse([np.full((90, 160, 3), 255, np.uint8)], f"{asset}/0/0")
    assert analysed.outcome.failed.code == "withheld"
    assert list(analysed.results) == []
    asked = api.ListObservationsRequest(asset_id=asset)
    assert (await bench.call("ListObservations", asked)).observations == []


async def test_a_model_is_enabled_and_disabled_by_series_and_channel(bench: InferenceBench) -> None:
    graph = classifier()
    await take_in(bench, manifest_text(graph, name="site/bright") + STEPS, {"model.onnx": graph})
    news, sport = ModelScope(series="Abendschau"), ModelScope(channel="Sport")

    async def change(method: str, *scopes: ModelScope) -> list[ModelScope]:
        kind = getattr(api, f"{method}Request")
        return list((await bench.call(method, kind(name="site/bright", scopes=scopes))).model.enabled)

    assert await change("EnableModel", news) == [news]
    assert await change("EnableModel", sport, news) == [news, sport]
    assert await change("DisableModel", news) == [sport]
    with pytest.raises(Conflict, match="it is for channel Sport"):
        await change("DisableModel", news)
    assert await change("EnableModel") == [ModelScope()]
    assert await change("DisableModel") == []
    await take_in(bench, manifest_text(doubling()), {"model.onnx": doubling()})
    with pytest.raises(Conflict, match="declares no preprocessing"):
        await bench.call("EnableModel", api.EnableModelRequest(name="site/doubling"))
    blind = ModelVersion(name="site/bright", version="2.0")
    await take_in(bench, manifest_text(graph, name=blind.name, version=blind.version), {"model.onnx": graph})
    await change("EnableModel", news)
    with pytest.raises(Conflict, match="nothing would look at series Abendschau any more"):
        await bench.call("ChooseVersion", api.ChooseVersionRequest(model=blind))
    await change("DisableModel")
    assert (await bench.call("ChooseVersion", api.ChooseVersionRequest(model=blind))).model.in_force


async def test_a_folder_is_tried_and_nothing_of_it_is_kept(bench: InferenceBench) -> None:
    graph = classifier()
    text = manifest_text(graph, name="site/bright") + STEPS

    async def attempt(text: bytes, picture: bytes) -> api.TryModelResponse:
        header, *pieces = parts(text, {"model.onnx": graph}, 1000)
        messages = [api.TryModelRequest(header=header.header)]
        messages += [api.TryModelRequest(piece=one.piece) for one in pieces]
        messages += [api.TryModelRequest(picture=picture)] if picture else []
        answer = await bench.call("TryModel", streamed(messages))
        assert isinstance(answer, api.TryModelResponse)
        return answer

    picture = cv2.imencode(".png", np.full((90, 160, 3), 255, np.uint8))[1].tobytes()
    answer = await attempt(text, picture)
    assert [(one.kind, one.label) for one in answer.observations] == [("label", "1")]
    assert answer.examination.opset == 17
    assert "GlobalAveragePool" in answer.examination.operators
    assert list((await attempt(text, b"")).observations) == []
    assert (await attempt(text.replace(b"site/bright", b"faces/yunet"), b"")).examination.opset == 17
    with pytest.raises(Rejected, match="cannot be read"):
        await attempt(text, b"no picture")
    wrong = text.replace(b"{name: scores", b"{name: scores, parameters: {output: none}} #")
    with pytest.raises(Rejected, match="output of scores is none"):
        await attempt(wrong, picture)
    assert bench.registry.all() == []
    assert list(bench.scratch.glob("model-*")) == []


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


async def test_of_two_imports_of_a_version_at_once_one_is_kept_and_the_other_leaves_nothing(
    bench: InferenceBench,
) -> None:
    sent = [doubling(), doubling(opset=16)]
    async with InferenceBench(documents=bench.documents, objects=bench.objects) as other:
        answers = await asyncio.gather(
            *(
                take_in(replica, manifest_text(graph), {"model.onnx": graph})
                for replica, graph in zip((bench, other), sent, strict=True)
            ),
            return_exceptions=True,
        )
        lost = [at for at, answer in enumerate(answers) if isinstance(answer, Conflict)]
        assert len(lost) == 1, answers
        references = ObjectReferences(bench.documents, bench.objects)
        (holder,) = await references.holders("model:")
        assert len(await references.held_by(holder)) == 2
        keys = [f"{digest[:2]}/{digest}.onnx" for digest in (hashlib.sha256(one).hexdigest() for one in sent)]
        assert [await bench.objects.exists(key) for key in keys] == [at not in lost for at in range(2)]
        everything = api.RemoveModelRequest(model=ModelVersion(name="site/doubling"))
        await (bench, other)[1 - lost[0]].call("RemoveModel", everything)
        assert await references.holders("model:") == []


async def test_versions_of_a_name_that_come_at_once_are_all_taken(bench: InferenceBench) -> None:
    versions = [f"{number}.0" for number in range(1, 7)]
    async with InferenceBench(documents=bench.documents, objects=bench.objects) as other:
        taken = await asyncio.gather(
            *(
                take_in(replica, manifest_text(doubling(), version=version), {"model.onnx": doubling()})
                for replica, version in zip((bench, other) * 3, versions, strict=True)
            )
        )
        assert [one.model.version for one in taken] == versions
        facts = [*await registrations(bench), *await registrations(other)]
    entry = max(facts, key=lambda fact: fact.revision)
    assert {one.version for one in entry.versions} == set(versions)
    assert entry.revision == len(versions)
    assert entry.in_force == entry.versions[0].version


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
