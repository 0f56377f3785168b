"""A model that an Open Inference Protocol server runs: Triton, MLServer, or another mesh."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import grpc
import numpy as np

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell.oip.v2.open_inference_pb2_grpc import GRPCInferenceServiceStub
from framewell_inference.adapters.serving.statistics import RunStatistics
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import (
    InvalidInputError,
    TensorSpec,
    check_inputs,
    pack_strings,
    unpack_strings,
)
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
from framewell_models.manifest import Manifest, Tensor

MESSAGE_BYTES: Final = 64 << 20
"""Largest answer that is read."""

_NAMES: Final[Mapping[str, str]] = {
    "bool": "BOOL", "uint8": "UINT8", "uint16": "UINT16", "uint32": "UINT32", "uint64": "UINT64",
    "int8": "INT8", "int16": "INT16", "int32": "INT32", "int64": "INT64",
    "float16": "FP16", "float32": "FP32", "float64": "FP64", "object": "BYTES",
}  # fmt: skip
_TYPES: Final = {name: np.dtype(dtype) for dtype, name in _NAMES.items()}

_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
)

_BUSY_SECONDS: Final = 1.0


@dataclass(slots=True, eq=False)
class OpenInferenceModel:
    """A model of another server; see the Model port. Nothing is sent before its first run.

    Its tensors are the manifest's, or what the server says where that names none.
    """

    manifest: Manifest
    address: str
    name: str
    version: str
    token: str
    tls: bool
    labels: Sequence[str] = ()
    provider: str = "OpenInferenceProtocol"
    fallback: str = ""
    engine: str = "remote"
    metadata: Mapping[str, str] = field(default_factory=dict)
    _statistics: RunStatistics = field(default_factory=RunStatistics)
    _channel: Any = None
    _described: oip.ModelMetadataResponse | None = None

    @property
    def inputs(self) -> Sequence[TensorSpec]:
        if self.manifest.inputs:
            return [_declared(one) for one in self.manifest.inputs]
        return [_spec(one) for one in self._metadata().inputs]

    @property
    def outputs(self) -> Sequence[TensorSpec]:
        if self.manifest.outputs:
            return [_declared(one) for one in self.manifest.outputs]
        return [_spec(one) for one in self._metadata().outputs]

    @property
    def counts(self) -> RunCounts:
        return self._statistics.counts

    def warm(self) -> None:
        """Do nothing: what it holds is the other server's."""

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        return self.measured(inputs, current_call()).outputs

    def measured(self, inputs: Mapping[str, Array], call: Call) -> Run:
        call.check()
        check_inputs(self.inputs, inputs)
        started = time.perf_counter()
        try:
            response = self._ask("ModelInfer", self._request(inputs), call)
            outputs = _outputs(response)
        except Exception:
            self._statistics.failed(time.perf_counter() - started)
            raise
        run = Run(outputs, 0.0, time.perf_counter() - started)
        first = next(iter(inputs.values()))
        self._statistics.succeeded(run, first.shape[0] if first.ndim else 1)
        return run

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _metadata(self) -> oip.ModelMetadataResponse:
        if self._described is None:
            request = oip.ModelMetadataRequest(name=self.name, version=self.version)
            self._described = self._ask("ModelMetadata", request, current_call())
        return self._described

    def _request(self, inputs: Mapping[str, Array]) -> oip.ModelInferRequest:
        request = oip.ModelInferRequest(model_name=self.name, model_version=self.version)
        for name, value in inputs.items():
            request.inputs.add(name=name, datatype=_NAMES[value.dtype.name], shape=value.shape)
            packed = pack_strings(value) if value.dtype.hasobject else np.ascontiguousarray(value).tobytes()
            request.raw_input_contents.append(packed)
        return request

    def _ask(self, method: str, request: Any, call: Call) -> Any:
        limit = self.manifest.limits.seconds
        if call.deadline is not None:
            limit = max(0.0, min(limit, call.deadline - time.monotonic()))
        stub = GRPCInferenceServiceStub(self._connected())
        metadata = (("authorization", f"Bearer {self.token}"),) if self.token else ()
        answer = getattr(stub, method).future(request, timeout=limit, metadata=metadata)
        with call.on_end(answer.cancel):
            try:
                return answer.result()
            except (grpc.RpcError, grpc.FutureCancelledError) as error:
                call.check()
                _raise(self.manifest, error)

    def _connected(self) -> Any:
        if self._channel is None:
            secure = grpc.ssl_channel_credentials() if self.tls else None
            self._channel = (
                grpc.secure_channel(self.address, secure, options=_OPTIONS)
                if secure is not None
                else grpc.insecure_channel(self.address, options=_OPTIONS)
            )
        return self._channel


def _raise(manifest: Manifest, error: Any) -> NoReturn:
    """Raise what running a model raises for an answer that is an error."""
    code = error.code() if isinstance(error, grpc.RpcError) else grpc.StatusCode.CANCELLED
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        raise TimeLimitError(slow_elsewhere(manifest.ref, manifest.limits.seconds)) from error
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        raise ModelBusyError(f"{manifest.ref} is busy elsewhere", _BUSY_SECONDS) from error
    if code is grpc.StatusCode.INVALID_ARGUMENT:
        raise InvalidInputError(f"{manifest.ref}: {str(error.details())[:300]}") from error
    raise RunFailedError(f"{manifest.ref} cannot be run elsewhere: {code.name}") from error


def _outputs(response: oip.ModelInferResponse) -> dict[str, Array]:
    """Return the tensors of an answer. Raises RunFailedError for one that cannot be read."""
    outputs: dict[str, Array] = {}
    raw = response.raw_output_contents
    for at, tensor in enumerate(response.outputs):
        try:
            dtype, shape = _TYPES[tensor.datatype], tuple(tensor.shape)
            if raw and dtype.hasobject:
                value = unpack_strings(raw[at], shape)
            elif raw:
                value = np.frombuffer(raw[at], dtype.newbyteorder("<"))
            else:
                value = np.array(_contents(tensor), dtype)
            outputs[tensor.name] = value.reshape(shape)
        except (KeyError, ValueError, IndexError, InvalidInputError) as error:
            raise RunFailedError(f"output {tensor.name} of another server cannot be read: {error}") from error
    return outputs


def _contents(tensor: Any) -> Any:
    filled = [values for _, values in tensor.contents.ListFields()]
    return filled[0] if filled else []


def _declared(tensor: Tensor) -> TensorSpec:
    dtype = np.dtype(object if tensor.dtype == "string" else tensor.dtype)
    return TensorSpec(tensor.name, dtype, tensor.shape)


def _spec(tensor: Any) -> TensorSpec:
    if tensor.datatype not in _TYPES:
        raise InvalidInputError(f"{tensor.name} is {tensor.datatype}, which cannot be sent from here")
    return TensorSpec(tensor.name, _TYPES[tensor.datatype], tuple(tensor.shape))
