"""Clients that others make run unmodified against the Open Inference Protocol: in processes of their own.

`make clients` installs them below `.tools/clients`; where one is missing its test is skipped and says so.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.onnx_model import OnnxModel
from framewell_inference.entrypoints.open_inference_server import OpenInferenceServer, OpenInferenceSettings
from framewell_inference.testing.graphs import STRING, doubling, echo, manifest_of
from framewell_kit.rpc import Admission
from framewell_kit.testing.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
TOOLS = ROOT / ".tools" / "clients"
SERVICE = "inference.GRPCInferenceService"

BODY = {
    "model_name": "site/doubling",
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "contents": {"fp32_contents": [1, 2]}}],
}


@dataclass(frozen=True)
class Replica:
    """A server and the models it serves."""

    address: str
    registry: LoadedModelRegistry
    loader: OnnxLoader

    def take_in(self, version: str) -> OnnxModel:
        """Load a version of `site/doubling` in a process of its own, as a folder from outside is."""
        graph = doubling()
        return self.loader.load_bytes(manifest_of(graph, name="site/doubling", version=version), graph)


@pytest.fixture(scope="module")
def replicas() -> Iterator[list[Replica]]:
    started, servers = [], []
    for _ in range(2):
        registry, loader = LoadedModelRegistry(), OnnxLoader(1)
        for name, graph in (("site/doubling", doubling()), ("site/texts", echo(STRING))):
            model = loader.load_bytes(manifest_of(graph, name=name), graph, trusted=True)
            registry.put(replace(model, labels=("no", "yes")), in_force=True)
        server = OpenInferenceServer(OpenInferenceSettings("127.0.0.1:0", 256, 100), registry, Admission())
        asyncio.run(server.start())
        servers.append(server)
        started.append(Replica(f"127.0.0.1:{server.port}", registry, loader))
    yield started
    for server in servers:
        asyncio.run(server.stop(0.2))


def program(*parts: str) -> str:
    """Return the path of a client's program, or skip the test."""
    path = TOOLS.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{parts[0]} is not here: `make clients` installs it (grpcurl and ghz take Go)")
    return str(path)


def output(*command: str, stdin: str = "") -> str:
    """Return what a program prints; fail with what it says where it fails."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_tritonclient_runs_unmodified(replicas: list[Replica]) -> None:
    seen: dict[str, Any] = json.loads(
        output(program("python", "bin", "python"), str(HERE / "triton_client.py"), replicas[0].address)
    )
    assert seen["live"] == [True, True, True]
    assert {"classification", "model_repository", "statistics"} <= set(seen["extensions"])
    assert (seen["metadata"], seen["config"]) == (["x"], "onnxruntime_onnx")
    assert seen["index"] == ["site/doubling", "site/texts"]
    assert seen["plain"] == ["one", [[2, 4], [8, 6]]]
    assert seen["gzip"] == [[2, 4], [8, 6]]
    assert seen["classes"] == ["4.000000:1:yes", "8.000000:0:no"]
    assert seen["strings"] == ["a", "İstanbul"]
    assert seen["stream"][0] == [str(at) for at in range(20) if at % 10 != 9]
    assert ["no model none" in message for message in seen["stream"][1]] == [True, True]
    assert seen["unloaded"] == [False, True]
    assert seen["runs"] >= 20
    assert (seen["unknown"], seen["wrong"]) == ("StatusCode.NOT_FOUND", "StatusCode.INVALID_ARGUMENT")
    assert seen["sequence"] == "StatusCode.INVALID_ARGUMENT"


def test_a_client_in_node_runs_by_the_proto_file(replicas: list[Replica]) -> None:
    modules = program("node", "node_modules")
    client = HERE / "node_client.mjs"
    seen = json.loads(output("node", str(client), str(ROOT / "proto"), replicas[0].address, modules))
    assert seen == {
        "live": True,
        "inputs": [["x", "FP32"]],
        "infer": [2, 4],
        "unknown": 5,
        "stream": [["a", False], ["b", True], ["c", False]],
    }


def test_grpcurl_lists_describes_and_calls_by_reflection(replicas: list[Replica]) -> None:
    grpcurl, address = program("grpcurl"), replicas[0].address
    assert SERVICE in output(grpcurl, "-plaintext", address, "list")
    assert f"{SERVICE}.RepositoryModelLoad" in output(grpcurl, "-plaintext", address, "list", SERVICE)
    described = output(grpcurl, "-plaintext", address, "describe", f"{SERVICE}.ModelInfer")
    assert "ModelInferResponse" in described
    answer = json.loads(
        output(grpcurl, "-plaintext", "-d", json.dumps(BODY), address, f"{SERVICE}/ModelInfer")
    )
    assert answer["outputs"][0]["shape"] == ["1", "2"]
    health = output(grpcurl, "-plaintext", address, "grpc.health.v1.Health/Check")
    assert json.loads(health) == {"status": "SERVING"}


def test_under_ghz_a_version_is_taken_in_promoted_and_removed_on_two_replicas_without_a_failed_request(
    replicas: list[Replica],
) -> None:
    ghz = program("ghz")
    arguments = [
        *("--insecure", "--call", f"{SERVICE}.ModelInfer"),  # whose types it asks the server for
        *("-n", "3000", "-c", "8", "-d", json.dumps(BODY), "--format", "json"),
    ]
    running = [
        subprocess.Popen([ghz, *arguments, replica.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for replica in replicas
    ]
    for replica in replicas:
        before = replica.registry.find("site/doubling")
        assert before is not None
        replica.registry.put(replica.take_in("2.0"), in_force=True)
        replica.registry.drop(before.manifest.ref)
    answered = [run.communicate(timeout=PATIENCE) for run in running]
    for out, error in answered:
        report = json.loads(out)
        assert report["statusCodeDistribution"] == {"OK": 3000}, error
    for replica in replicas:
        model = replica.registry.find("site/doubling")
        assert model is not None
        assert model.manifest.version == "2.0"
        assert model.run({"x": np.ones((1, 2), np.float32)})["y"].tolist() == [[2, 2]]
        model.close()
