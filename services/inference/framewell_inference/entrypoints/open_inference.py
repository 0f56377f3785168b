"""inference.GRPCInferenceService: registered models on tensors, for any client of the protocol.

A sync gRPC server with a bounded thread pool: `session.run` happens in the request's own thread, which
on a CPU is faster than every queue we measured. Calls over the bound are refused at once
(RESOURCE_EXHAUSTED), calls whose caller has gone are dropped before they compute. Models are named as
registered; a path in a request is never opened.
"""

# ruff: noqa: N802, ARG002  the names and signatures are gRPC's

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final, NoReturn

import grpc
import numpy as np

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell.oip.v2.open_inference_pb2_grpc import GRPCInferenceServiceServicer
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec
from framewell_inference.entrypoints.tensors import datatype, metadata, read_inputs, write_outputs
from framewell_inference.ports.models import Model, ModelRegistry
from framewell_models.manifest import ModelRef

PLATFORM: Final = "onnxruntime_onnx"
BACKEND: Final = "onnxruntime"
EXTENSIONS: Final = ("model_repository", "model_configuration")

SERVICE: Final = oip.DESCRIPTOR.services_by_name["GRPCInferenceService"].full_name

_CONFIG_TYPES: Final = {
    name: f"TYPE_{name}" for name in ("BOOL", "UINT8", "INT8", "INT32", "INT64", "FP16", "FP32", "FP64")
}


@dataclass(slots=True)
class OpenInference(GRPCInferenceServiceServicer):
    """`streams` bounds how many streams may hold a thread each; `ready` returns whether models can be run."""

    registry: ModelRegistry
    streams: threading.BoundedSemaphore
    ready: Callable[[], bool] = field(default=lambda: True)

    def ServerLive(self, request: oip.ServerLiveRequest, context: Any) -> oip.ServerLiveResponse:
        return oip.ServerLiveResponse(live=True)

    def ServerReady(self, request: oip.ServerReadyRequest, context: Any) -> oip.ServerReadyResponse:
        return oip.ServerReadyResponse(ready=self.ready())

    def ModelReady(self, request: oip.ModelReadyRequest, context: Any) -> oip.ModelReadyResponse:
        return oip.ModelReadyResponse(
            ready=self.registry.find(request.name, request.version or None) is not None
        )

    def ServerMetadata(self, request: oip.ServerMetadataRequest, context: Any) -> oip.ServerMetadataResponse:
        return oip.ServerMetadataResponse(
            name="framewell", version=version("framewell-inference"), extensions=EXTENSIONS
        )

    def ModelMetadata(self, request: oip.ModelMetadataRequest, context: Any) -> oip.ModelMetadataResponse:
        model = self._model(request.name, request.version, context)
        ref = model.manifest.ref
        return oip.ModelMetadataResponse(
            name=ref.name,
            versions=[
                one.model.manifest.version
                for one in self.registry.all()
                if one.model.manifest.name == ref.name
            ],
            platform=PLATFORM,
            inputs=[metadata(spec) for spec in model.inputs],
            outputs=[metadata(spec) for spec in model.outputs],
        )

    def ModelConfig(self, request: oip.ModelConfigRequest, context: Any) -> oip.ModelConfigResponse:
        model = self._model(request.name, request.version, context)
        config = oip.ModelConfig(name=model.manifest.name, platform=PLATFORM, backend=BACKEND)
        for spec in model.inputs:
            config.input.add(name=spec.name, data_type=_config_type(spec), dims=spec.shape)
        for spec in model.outputs:
            config.output.add(name=spec.name, data_type=_config_type(spec), dims=spec.shape)
        return oip.ModelConfigResponse(config=config)

    def RepositoryIndex(
        self, request: oip.RepositoryIndexRequest, context: Any
    ) -> oip.RepositoryIndexResponse:
        response = oip.RepositoryIndexResponse()
        for ref in self._refs():
            response.models.add(name=ref.name, version=ref.version, state="READY")
        return response

    def ModelInfer(self, request: oip.ModelInferRequest, context: Any) -> oip.ModelInferResponse:
        model = self._model(request.model_name, request.model_version, context)
        if not context.is_active():
            _abort(context, grpc.StatusCode.CANCELLED, "the caller has gone")
        try:
            return _run(model, request)
        except InvalidInputError as error:
            _abort(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))

    def ModelStreamInfer(
        self, request_iterator: Iterator[oip.ModelInferRequest], context: Any
    ) -> Iterator[oip.ModelStreamInferResponse]:
        if not self.streams.acquire(blocking=False):
            _abort(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "too many streams; close one or try again")
        try:
            for request in request_iterator:
                yield self._answer(request)
        finally:
            self.streams.release()

    def _answer(self, request: oip.ModelInferRequest) -> oip.ModelStreamInferResponse:
        model = self.registry.find(request.model_name, request.model_version or None)
        if model is None:
            return oip.ModelStreamInferResponse(
                error_message=_unknown(request.model_name, request.model_version)
            )
        try:
            return oip.ModelStreamInferResponse(infer_response=_run(model, request))
        except InvalidInputError as error:
            return oip.ModelStreamInferResponse(error_message=str(error))

    def _refs(self) -> list[ModelRef]:
        return [one.model.manifest.ref for one in self.registry.all()]

    def _model(self, name: str, wanted: str, context: Any) -> Model:
        model = self.registry.find(name, wanted or None)
        if model is None:
            _abort(context, grpc.StatusCode.NOT_FOUND, _unknown(name, wanted))
        return model


def _run(model: Model, request: oip.ModelInferRequest) -> oip.ModelInferResponse:
    outputs = model.run(read_inputs(request, model.inputs))
    response = oip.ModelInferResponse(
        model_name=model.manifest.name, model_version=model.manifest.version, id=request.id
    )
    write_outputs(response, outputs, [output.name for output in request.outputs])
    return response


def _unknown(name: str, wanted: str) -> str:
    which = f"{name} in version {wanted}" if wanted else name
    return f"no model {which} is registered; RepositoryIndex lists what there is"


def _config_type(spec: TensorSpec) -> oip.DataType.ValueType:
    return oip.DataType.Value(_CONFIG_TYPES[datatype(np.dtype(spec.dtype))])


def _abort(context: Any, code: grpc.StatusCode, reason: str) -> NoReturn:
    context.abort(code, reason)
    raise AssertionError("abort raises")
