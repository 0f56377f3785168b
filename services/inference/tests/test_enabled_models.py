"""An imported model looks at what comes in, or at one picture to try it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import cv2
import numpy as np
import pytest

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelScope
from framewell_inference.testing import InferenceBench
from framewell_inference.testing.imports import (
    STEPS,
    classifier,
    doubling,
    manifest_text,
    parts,
    streamed,
    take_in,
)
from framewell_kit.outcomes import Conflict, Rejected


@pytest.fixture
async def bench() -> AsyncIterator[InferenceBench]:
    async with InferenceBench() as bench:
        yield bench


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
