"""Versions of a model come and go on several replicas at once."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import Counter
from collections.abc import AsyncIterator

import numpy as np
import pytest

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.testing import InferenceBench
from framewell_inference.testing.imports import (
    doubling,
    manifest_text,
    registrations,
    take_in,
)
from framewell_kit.object_references import ObjectReferences
from framewell_kit.outcomes import Conflict
from framewell_kit.testing.waiting import eventually


@pytest.fixture
async def bench() -> AsyncIterator[InferenceBench]:
    async with InferenceBench() as bench:
        yield bench


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
