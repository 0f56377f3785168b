"""inference.GRPCInferenceService: registered models on tensors, for any client of the protocol.

Models are named as registered; a path in a request is never opened. What a call costs, and who may wait for
what, is the engine's (`adapters/serving`); which threads a call gets is the server's.
"""

# ruff: noqa: N802, ARG002  the names and signatures are gRPC's

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final, NoReturn

import numpy as np
from google.protobuf.message import DecodeError

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell_contracts.sentences import say
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec
from framewell_inference.entrypoints.open_inference_budget import ByteBudget
from framewell_inference.entrypoints.open_inference_calls import Failure, call_of, end_with, failure_of
from framewell_inference.entrypoints.tensors import datatype, metadata, read_inputs, write_outputs
from framewell_inference.ports.calls import Call, Duration
from framewell_inference.ports.models import LoadedModel, Model, ModelRegistry
from framewell_kit.outcomes import NotFound

PLATFORM: Final = "onnxruntime_onnx"
BACKEND: Final = "onnxruntime"
EXTENSIONS: Final = (
    "classification",
    "model_configuration",
    "model_repository",
    "model_repository(unload_dependents)",
    "statistics",
)

SERVICE: Final = oip.DESCRIPTOR.services_by_name["GRPCInferenceService"].full_name

READY: Final = "READY"
UNAVAILABLE: Final = "UNAVAILABLE"

_CONFIG_TYPES: Final = {"BYTES": "TYPE_STRING"}


@dataclass(slots=True)
class OpenInference:
    """One method a method of the protocol. `ready` returns whether models can be run."""

    registry: ModelRegistry
    budget: ByteBudget
    ready: Callable[[], bool] = field(default=lambda: True)
    _unloaded: set[str] = field(default_factory=set)
    """Names that a client unloaded; not served here until one loads them."""

    def ServerLive(self, request: oip.ServerLiveRequest, context: Any) -> oip.ServerLiveResponse:
        return oip.ServerLiveResponse(live=True)

    def ServerReady(self, request: oip.ServerReadyRequest, context: Any) -> oip.ServerReadyResponse:
        return oip.ServerReadyResponse(ready=self.ready())

    def ModelReady(self, request: oip.ModelReadyRequest, context: Any) -> oip.ModelReadyResponse:
        found = self.registry.find(request.name, request.version or None)
        return oip.ModelReadyResponse(ready=found is not None and request.name not in self._unloaded)

    def ServerMetadata(self, request: oip.ServerMetadataRequest, context: Any) -> oip.ServerMetadataResponse:
        return oip.ServerMetadataResponse(
            name="framewell", version=version("framewell-inference"), extensions=EXTENSIONS
        )

    def ModelMetadata(self, request: oip.ModelMetadataRequest, context: Any) -> oip.ModelMetadataResponse:
        model = self._model(request.name, request.version)
        return oip.ModelMetadataResponse(
            name=request.name,
            versions=[one.model.manifest.version for one in self._versions(request.name)],
            platform=PLATFORM,
            inputs=[metadata(spec) for spec in model.inputs],
            outputs=[metadata(spec) for spec in model.outputs],
        )

    def ModelConfig(self, request: oip.ModelConfigRequest, context: Any) -> oip.ModelConfigResponse:
        model = self._model(request.name, request.version)
        config = oip.ModelConfig(name=model.manifest.name, platform=PLATFORM, backend=BACKEND)
        for spec in model.inputs:
            config.input.add(name=spec.name, data_type=_config_type(spec), dims=spec.shape)
        for spec in model.outputs:
            config.output.add(name=spec.name, data_type=_config_type(spec), dims=spec.shape)
        return oip.ModelConfigResponse(config=config)

    def ModelStatistics(
        self, request: oip.ModelStatisticsRequest, context: Any
    ) -> oip.ModelStatisticsResponse:
        if request.name:
            self._model(request.name, request.version)
        response = oip.ModelStatisticsResponse()
        for one in self._versions(request.name):
            manifest, counts = one.model.manifest, one.model.counts
            if request.version in {"", manifest.version}:
                statistics = response.model_stats.add(
                    name=manifest.name,
                    version=manifest.version,
                    last_inference=int(counts.last * 1000),
                    inference_count=counts.rows,
                    execution_count=counts.computed.count,
                )
                _set(statistics.inference_stats.success, counts.succeeded)
                _set(statistics.inference_stats.fail, counts.failed)
                _set(statistics.inference_stats.queue, counts.queued)
                _set(statistics.inference_stats.compute_infer, counts.computed)
        return response

    def RepositoryIndex(
        self, request: oip.RepositoryIndexRequest, context: Any
    ) -> oip.RepositoryIndexResponse:
        response = oip.RepositoryIndexResponse()
        for one in self.registry.all():
            ref = one.model.manifest.ref
            away = ref.name in self._unloaded
            if not (away and request.ready):
                response.models.add(
                    name=ref.name,
                    version=ref.version,
                    state=UNAVAILABLE if away else READY,
                    reason="unloaded" if away else "",
                )
        for broken in [] if request.ready else self.registry.quarantined():
            response.models.add(
                name=broken.name, version=broken.version, state=UNAVAILABLE, reason=broken.reason
            )
        return response

    def RepositoryModelLoad(
        self, request: oip.RepositoryModelLoadRequest, context: Any
    ) -> oip.RepositoryModelLoadResponse:
        if request.parameters:
            raise InvalidInputError(
                f"{min(request.parameters)}: files and configurations are registered, not sent with a load"
            )
        self._registered(request.model_name).warm()
        self._unloaded.discard(request.model_name)
        return oip.RepositoryModelLoadResponse()

    def RepositoryModelUnload(
        self, request: oip.RepositoryModelUnloadRequest, context: Any
    ) -> oip.RepositoryModelUnloadResponse:
        self._registered(request.model_name)
        self._unloaded.add(request.model_name)
        for one in self._versions(request.model_name):
            one.model.close()
        return oip.RepositoryModelUnloadResponse()

    def ModelInfer(self, data: bytes, context: Any) -> oip.ModelInferResponse:
        """Run one request, given as it came: whoever runs it also reads it."""
        with self.budget.taken(len(data)):
            request = _parse(data)
            call = call_of(request, context.time_remaining())
            end_with(call, context)
            return self._run(request, call)

    def ModelStreamInfer(
        self, requests: Iterator[bytes], context: Any
    ) -> Iterator[oip.ModelStreamInferResponse]:
        """Run requests in order. One that fails is answered with its id, and the stream goes on."""
        stream = Call(patient=False)
        end_with(stream, context)
        for data in requests:
            yield self._answer(data, stream, context)

    def _answer(self, data: bytes, stream: Call, context: Any) -> oip.ModelStreamInferResponse:
        request = oip.ModelInferRequest()
        try:
            with self.budget.taken(len(data)):
                request = _parse(data)
                call = call_of(request, context.time_remaining())
                with stream.on_end(lambda: call.end("the caller has gone")):
                    return oip.ModelStreamInferResponse(infer_response=self._run(request, call))
        except Exception as error:  # noqa: BLE001  whatever it is, the next request is another one
            return failure_of(error).answer(request)

    def _run(self, request: oip.ModelInferRequest, call: Call) -> oip.ModelInferResponse:
        model = self._model(request.model_name, request.model_version)
        run = model.measured(read_inputs(request, model.inputs), call)
        response = oip.ModelInferResponse(
            model_name=model.manifest.name, model_version=model.manifest.version, id=request.id
        )
        write_outputs(response, run.outputs, request.outputs, model.labels)
        return response

    def _model(self, name: str, wanted: str) -> Model:
        model = self.registry.find(name, wanted or None)
        if model is None:
            which = f"{name} in version {wanted}" if wanted else name
            raise NotFound(
                say(
                    "model_unknown.registered",
                    "no model {model} is registered; RepositoryIndex lists what there is",
                    model=which[:200],
                )
            )
        if name in self._unloaded:
            raise NotFound(
                say(
                    "model_unknown.unloaded",
                    "model {model} is unloaded; RepositoryModelLoad brings it back",
                    model=name,
                )
            )
        return model

    def _registered(self, name: str) -> Model:
        """Return the version in force of a name, also when it is unloaded. Raises NotFound."""
        model = self.registry.find(name)
        if model is None:
            raise NotFound(
                say(
                    "model_unknown.registered",
                    "no model {model} is registered; RepositoryIndex lists what there is",
                    model=name[:200],
                )
            )
        return model

    def _versions(self, name: str) -> list[LoadedModel]:
        return [one for one in self.registry.all() if name in {"", one.model.manifest.name}]


def abort(context: Any, failure: Failure) -> NoReturn:
    """End a call with a failure."""
    context.abort_with_status(failure.status())
    raise AssertionError("abort raises")


def _parse(data: bytes) -> oip.ModelInferRequest:
    try:
        return oip.ModelInferRequest.FromString(data)
    except DecodeError as error:
        raise InvalidInputError("the request is no ModelInferRequest") from error


def _set(target: oip.StatisticDuration, value: Duration) -> None:
    target.count, target.ns = value.count, int(value.seconds * 1e9)


def _config_type(spec: TensorSpec) -> oip.DataType.ValueType:
    name = datatype(np.dtype(spec.dtype))
    return oip.DataType.Value(_CONFIG_TYPES.get(name, f"TYPE_{name}"))
