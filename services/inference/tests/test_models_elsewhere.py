"""Models that others run: what is asked of them, what comes back, and what they are never shown."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import grpc
import numpy as np
import pytest

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import Work
from framewell.model.v1.model_pb2 import ModelScope
from framewell.oip.v2 import open_inference_pb2 as oip
from framewell.oip.v2.open_inference_pb2_grpc import (
    GRPCInferenceServiceServicer,
    add_GRPCInferenceServiceServicer_to_server,
)
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.remote.chat_completions import ChatCompletionsModel
from framewell_inference.adapters.remote.open_inference import OpenInferenceModel
from framewell_inference.adapters.remote.opening import OpenFolder
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import (
    Call,
    CallEndedError,
    ModelBusyError,
    RunFailedError,
    TimeLimitError,
    calling,
)
from framewell_inference.settings import InferenceSettings
from framewell_inference.steps.choose_enabled import ChooseEnabled
from framewell_inference.testing import InferenceBench
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.waiting import PATIENCE
from framewell_models.folders import ModelFolder
from framewell_models.manifest_reader import read

PICTURE = np.full((90, 160, 3), 200, np.uint8)


def manifest_text(
    source: str, *, more: str = "", task: str = "classification", name: str = "away/dogs"
) -> str:
    return f"""
name: {name}
version: "1.0"
task: {task}
intended_use: Tests.
licence: {{code: MIT, weights: MIT}}
source: {source}
limits: {{seconds: 0.5}}
{more}
"""


CAPTION = """
prompt: What does the picture show?
preprocessing: {name: picture, parameters: {each_seconds: 0}}
postprocessing: {name: text}
"""

STRUCTURED = """
prompt: What does the picture show?
preprocessing: {name: picture, parameters: {each_seconds: 0}}
postprocessing: {name: json, parameters: {text: sentence, label: scene}}
answer_schema:
  type: object
  required: [sentence, scene]
  properties: {sentence: {type: string}, scene: {enum: [studio, street]}}
"""


class Triton(GRPCInferenceServiceServicer):
    """A server of the protocol: two scores for each picture, by its brightness."""

    def __init__(self) -> None:
        self.seen: list[oip.ModelInferRequest] = []
        self.tokens: list[object] = []
        self.code: grpc.StatusCode | None = None
        self.seconds = 0.0

    def ModelMetadata(self, request: oip.ModelMetadataRequest, context: Any) -> oip.ModelMetadataResponse:  # noqa: N802
        tensor = oip.ModelMetadataResponse.TensorMetadata
        return oip.ModelMetadataResponse(
            name=request.name,
            inputs=[tensor(name="x", datatype="FP32", shape=[-1, 3, 8, 8])],
            outputs=[tensor(name="y", datatype="FP32", shape=[-1, 2])],
        )

    def ModelInfer(self, request: oip.ModelInferRequest, context: Any) -> oip.ModelInferResponse:  # noqa: N802
        self.seen.append(request)
        self.tokens.append(dict(context.invocation_metadata()).get("authorization"))
        time.sleep(self.seconds)
        if self.code is not None:
            context.abort(self.code, "elsewhere it is said so")
        rows = np.frombuffer(request.raw_input_contents[0], np.float32).reshape(request.inputs[0].shape)
        bright = rows.reshape(len(rows), -1).mean(axis=1)
        response = oip.ModelInferResponse()
        response.outputs.add(name="y", datatype="FP32", shape=[len(rows), 2])
        scores = np.stack([bright, 1 - bright], axis=1).astype(np.float32)
        response.raw_output_contents.append(scores.tobytes())
        return response


@pytest.fixture
def triton() -> Iterator[tuple[Triton, str]]:
    service, server = Triton(), grpc.server(ThreadPoolExecutor(2))
    add_GRPCInferenceServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield service, f"127.0.0.1:{port}"
    server.stop(None).wait()


def elsewhere(address: str) -> OpenInferenceModel:
    return OpenInferenceModel(
        read(manifest_text(f"oip://{address}/dogs")), address, "dogs", "2", "secret", False
    )


def test_a_model_of_another_server_runs_like_one_of_ours(triton: tuple[Triton, str]) -> None:
    service, address = triton
    model = elsewhere(address)
    assert [(one.name, one.shape) for one in model.inputs] == [("x", (-1, 3, 8, 8))]
    outputs = model.run({"x": np.full((2, 3, 8, 8), 0.25, np.float32)})
    assert outputs["y"].tolist() == [[0.25, 0.75], [0.25, 0.75]]
    assert (service.seen[0].model_name, service.seen[0].model_version) == ("dogs", "2")
    assert service.tokens == ["Bearer secret"]
    with pytest.raises(InvalidInputError, match="shape"):
        model.run({"x": np.zeros((1, 3, 9, 9), np.float32)})
    assert len(service.seen) == 1
    assert model.counts.succeeded.count == 1
    model.close()


def test_errors_of_another_server_are_those_of_running_a_model(triton: tuple[Triton, str]) -> None:
    service, address = triton
    model, inputs = elsewhere(address), {"x": np.zeros((1, 3, 8, 8), np.float32)}
    for code, error in (
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidInputError),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, ModelBusyError),
        (grpc.StatusCode.INTERNAL, RunFailedError),
    ):
        service.code = code
        with pytest.raises(error):
            model.run(inputs)
    service.code, service.seconds = None, 2.0
    with pytest.raises(TimeLimitError):
        model.run(inputs)
    call = Call()
    threading.Timer(0.1, call.end, ["the caller has gone"]).start()
    with calling(call), pytest.raises(CallEndedError):
        model.run(inputs)
    model.close()
    gone = elsewhere(f"127.0.0.1:{free_port()}")
    with pytest.raises(RunFailedError, match="cannot be run elsewhere"):
        gone.run(inputs)


class Chat:
    """An OpenAI-compatible server as vLLM and llama.cpp answer: a recorded completion, with this content."""

    def __init__(self) -> None:
        self.content: Any = "A grey picture."
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.drip = False

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"])
        self.asked.append({"path": handler.path, **json.loads(handler.rfile.read(length))})
        self.headers.append(dict(handler.headers))
        message = {"role": "assistant", "content": self.content}
        answer = json.dumps(
            {
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1764400000, "model": "small-vlm",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 300, "completion_tokens": 6, "total_tokens": 306},
            }
        ).encode()  # fmt: skip
        handler.send_response(self.status)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        for byte in answer if self.drip else ():
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)
        if not self.drip:
            handler.wfile.write(answer)


@pytest.fixture
def chat() -> Iterator[tuple[Chat, str]]:
    service = Chat()
    with http_server(service) as port:
        yield service, f"127.0.0.1:{port}"


def captioner(address: str, more: str = CAPTION) -> ChatCompletionsModel:
    manifest = read(manifest_text(f"openai://{address}/v1#small-vlm", more=more, task="caption"))
    return ChatCompletionsModel(manifest, address, "small-vlm", "/v1", "secret", False)


def test_a_picture_is_described_by_the_prompt_of_the_manifest(chat: tuple[Chat, str]) -> None:
    service, address = chat
    assert captioner(address).describe(PICTURE).text == "A grey picture."
    (asked,) = service.asked
    assert (asked["path"], asked["model"]) == ("/v1/chat/completions", "small-vlm")
    text, image = asked["messages"][0]["content"]
    assert text["text"] == "What does the picture show?"
    jpeg = base64.b64decode(image["image_url"]["url"].removeprefix("data:image/jpeg;base64,"))
    assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == PICTURE.shape
    assert service.headers[0]["Authorization"] == "Bearer secret"
    assert "response_format" not in asked


def test_a_structured_answer_is_checked_against_the_schema_of_the_manifest(chat: tuple[Chat, str]) -> None:
    service, address = chat
    model = captioner(address, STRUCTURED)
    service.content = json.dumps({"sentence": "People talk.", "scene": "studio"})
    assert model.describe(PICTURE).answer == {"sentence": "People talk.", "scene": "studio"}
    assert service.asked[0]["response_format"]["json_schema"]["schema"]["required"] == ["sentence", "scene"]
    for content, complaint in (
        (json.dumps({"sentence": "People talk.", "scene": "moon"}), "does not fit the schema"),
        (json.dumps({"scene": "studio"}), "does not fit the schema"),
        ("no JSON", "is no JSON"),
        ("[" * 50_000, "is no JSON"),
        (None, "without a text"),
    ):
        service.content = content
        with pytest.raises(RunFailedError, match=complaint):
            model.describe(PICTURE)


def test_a_schema_that_is_none_is_refused_and_none_is_ever_fetched(chat: tuple[Chat, str]) -> None:
    service, address = chat
    bad = STRUCTURED.replace("type: object\n", "type: nothing\n", 1)
    with pytest.raises(InvalidInputError, match="answer_schema"):
        captioner(address, bad)
    with http_server(service) as port:
        away = STRUCTURED[: STRUCTURED.index("answer_schema")]
        model = captioner(address, f'{away}answer_schema: {{$ref: "http://127.0.0.1:{port}/schema"}}\n')
        service.content = "{}"
        with pytest.raises(RunFailedError, match="does not fit"):
            model.describe(PICTURE)
    assert len(service.asked) == 1


def test_a_server_that_drips_stalls_or_fails_ends_in_time(chat: tuple[Chat, str]) -> None:
    service, address = chat
    model = captioner(address)
    for status, error in ((429, ModelBusyError), (503, ModelBusyError), (500, RunFailedError)):
        service.status = status
        with pytest.raises(error):
            model.describe(PICTURE)
    service.status, service.drip = 200, True
    began = time.monotonic()
    with pytest.raises(TimeLimitError):
        model.describe(PICTURE)
    assert time.monotonic() - began < PATIENCE
    call = Call()
    threading.Timer(0.1, call.end, ["the caller has gone"]).start()
    with calling(call), pytest.raises(CallEndedError):
        model.describe(PICTURE)
    with pytest.raises(RunFailedError, match="does not answer"):
        captioner(f"127.0.0.1:{free_port()}").describe(PICTURE)


def test_a_model_runs_elsewhere_only_at_hosts_that_are_allowed(tmp_path: Path) -> None:
    folder = ModelFolder(read(manifest_text("oip://gpu.house:8001/dogs")), tmp_path)
    for hosts in ([], ["other:8001"], ["gpu.house:80"]):
        with pytest.raises(InvalidInputError, match="FRAMEWELL_INFERENCE_REMOTE_HOSTS"):
            OpenFolder(OnnxLoader(1), hosts)(folder)
    assert isinstance(OpenFolder(OnnxLoader(1), ["*.house:*"])(folder), OpenInferenceModel)


@pytest.mark.parametrize(
    ("labels", "seen"),
    [({}, True), ({"on-site": "false"}, True), ({"on-site": "true"}, False), ({"on-site": ""}, False)],
)
def test_what_stays_on_site_is_shown_to_no_model_elsewhere(labels: dict[str, str], *, seen: bool) -> None:
    registry = LoadedModelRegistry()
    registry.put(captioner("gpu.house:8000"), in_force=True)
    registry.enable("away/dogs", [ModelScope()])
    chosen = ChooseEnabled(registry).for_work(Work(labels=labels))
    assert bool(chosen.describers) == seen
    assert bool(chosen.left_out) != seen
    if not seen:
        assert "stays on site" in chosen.left_out[0][1]


@pytest.mark.parametrize(
    ("scope", "work", "looks"),
    [
        (ModelScope(), Work(), True),
        (ModelScope(series="Abendschau"), Work(series="Abendschau", channel="Eins"), True),
        (ModelScope(series="Abendschau"), Work(series="Heute"), False),
        (ModelScope(channel="Eins"), Work(series="Heute", channel="Eins"), True),
        (ModelScope(series="Heute", channel="Eins"), Work(series="Heute", channel="Zwei"), False),
    ],
)
def test_a_model_looks_at_the_programmes_it_is_enabled_for(
    scope: ModelScope, work: Work, *, looks: bool
) -> None:
    registry = LoadedModelRegistry()
    registry.put(captioner("gpu.house:8000"), in_force=True)
    assert not ChooseEnabled(registry).for_work(work).describers
    registry.enable("away/dogs", [scope])
    assert bool(ChooseEnabled(registry).for_work(work).describers) == looks


@pytest.fixture
async def bench(chat: tuple[Chat, str]) -> AsyncIterator[InferenceBench]:
    settings = InferenceSettings(remote_hosts=chat[1])
    async with InferenceBench(settings=settings) as bench:
        yield bench


async def test_a_listener_hears_nothing_of_an_asset_that_stays_on_site(
    chat: tuple[Chat, str], bench: InferenceBench
) -> None:
    service, address = chat
    text = manifest_text(f"openai://{address}/v1#small-vlm", more=CAPTION, task="caption").encode()
    await bench.call("ImportModel", api.ImportModelRequest(manifest=text))
    await bench.call("EnableModel", api.EnableModelRequest(name="away/dogs"))
    assert service.asked == []
    chunk = "1c5b2c1e-0000-4000-8000-00000000000{}/0/0"
    kept = await bench.analyse([PICTURE], chunk.format("a"), labels={"on-site": "true"})
    assert service.asked == []
    (result,) = kept.results
    assert (result.analyser, result.outcome.failed.code) == ("away.dogs", "stays_on_site")
    shown = await bench.analyse([PICTURE], chunk.format("b"))
    assert len(service.asked) == 1
    assert shown.results[0].outcome.HasField("done")


async def test_a_model_at_a_host_that_is_not_allowed_is_not_taken(bench: InferenceBench) -> None:
    text = manifest_text("openai://elsewhere.example:443/v1#vlm", more=CAPTION, task="caption").encode()
    with pytest.raises(Rejected, match="REMOTE_HOSTS"):
        await bench.call("ImportModel", api.ImportModelRequest(manifest=text))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def http_server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[int]:
    """Serve on a free port of the loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        yield httpd.server_address[1]
    finally:
        httpd.shutdown()
        httpd.server_close()
