"""Model folders as objects: graph, manifest (model.yaml) and card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import yaml

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.training.v1.training_pb2 import LineageSources
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects, reference
from framewell_kit.outcomes import NotFound
from framewell_models.manifest import ManifestError
from framewell_models.manifest_reader import read
from framewell_models.manifest_yaml import MOST_BYTES_OF_OURS
from framewell_training.domain.models import Folder, Model
from framewell_training.ports import ModelFiles, Note, UnreadableModel


@dataclass(frozen=True, slots=True)
class ObjectModelFolders:
    """ModelFolders in the object store. The graph is stored before the manifest that names its hash."""

    objects: Objects

    async def write(self, manifest: Mapping[str, object], graph: bytes, card: str, note: Note) -> Folder:
        artefact = await self._put(graph, "application/x-onnx", ".onnx", note)
        files = [{"name": "model.onnx", "sha256": artefact.sha256}]
        text = yaml.safe_dump({**manifest, "files": files}, sort_keys=False, allow_unicode=True)
        # Read back as inference will read it: a folder that nobody can load must not leave this service.
        ref = read(text, origin="the manifest of a new model", most_bytes=MOST_BYTES_OF_OURS).ref
        return Folder(
            model=ModelVersion(name=ref.name, version=ref.version),
            manifest=await self._put(text.encode(), "application/yaml", ".yaml", note),
            artefact=artefact,
            card=await self._put(card.encode(), "text/markdown", ".md", note),
        )

    async def write_sources(self, sources: LineageSources, note: Note) -> ObjectRef:
        return await self._put(sources.SerializeToString(), "application/protobuf", ".pb", note)

    async def read(self, model: Model) -> ModelFiles:
        made = model.completed
        graph = await self._read(model, made.artefact, "graph")
        text = await self._read(model, made.manifest, "manifest")
        try:
            origin = f"the manifest of {model.ref}"
            manifest = read(text.decode(), origin=origin, most_bytes=MOST_BYTES_OF_OURS)
        except (ManifestError, UnicodeDecodeError) as error:
            raise UnreadableModel(
                say(
                    "model_unreadable.manifest",
                    "the manifest of {model} cannot be read: {error}",
                    model=model.ref,
                    error=error,
                )
            ) from error
        expected = (model.ref, model.classes, made.artefact.sha256)
        if (str(manifest.ref), manifest.classes, manifest.graph.sha256) != expected:
            raise UnreadableModel(
                say(
                    "model_unreadable.another",
                    "the manifest of {model} names another version, other classes or another graph than the"
                    " run that made it",
                    model=model.ref,
                )
            )
        return ModelFiles(manifest, graph)

    async def _read(self, model: Model, ref: ObjectRef, what: str) -> bytes:
        try:
            data = await self.objects.read(ref)
        except NotFound as missing:
            raise UnreadableModel(
                say("model_unreadable.gone", "the {what} of {model} is gone", what=what, model=model.ref)
            ) from missing
        if sha256(data).hexdigest() != ref.sha256:
            raise UnreadableModel(
                say(
                    "model_unreadable.damaged",
                    "the {what} of {model} is damaged: its hash is not the one it was made with",
                    what=what,
                    model=model.ref,
                )
            )
        return data

    async def _put(self, data: bytes, media_type: str, suffix: str, note: Note) -> ObjectRef:
        await note(reference(sha256(data).hexdigest(), len(data), media_type, suffix))
        return await self.objects.put(data, media_type=media_type, suffix=suffix)

    async def read_sources(self, ref: ObjectRef) -> LineageSources:
        return LineageSources.FromString(await self.objects.read(ref))

    async def erase(self, keys: Sequence[str]) -> int:
        return sum([await self.objects.delete(key) for key in keys if key])
