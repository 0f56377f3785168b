"""A vision-language model behind an OpenAI-compatible endpoint, such as vLLM or llama.cpp: says what it sees.

One picture a request (`POST …/chat/completions`), with the manifest's prompt; where the manifest has an
answer schema the answer is asked for as JSON of that schema and checked against it here.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import cv2
import jsonschema
import referencing

from framewell_inference.adapters.serving.statistics import RunStatistics
from framewell_inference.domain.pictures import Array, Picture
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec
from framewell_inference.ports.calls import (
    Call,
    ModelBusyError,
    Run,
    RunCounts,
    RunFailedError,
    TimeLimitError,
    current_call,
    slow_elsewhere,
)
from framewell_inference.ports.registrations import Description
from framewell_models.manifest import Manifest

ANSWER_BYTES: Final = 1 << 20
"""Longest answer that is read."""

TOKENS: Final = 512
"""Longest answer that is asked for."""

_QUALITY: Final = 85
_BUSY: Final = frozenset({429, 503})
_BUSY_SECONDS: Final = 2.0


@dataclass(slots=True, eq=False)
class ChatCompletionsModel:
    """A caption model elsewhere: a Describer; as a Model it takes no tensors. Each request is a connection.

    Raises InvalidInputError for an answer schema that is none.
    """

    manifest: Manifest
    address: str
    name: str
    path: str
    token: str
    tls: bool
    provider: str = "OpenAI-compatible"
    fallback: str = ""
    engine: str = "remote"
    labels: Sequence[str] = ()
    inputs: Sequence[TensorSpec] = ()
    outputs: Sequence[TensorSpec] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    _statistics: RunStatistics = field(default_factory=RunStatistics)
    _validator: Any = None

    def __post_init__(self) -> None:
        schema = self.manifest.answer_schema
        if schema is None:
            return
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            raise InvalidInputError(f"{self.manifest.ref}: answer_schema is none: {error.message}") from error
        # Without a registry of its own the validator would fetch what a $ref names.
        self._validator = jsonschema.Draft202012Validator(schema, registry=referencing.Registry())

    @property
    def counts(self) -> RunCounts:
        return self._statistics.counts

    def warm(self) -> None:
        """Do nothing: what it holds is the other server's."""

    def close(self) -> None:
        """Do nothing: no connection outlives its request."""

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        return self.measured(inputs, current_call()).outputs

    def measured(self, inputs: Mapping[str, Array], call: Call) -> Run:  # noqa: ARG002 - it takes no tensors
        raise InvalidInputError(f"{self.manifest.ref} says what pictures show; it takes no tensors")

    def describe(self, picture: Picture) -> Description:
        """Return what the model says of a picture, sent as JPEG; see the Describer port."""
        call, started = current_call(), time.perf_counter()
        call.check()
        try:
            described = self._read(self._ask(self._request(picture), call))
        except Exception:
            self._statistics.failed(time.perf_counter() - started)
            raise
        self._statistics.succeeded(Run({}, 0.0, time.perf_counter() - started), 1)
        return described

    def _request(self, picture: Picture) -> bytes:
        encoded = base64.b64encode(_jpeg(picture)).decode()
        content = [
            {"type": "text", "text": self.manifest.prompt},
            {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{encoded}"}},
        ]
        document: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": TOKENS,
            "temperature": 0,
        }
        if self.manifest.answer_schema is not None:
            schema = {"name": "answer", "schema": self.manifest.answer_schema, "strict": True}
            document["response_format"] = {"type": "json_schema", "json_schema": schema}
        return json.dumps(document).encode()

    def _ask(self, body: bytes, call: Call) -> bytes:
        """Return the body of the answer. Raises what running a model raises."""
        ref, limit = self.manifest.ref, self.manifest.limits.seconds
        if call.deadline is not None:
            limit = max(0.01, min(limit, call.deadline - time.monotonic()))
        kind = http.client.HTTPSConnection if self.tls else http.client.HTTPConnection
        connection = kind(self.address, timeout=limit)
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        # The connection's own limit is for each read: a server that sends byte by byte never reaches it.
        opened: list[socket.socket] = []
        watch, until = threading.Timer(limit, _end, [opened]), time.monotonic() + limit
        failure: Exception | None = None
        with call.on_end(lambda: _end(opened)):
            watch.start()
            try:
                connection.connect()
                opened.append(connection.sock)
                connection.request("POST", f"{self.path.rstrip('/')}/chat/completions", body, headers)
                response = connection.getresponse()
                answer = response.read(ANSWER_BYTES + 1)
            except (OSError, http.client.HTTPException) as error:
                failure = error
            finally:
                watch.cancel()
                connection.close()
        call.check()  # who was woken finds a short answer, or an error
        if isinstance(failure, TimeoutError) or time.monotonic() >= until:
            raise TimeLimitError(slow_elsewhere(ref, limit)) from failure
        if failure is not None:
            raise RunFailedError(f"{ref} does not answer: {type(failure).__name__}") from failure
        if len(answer) > ANSWER_BYTES:
            raise RunFailedError(f"{ref}: its answer is longer than {ANSWER_BYTES >> 20} MiB")
        if response.status in _BUSY:
            raise ModelBusyError(f"{ref} is busy elsewhere", _BUSY_SECONDS)
        if response.status != http.client.OK:
            raise RunFailedError(f"{ref} is answered with status {response.status}")
        return answer

    def _read(self, answer: bytes) -> Description:
        """Return what an answer says. Raises RunFailedError for one that is no answer, or fits no schema."""
        ref = self.manifest.ref
        try:
            text = json.loads(answer)["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            raise RunFailedError(f"{ref}: what was answered is no chat completion") from error
        if not isinstance(text, str):
            raise RunFailedError(f"{ref}: it answered without a text")
        if self._validator is None:
            return Description(text.strip())
        try:
            document = json.loads(text)
            self._validator.validate(document)
        except (ValueError, RecursionError) as error:
            raise RunFailedError(f"{ref}: its answer is no JSON") from error
        except (jsonschema.ValidationError, referencing.exceptions.Unresolvable) as error:
            raise RunFailedError(f"{ref}: its answer does not fit the schema: {str(error)[:200]}") from error
        if not isinstance(document, dict):
            raise RunFailedError(f"{ref}: its answer is no object")
        return Description(text.strip(), document)


def _jpeg(picture: Picture) -> bytes:
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise InvalidInputError("the picture cannot be encoded")
    return bytes(encoded)


def _end(opened: Sequence[socket.socket]) -> None:
    """Wake whoever reads from the sockets."""
    for one in opened:
        with suppress(OSError):  # it may be closed already
            one.shutdown(socket.SHUT_RDWR)
