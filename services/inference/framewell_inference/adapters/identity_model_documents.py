"""Identity models: where they lie, which version is in force, and the loaded ones of this process.

    collection `identity_models`: one document a promoted version, `_id` name@version
    collection `aliases`:         one document a name: the version in force and its revision

Which version is in force is one field of one document, so the switch is one write, and every replica
reads the same answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from framewell.model.v1.model_pb2 import ModelPromoted
from framewell_contracts.sentences import say
from framewell_inference.adapters.graph_checks import read_model
from framewell_inference.domain.messages import model_ref
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.models import (
    EmbeddingsRead,
    IdentityModel,
    Model,
    ModelLoader,
    ModelRegistry,
    Reported,
    Switched,
)
from framewell_kit.documents.protocol import Documents
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import NotFound, Rejected
from framewell_models.manifest import Manifest, ManifestError, ModelRef
from framewell_models.manifest_reader import read
from framewell_models.manifest_yaml import MOST_BYTES_OF_OURS

MODELS: Final = "identity_models"
ALIASES: Final = "aliases"


@dataclass(frozen=True, slots=True)
class IdentityModelDocuments:
    """IdentityModelRepository on documents and objects."""

    documents: Documents
    objects: Objects
    loader: ModelLoader
    registry: ModelRegistry
    identifier: Callable[[Model], IdentityModel]
    """Makes an identity model of a loaded graph. Raises ManifestError when it is none."""
    _loaded: dict[ModelRef, tuple[Model, IdentityModel]] = field(default_factory=dict)
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def register(self, promoted: ModelPromoted) -> bool:
        """Keep the artefact and announce the revision as the one to switch to.

        Raises Rejected when the manifest is not one of an identity model, so that a bad promotion is a
        dead letter with its reason and not a replica that never gets ready.
        """
        ref = model_ref(promoted.model)
        manifest = await self._manifest(ref, promoted.manifest.key)
        await self.documents.insert_once(
            MODELS,
            {
                "_id": str(ref),
                "manifest": promoted.manifest.key,
                "graph": promoted.artefact.key,
                "embedding": str(manifest.embedding),
                "run": promoted.run_id,
            },
        )
        nothing = {"version": "", "next": "", "previous": "", "revision": 0, "next_revision": 0}
        await self.documents.insert_once(ALIASES, {"_id": ref.name, **nothing})
        changed = await self.documents.update(
            ALIASES,
            ref.name,
            {"$set": {"next": ref.version, "next_revision": promoted.revision}},
            expect={"next_revision": {"$lte": promoted.revision}},
        )
        return changed is not None

    async def load(self, ref: ModelRef) -> IdentityModel:
        return (await self._loaded_once(ref))[1]

    async def in_force(self) -> list[ModelRef]:
        aliases = await self.documents.find(ALIASES, {})
        refs = [ModelRef(alias["_id"], alias["version"]) for alias in aliases if alias["version"]]
        return sorted(refs, key=str)

    async def embeddings(self) -> EmbeddingsRead:
        aliases = await self.documents.find(ALIASES, {})
        versions = {
            key: sorted(str(ModelRef(alias["_id"], alias[key])) for alias in aliases if alias[key])
            for key in ("version", "next")
        }
        wanted = sorted({*versions["version"], *versions["next"]})
        found = await self.documents.find(MODELS, {"_id": {"$in": wanted}}) if wanted else []
        read = {document["_id"]: ModelRef.parse(document["embedding"]) for document in found}
        in_force = [read[name] for name in versions["version"] if name in read]
        return EmbeddingsRead(in_force, sorted(set(read.values()), key=str))

    async def candidates(self) -> list[ModelRef]:
        refs = set()
        for alias in await self.documents.find(ALIASES, {}):
            refs |= {ModelRef(alias["_id"], alias[key]) for key in ("version", "next") if alias[key]}
        return sorted(refs, key=str)

    async def is_overtaken(self, name: str, revision: int) -> bool:
        alias = await self.documents.get(ALIASES, name)
        return alias is not None and int(alias["revision"]) > revision

    async def switch(self, ref: ModelRef, revision: int, reported: Reported) -> Switched | None:
        while True:
            alias = await self.documents.get(ALIASES, ref.name)
            if alias is None or int(alias["revision"]) > revision:
                return None
            before, previous = int(alias["revision"]), alias["previous"]
            if before < revision and (
                not alias["version"] or await reported(ModelRef(ref.name, alias["version"]), before)
            ):
                previous = alias["version"]
            change = {"version": ref.version, "revision": revision, "previous": previous}
            if await self.documents.update(ALIASES, ref.name, {"$set": change}, expect={"revision": before}):
                break
        model, _ = await self._loaded_once(ref)
        self.registry.put(model, in_force=True)
        await self._unload_old(ref.name)
        return Switched(ModelRef(ref.name, previous) if previous else None)

    async def retire(self, name: str, revision: int) -> None:
        alias = await self.documents.update(
            ALIASES,
            name,
            {
                "$set": {
                    "version": "",
                    "next": "",
                    "previous": "",
                    "revision": revision,
                    "next_revision": revision,
                }
            },
            expect={"revision": {"$lte": revision}},
        )
        if alias is not None:
            await self._unload_old(name)

    async def _unload_old(self, name: str) -> None:
        """Let go of versions that are neither in force nor about to be; whoever runs one may finish."""
        kept = set(await self.candidates())
        for ref in [ref for ref in self._loaded if ref.name == name and ref not in kept]:
            del self._loaded[ref]
            self.registry.drop(ref)

    async def _loaded_once(self, ref: ModelRef) -> tuple[Model, IdentityModel]:
        async with self._loading:
            if ref not in self._loaded:
                self._loaded[ref] = await self._load(ref)
                self.registry.put(self._loaded[ref][0], in_force=self.registry.find(ref.name) is None)
            return self._loaded[ref]

    async def _load(self, ref: ModelRef) -> tuple[Model, IdentityModel]:
        document = await self.documents.get(MODELS, str(ref))
        if document is None:
            raise NotFound(
                say("model_unknown.identity", "identity model {model} was never promoted here", model=ref)
            )
        manifest = await self._manifest(ref, document["manifest"])
        try:
            graph = await self.objects.read(document["graph"])
            model = await read_model(self.loader, manifest, graph, trusted=True)
            return model, self.identifier(model)
        except (ManifestError, InvalidInputError) as error:
            raise Rejected(
                say(
                    "bad_model.not_loaded",
                    "identity model {model} cannot be loaded: {why}",
                    model=ref,
                    why=error,
                )
            ) from error

    async def _manifest(self, ref: ModelRef, key: str) -> Manifest:
        try:
            text = (await self.objects.read(key)).decode("utf-8")
            manifest = read(text, origin=f"{ref}: {key}", most_bytes=MOST_BYTES_OF_OURS)
        except (ManifestError, UnicodeDecodeError) as error:
            raise Rejected(
                say("bad_manifest.identity", "identity model {model}: {why}", model=ref, why=error)
            ) from error
        if manifest.ref != ref or manifest.task != "identity":
            raise Rejected(
                say(
                    "bad_manifest.other",
                    "the manifest of {model} describes {described}, a {task} model",
                    model=ref,
                    described=manifest.ref,
                    task=manifest.task,
                ),
            )
        return manifest
