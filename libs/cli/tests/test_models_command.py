"""`framewell models` without a mesh: what it lists, what it refuses, and with which words."""

# ruff: noqa: N802  the names are gRPC's

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from typer.testing import CliRunner

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_service_pb2_grpc import (
    InferenceServiceServicer,
    add_InferenceServiceServicer_to_server,
)
from framewell.media.v1.media_pb2 import Observation
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelScope
from framewell.oip.v2 import open_inference_pb2 as oip
from framewell.oip.v2.open_inference_pb2_grpc import (
    GRPCInferenceServiceServicer,
    add_GRPCInferenceServiceServicer_to_server,
)
from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.models import app
from framewell_cli.models.shipped import pull_shipped
from framewell_models.folders import folder_of, shipped
from framewell_models.manifest import Manifest
from framewell_models.pull import Pull, Pulled


def run(*arguments: str) -> str:
    """What a command prints; what it raises comes through."""
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_every_shipped_model_is_listed_with_its_licences(tmp_path: Path) -> None:
    rows = json.loads(run("list", "--root", str(tmp_path), "--json"))["models"]
    assert [row["model"] for row in rows] == [str(manifest.ref) for manifest in shipped()]
    assert {row["installed"] for row in rows} == {False}
    assert all(row["code_licence"] and row["weights_licence"] for row in rows)
    listed = run("list", "--root", str(tmp_path))
    assert "not here" in listed
    assert re.search(r"objects/nanodet-g@1.0 +objects +not installed \(optional\)", listed)


def test_what_is_no_optional_analyser_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="'smiles' is no optional analyser; there is objects"):
        run("pull", "--with", "smiles", "--root", str(tmp_path))


def test_an_optional_analyser_that_was_fetched_is_at_work_after_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetches = iter((True, False))

    def pull(_: Pull, wanted: Sequence[Manifest]) -> Iterator[Pulled]:
        fetched = next(fetches)
        return iter([Pulled(manifest, tmp_path, fetched) for manifest in wanted])

    monkeypatch.setattr(Pull, "__call__", pull)
    for said in (True, False):
        pull_shipped(tmp_path, ["objects"])
        assert ("'framewell down', then 'framewell up'" in capsys.readouterr().err) is said


def test_missing_and_changed_files_fail_the_check(tmp_path: Path) -> None:
    manifest = shipped()[0]
    folder = folder_of(tmp_path, manifest.ref)
    folder.mkdir(parents=True)
    (folder / manifest.files[0].name).write_bytes(b"changed")
    with pytest.raises(CommandError, match="framewell models pull"):
        run("verify", "--root", str(tmp_path))


def test_a_model_is_shown_by_name() -> None:
    assert json.loads(run("show", "faces/yunet", "--json"))["licence"]["weights"] == "MIT"
    assert re.search(r"intended_use +Finds", run("show", "faces/yunet@2023mar"))
    with pytest.raises(UsageProblem, match="faces/yunet"):
        run("show", "nobody/knows")


class Inference(InferenceServiceServicer):
    """A stand-in for the service, which keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.model = api.Model(
            model=ModelVersion(name="site/dogs", version="1.0"), task="classification", in_force=True,
            enabled=[ModelScope(series="Abendschau")],
        )  # fmt: skip
        self.broken = api.Model(model=ModelVersion(name="site/odd", version="1"), quarantined="no graph")

    def ListModels(self, request: api.ListModelsRequest, context: object) -> api.ListModelsResponse:
        return api.ListModelsResponse(models=[self.model, self.broken])

    def UploadModel(self, request_iterator: Iterator[Any], context: object) -> api.UploadModelResponse:
        self.asked = list(request_iterator)
        return api.UploadModelResponse(model=self.model)

    def TryModel(self, request_iterator: Iterator[Any], context: object) -> api.TryModelResponse:
        self.asked = list(request_iterator)
        seen = Observation(kind="label", score=0.87, label="dog")
        found = api.ModelExamination(opset=17, operators=["Add"], parameters=1200, run_seconds=0.002)
        return api.TryModelResponse(examination=found, observations=[seen])

    def EnableModel(self, request: api.EnableModelRequest, context: object) -> api.EnableModelResponse:
        self.asked = [request]
        return api.EnableModelResponse(model=self.model)

    def RemoveModel(self, request: api.RemoveModelRequest, context: object) -> api.RemoveModelResponse:
        self.asked = [request]
        return api.RemoveModelResponse(removed=[self.model.model])


@pytest.fixture
def inference(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inference]:
    """A mesh that runs, of which there is the inference service alone."""
    service, server = Inference(), grpc.server(ThreadPoolExecutor(1))
    add_InferenceServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    known = {"grpc.inference": f"127.0.0.1:{port}"}
    monkeypatch.setattr("framewell_cli.service_calls.read_endpoints", lambda: known)
    yield service
    server.stop(None).wait()


def graph(path: Path, size: int = 3) -> Path:
    """Write a classifier of 8 by 8 pixels, with weights of so many numbers beside it."""
    weights = numpy_helper.from_array(np.zeros(size, np.float32), "unused")
    made = helper.make_graph(
        [helper.make_node("GlobalAveragePool", ["x"], ["p"]), helper.make_node("Flatten", ["p"], ["y"])],
        "tried",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 3])],
        [weights],
    )
    path.write_bytes(helper.make_model(made).SerializeToString())
    return path


def test_a_graph_becomes_a_folder_in_one_command(tmp_path: Path) -> None:
    made = graph(tmp_path / "Dogs & Cats.onnx")
    words = ["init", str(made), "--licence", "MIT", "--folder", str(tmp_path / "made"), "--json"]
    answer = json.loads(run(*words, "--label", "cat", "--label", "dog", "--label", "neither"))
    assert answer["model"] == "site/dogs-cats@1.0"
    assert answer["task"] == "classification"
    assert answer["guessed"]
    assert (tmp_path / "made/labels.txt").read_text() == "cat\ndog\nneither\n"
    with pytest.raises(UsageProblem, match="there already"):
        run(*words)
    with pytest.raises(UsageProblem, match="--licence"):
        run("init", str(made), "--folder", str(tmp_path / "other"))
    with pytest.raises(UsageProblem, match="there is no file"):
        run("init", str(tmp_path / "none.onnx"))


def test_a_model_elsewhere_becomes_a_folder_by_what_its_server_says(tmp_path: Path) -> None:
    class Triton(GRPCInferenceServiceServicer):
        def ModelMetadata(self, request: oip.ModelMetadataRequest, context: Any) -> oip.ModelMetadataResponse:
            tensor = oip.ModelMetadataResponse.TensorMetadata
            return oip.ModelMetadataResponse(
                name=request.name,
                inputs=[tensor(name="x", datatype="FP32", shape=[-1, 3, 64, 64])],
                outputs=[tensor(name="y", datatype="FP32", shape=[-1, 2])],
            )

    server = grpc.server(ThreadPoolExecutor(1))
    add_GRPCInferenceServiceServicer_to_server(Triton(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    folder = str(tmp_path / "made")
    try:
        answer = json.loads(
            run("init", f"oip://127.0.0.1:{port}/dogs", "--licence", "MIT", "--folder", folder, "--json")
        )
    finally:
        server.stop(None).wait()
    assert (answer["model"], answer["task"]) == ("site/dogs@1.0", "classification")
    assert "dtype: float32" in (tmp_path / "made/model.yaml").read_text()
    with pytest.raises(CommandError, match="says nothing of dogs"):
        run("init", f"oip://127.0.0.1:{port}/dogs", "--licence", "MIT", "--folder", str(tmp_path / "other"))
    words = [
        "init",
        "openai://gpu.house:8000/v1#small-vlm",
        "--licence",
        "MIT",
        "--folder",
        str(tmp_path / "vlm"),
    ]
    with pytest.raises(UsageProblem, match="--prompt"):
        run(*words)
    run(*words, "--prompt", "What is this?")
    assert "prompt: What is this?" in (tmp_path / "vlm/model.yaml").read_text()


def test_a_folder_is_sent_in_pieces_of_at_most_a_mebibyte(tmp_path: Path, inference: Inference) -> None:
    made = graph(tmp_path / "dogs.onnx", 700_000)  # 2.8 MB
    run("init", str(made), "--licence", "MIT", "--folder", str(tmp_path / "made"))
    assert "site/dogs@1.0: in force" in run("import", str(tmp_path / "made"))
    header, *pieces = inference.asked
    assert header.header.manifest == (tmp_path / "made/model.yaml").read_bytes()
    assert max(len(one.piece.data) for one in pieces) == 1 << 20
    assert b"".join(one.piece.data for one in pieces) == made.read_bytes()


def test_a_changed_file_is_not_sent(tmp_path: Path, inference: Inference) -> None:
    run("init", str(graph(tmp_path / "dogs.onnx")), "--licence", "MIT", "--folder", str(tmp_path / "made"))
    (tmp_path / "made/model.onnx").write_bytes(b"another")
    for command in (["import"], ["verify"]):
        with pytest.raises(UsageProblem, match="has sha256"):
            run(*command, str(tmp_path / "made"))
    assert inference.asked == []


def test_a_folder_is_tried_on_a_picture(tmp_path: Path, inference: Inference) -> None:
    run("init", str(graph(tmp_path / "dogs.onnx")), "--licence", "MIT", "--folder", str(tmp_path / "made"))
    (tmp_path / "a.jpg").write_bytes(b"picture")
    assert re.search(r"label +0\.87 +dog", run("try", str(tmp_path / "made"), str(tmp_path / "a.jpg")))
    assert inference.asked[-1].picture == b"picture"
    assert re.search(r"one run +2\.0 ms", run("verify", str(tmp_path / "made")))
    assert not inference.asked[-1].picture


def test_a_model_is_enabled_for_series_and_channels(inference: Inference) -> None:
    run("enable", "site/dogs", "--series", "Abendschau", "--series", "Heute", "--channel", "Eins")
    (asked,) = inference.asked
    assert [(one.series, one.channel) for one in asked.scopes] == [("Abendschau", "Eins"), ("Heute", "Eins")]
    assert "looks at Abendschau" in run("enable", "site/dogs")
    assert list(inference.asked[0].scopes) == []


def test_a_version_or_a_whole_name_is_removed(inference: Inference) -> None:
    assert run("remove", "site/dogs@1.0") == "removed: site/dogs@1.0\n"
    assert inference.asked[0].model.version == "1.0"
    run("remove", "site/dogs")
    assert inference.asked[0].model.version == ""


def test_models_of_the_mesh_are_listed_beside_what_ships(inference: Inference) -> None:
    others = json.loads(run("list", "--json"))["others"]
    assert [(one["model"], one["quarantined"]) for one in others] == [
        ("site/dogs@1.0", ""), ("site/odd@1", "no graph"),
    ]  # fmt: skip
    assert "Abendschau" in run("show", "site/dogs")


def test_the_schema_is_printed() -> None:
    assert json.loads(run("schema"))["title"].startswith("Manifest of a model folder")


def test_a_folder_that_is_no_model_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"model\.yaml"):
        run("import", str(tmp_path))
    with pytest.raises(UsageProblem, match="name@version"):
        run("use", "noversion")


def test_without_a_mesh_it_says_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MeshUnreachable, match="framewell up"):
        run("use", "house/model@1.0")
