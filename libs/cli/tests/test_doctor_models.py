"""What `framewell doctor` says of models: where they would run, and what those of the mesh lack."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_service_pb2_grpc import (
    InferenceServiceServicer,
    add_InferenceServiceServicer_to_server,
)
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_cli.mesh.doctor import installation
from framewell_cli.mesh.doctor.running import served_models
from framewell_models.folders import folder_of, shipped


class Inference(InferenceServiceServicer):
    def __init__(self) -> None:
        self.models: list[api.Model] = []
        self.analysers: list[api.Analyser] = []

    def ListModels(self, request: api.ListModelsRequest, context: Any) -> api.ListModelsResponse:  # noqa: N802
        return api.ListModelsResponse(models=self.models)

    def ListAnalysers(self, request: api.ListAnalysersRequest, context: Any) -> api.ListAnalysersResponse:  # noqa: N802
        return api.ListAnalysersResponse(analysers=self.analysers)


@pytest.fixture
def inference() -> Iterator[tuple[Inference, str]]:
    service, server = Inference(), grpc.server(ThreadPoolExecutor(1))
    add_InferenceServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield service, f"127.0.0.1:{port}"
    server.stop(None).wait()


def model(name: str, **more: str) -> api.Model:
    return api.Model(model=ModelVersion(name=name, version="1.0"), **more)


def test_models_in_quarantine_and_on_another_device_are_named_with_the_reason(
    inference: tuple[Inference, str],
) -> None:
    service, address = inference
    service.models = [model("house/dogs"), model("house/cats")]
    (good,) = served_models("models of inference", address)
    assert (good.state, good.found) == ("ok", "2 served, none in quarantine")
    service.models += [
        model("house/broken", quarantined="its graph has no end"),
        *(model(name, fallback="cuda is asked for, and is not there") for name in ("a", "b")),
    ]
    broken, elsewhere = served_models("models of inference", address)
    assert (broken.state, broken.found) == (
        "note", "house/broken@1.0 is in quarantine: its graph has no end",
    )  # fmt: skip
    assert elsewhere.found == "cuda is asked for, and is not there; so it is with a@1.0, b@1.0"


def test_a_replica_that_does_not_answer_is_a_note() -> None:
    (away,) = served_models("models of inference-1", "127.0.0.1:1")
    assert (away.name, away.state) == ("models of inference-1", "note")


@pytest.mark.parametrize(
    ("asked", "state", "words"), [("auto", "ok", "asked for auto"), ("cuda", "note", "has no CUDA provider")]
)
def test_the_device_that_is_asked_for_is_tried(
    monkeypatch: pytest.MonkeyPatch, asked: str, state: str, words: str
) -> None:
    monkeypatch.setenv("FRAMEWELL_INFERENCE_DEVICE", asked)
    found = installation.providers()
    assert (found.state, found.found.partition(" ")[0]) == (state, "CPU")
    assert words in found.found


def test_an_optional_analyser_that_was_fetched_waits_for_a_start(
    inference: tuple[Inference, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, address = inference
    monkeypatch.setenv("FRAMEWELL_MODELS", str(tmp_path))
    service.analysers = [api.Analyser(name="objects", not_installed="run 'framewell models pull'")]
    assert [one.state for one in served_models("models of inference", address)] == ["ok"]
    for one in shipped():
        if one.analyser == "objects":
            folder_of(tmp_path, one.ref).mkdir(parents=True)
    waits, _ = served_models("models of inference", address)
    assert waits.found == "objects: fetched, and not at work yet"
    service.analysers = [api.Analyser(name="objects")]
    (works,) = served_models("models of inference", address)
    assert works.found.endswith("; optional and at work: objects")


def test_optional_analysers_without_models_are_no_problem_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWELL_MODELS", str(tmp_path))
    monkeypatch.setattr(installation, "verify", lambda *_: [])
    found = {check.name: check for check in installation.models()}
    objects = found["analyser objects"]
    assert (objects.state, objects.found) == ("ok", "not installed (optional)")
    assert "framewell models pull --with objects" in objects.advice
    assert "'framewell down', then 'framewell up'" in objects.advice
    optional = [one.ref for one in shipped() if one.optional]
    assert found["models"].found.startswith(f"{len(shipped()) - len(optional)} present")
    for ref in optional:
        folder_of(tmp_path, ref).mkdir(parents=True)
    assert [check.name for check in installation.models()] == ["models"]
