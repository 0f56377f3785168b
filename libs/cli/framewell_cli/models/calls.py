"""Calls about models to the inference service of the mesh that runs here, and how models are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import grpc
import typer

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelScope
from framewell.oip.v2 import open_inference_pb2 as oip
from framewell.oip.v2.open_inference_pb2_grpc import GRPCInferenceServiceStub
from framewell_cli.console import print_json
from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.service_calls import ServiceAway, ServiceRefused, address_of, caller, service
from framewell_models.folders import ModelFolder
from framewell_models.manifest import MANIFEST_NAME, ManifestError, ModelRef
from framewell_models.manifest_reader import load

CALL_SECONDS: Final = 60.0

UPLOAD_SECONDS: Final = 3600.0
"""A model of gigabytes may take that long over a slow line."""

PIECE_BYTES: Final = 1 << 20


def call(method: str, request: Any, acting_as: str, *, seconds: float = CALL_SECONDS) -> Any:
    """Ask the inference service of the mesh that runs here. Raises MeshUnreachable and CommandError."""
    address = address_of("inference")
    try:
        with service(InferenceServiceStub, address) as stub:
            return getattr(stub, method)(request, timeout=seconds, metadata=caller(acting_as))
    except ServiceAway:
        raise MeshUnreachable(f"models: the inference service at {address} does not answer") from None
    except ServiceRefused as error:
        raise CommandError(f"models: {error}") from None


def model_metadata(where: Mapping[str, str], *, encrypted: bool) -> oip.ModelMetadataResponse:
    """Return what an Open Inference Protocol server says of a model. Raises CommandError."""
    address = where["address"]
    options = (("grpc.enable_http_proxy", 0),)
    channel = (
        grpc.secure_channel(address, grpc.ssl_channel_credentials(), options=options)
        if encrypted
        else grpc.insecure_channel(address, options=options)
    )
    request = oip.ModelMetadataRequest(name=where["model"], version=where.get("version", ""))
    with channel:
        try:
            answer = GRPCInferenceServiceStub(channel).ModelMetadata(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            reason = error.details() or error.code().name
            raise CommandError(f"models: {address} says nothing of {where['model']}: {reason}") from None
    assert isinstance(answer, oip.ModelMetadataResponse)
    return answer


def open_model_folder(folder: Path) -> ModelFolder:
    """Return a folder whose files are those its manifest pins. Raises UsageProblem, naming what is wrong."""
    try:
        found = ModelFolder(load(folder / MANIFEST_NAME), folder)
    except ManifestError as error:
        raise UsageProblem(f"models: {error}") from error
    problems = found.problems()
    if problems:
        raise UsageProblem(f"models: {'; '.join(problems)}")
    return found


def folder_parts(folder: ModelFolder, part: Callable[..., Any]) -> Iterator[Any]:
    """Yield a folder as the messages of a stream, a piece of a file at a time."""
    yield part(header=api.ModelHeader(manifest=folder.path(MANIFEST_NAME).read_bytes()))
    for file in folder.manifest.files:
        with folder.path(file.name).open("rb") as stream:
            data = stream.read(PIECE_BYTES)
            while True:
                yield part(piece=api.ModelPiece(file=file.name, data=data))
                if not (data := stream.read(PIECE_BYTES)):
                    break


def named_version(text: str) -> ModelVersion:
    """Return NAME@VERSION as a message. Raises UsageProblem."""
    try:
        ref = ModelRef.parse(text)
    except ManifestError as error:
        raise UsageProblem(f"models: {error}") from error
    return ModelVersion(name=ref.name, version=ref.version)


def scopes_of(series: Sequence[str], channels: Sequence[str]) -> list[ModelScope]:
    """Return what a model is enabled for: each series on each channel; empty for everything."""
    if not series and not channels:
        return []
    return [
        ModelScope(series=one, channel=channel) for one in (series or [""]) for channel in (channels or [""])
    ]


def model_document(model: api.Model) -> dict[str, Any]:
    """Return a model of the mesh as JSON has it."""
    return {
        "model": f"{model.model.name}@{model.model.version}",
        "task": model.task,
        "analyser": model.analyser,
        "in_force": model.in_force,
        "enabled": [{"series": one.series, "channel": one.channel} for one in model.enabled],
        "quarantined": model.quarantined,
        "provider": model.provider,
        "fallback": model.fallback,
        "source": model.source,
        "code_licence": model.code_licence,
        "weights_licence": model.weights_licence,
        "sha256": model.sha256,
        "intended_use": model.intended_use,
    }


def enabled_text(document: Mapping[str, Any]) -> str:
    """Return for which programmes a model looks at chunks, in words."""
    scopes = [
        " on ".join(filter(None, (one["series"], one["channel"]))) or "every programme"
        for one in document["enabled"]
    ]
    return ", ".join(scopes) or "nothing"


def print_model(model: api.Model, *, as_json: bool) -> None:
    """Print what became of a model."""
    document = model_document(model)
    if as_json:
        print_json(document)
        return
    state = "in force" if model.in_force else "taken in, another version is in force"
    looks = f", looks at {enabled_text(document)}" if model.enabled else ""
    typer.echo(f"{document['model']}: {state}{looks}, runs on {model.provider}")
