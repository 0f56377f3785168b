"""The methods about models: translate and delegate. Whoever changes models operates the mesh."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from framewell.inference.v1 import inference_service_pb2 as api
from framewell_contracts.sentences import wording_of
from framewell_inference.commands.choose_version import ChooseVersion
from framewell_inference.commands.enable_model import DisableModel, EnableModel
from framewell_inference.commands.import_model import ImportModel
from framewell_inference.commands.remove_model import RemoveModel
from framewell_inference.domain.messages import IMAGE_CHUNK, model_ref, model_version, observation_messages
from framewell_inference.domain.tensors import TensorSpec
from framewell_inference.entrypoints.model_streams import FolderStreams
from framewell_inference.ports.models import LoadedModel, Quarantined
from framewell_inference.ports.registrations import Examination
from framewell_inference.queries.list_models import ListModels
from framewell_inference.queries.try_model import TryModel
from framewell_kit.call_cause import call_cause
from framewell_kit.paging import page_request
from framewell_kit.rpc import current_actor
from framewell_models.manifest import Manifest, ModelRef


@dataclass(frozen=True, slots=True)
class ModelMethods:
    """Every method is one query or command."""

    streams: FolderStreams
    list_models: ListModels
    import_model: ImportModel
    try_model: TryModel
    choose_version: ChooseVersion
    enable_model: EnableModel
    disable_model: DisableModel
    remove_model: RemoveModel

    async def list(self, request: api.ListModelsRequest) -> api.ListModelsResponse:
        in_force = request.in_force if request.HasField("in_force") else None
        page = await self.list_models(page_request(request), request.name, in_force=in_force)
        return api.ListModelsResponse(
            models=[_listed(one) for one in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def take_in(self, request: api.ImportModelRequest) -> api.ImportModelResponse:
        actor = current_actor()
        async with self.streams.of(request.manifest, request.files) as arrived:
            taken, _ = await self.import_model(arrived.manifest, arrived.files, actor, call_cause())
        return api.ImportModelResponse(model=model_message(taken))

    async def upload(self, requests: AsyncIterator[api.UploadModelRequest]) -> api.UploadModelResponse:
        actor = current_actor()
        async with self.streams.arrived(requests) as arrived:
            taken, found = await self.import_model(arrived.manifest, arrived.files, actor, call_cause())
        return api.UploadModelResponse(model=model_message(taken), examination=_examination(found))

    async def attempt(self, requests: AsyncIterator[api.TryModelRequest]) -> api.TryModelResponse:
        async with self.streams.arrived(requests) as arrived:
            found, seen = await self.try_model(arrived.manifest, arrived.files, arrived.picture)
        observations = [] if seen is None else observation_messages(seen, IMAGE_CHUNK)
        return api.TryModelResponse(examination=_examination(found), observations=observations)

    async def choose(self, request: api.ChooseVersionRequest) -> api.ChooseVersionResponse:
        actor, ref = current_actor(), model_ref(request.model)
        chosen = await self.choose_version(ref, actor, call_cause())
        return api.ChooseVersionResponse(model=model_message(chosen))

    async def enable(self, request: api.EnableModelRequest) -> api.EnableModelResponse:
        actor = current_actor()
        enabled = await self.enable_model(request.name, request.scopes, actor, call_cause())
        return api.EnableModelResponse(model=model_message(enabled))

    async def disable(self, request: api.DisableModelRequest) -> api.DisableModelResponse:
        actor = current_actor()
        disabled = await self.disable_model(request.name, request.scopes, actor, call_cause())
        return api.DisableModelResponse(model=model_message(disabled))

    async def remove(self, request: api.RemoveModelRequest) -> api.RemoveModelResponse:
        actor = current_actor()
        removed = await self.remove_model(request.model.name, request.model.version, actor, call_cause())
        return api.RemoveModelResponse(removed=map(model_version, removed))


def model_message(loaded: LoadedModel) -> api.Model:
    """Return a model that can be run as it is listed."""
    message = _described(loaded.model.manifest)
    message.in_force = loaded.in_force
    message.provider, message.fallback = loaded.model.provider, loaded.model.fallback
    if (wording := wording_of(loaded.model.fallback)) is not None:
        message.fallback_wording.CopyFrom(wording)
    message.enabled.extend(loaded.enabled)
    return message


def _listed(one: LoadedModel | Quarantined) -> api.Model:
    if isinstance(one, LoadedModel):
        return model_message(one)
    message = api.Model() if one.manifest is None else _described(one.manifest)
    message.model.CopyFrom(model_version(ModelRef(one.name, one.version)))
    message.quarantined = one.reason
    if (wording := wording_of(one.reason)) is not None:
        message.quarantined_wording.CopyFrom(wording)
    return message


def _described(manifest: Manifest) -> api.Model:
    return api.Model(
        model=model_version(manifest.ref),
        analyser=manifest.analyser,
        code_licence=manifest.licence.code,
        weights_licence=manifest.licence.weights,
        source=_source(manifest),
        sha256=manifest.graph.sha256 if manifest.files else "",
        intended_use=manifest.intended_use,
        task=manifest.task,
    )


def _source(manifest: Manifest) -> str:
    if manifest.source:
        return manifest.source
    if manifest.packages:
        return f"package:{manifest.packages[0]}"
    return f"run:{manifest.parent}" if manifest.parent else ""


def _examination(found: Examination) -> api.ModelExamination:
    return api.ModelExamination(
        inputs=_tensors(found.inputs),
        outputs=_tensors(found.outputs),
        opset=found.opset,
        operators=found.operators,
        parameters=found.parameters,
        run_seconds=found.run_seconds,
    )


def _tensors(specs: Iterable[TensorSpec]) -> list[api.ModelTensor]:
    return [
        api.ModelTensor(
            name=spec.name,
            dtype="string" if spec.dtype.hasobject else spec.dtype.name,
            shape=spec.shape,
        )
        for spec in specs
    ]
