"""Model folders as objects: graph, manifest (model.yaml) and card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.training.v1.training_pb2 import LineageSources
from framewell_kit.objects.protocol import Objects
from framewell_models.manifest import read
from framewell_training.domain.models import Folder


@dataclass(frozen=True, slots=True)
class ObjectModelFolders:
    """ModelFolders in the object store. The graph is stored before the manifest that names its hash."""

    objects: Objects

    async def write(self, manifest: Mapping[str, object], graph: bytes, card: str) -> Folder:
        artefact = await self.objects.put(graph, media_type="application/x-onnx", suffix=".onnx")
        files = [{"name": "model.onnx", "sha256": artefact.sha256}]
        text = yaml.safe_dump({**manifest, "files": files}, sort_keys=False, allow_unicode=True)
        # Read back as inference will read it: a folder that nobody can load must not leave this service.
        ref = read(text, origin="the manifest of a new model").ref
        return Folder(
            model=ModelVersion(name=ref.name, version=ref.version),
            manifest=await self.objects.put(text.encode(), media_type="application/yaml", suffix=".yaml"),
            artefact=artefact,
            card=await self.objects.put(card.encode(), media_type="text/markdown", suffix=".md"),
        )

    async def write_sources(self, sources: LineageSources) -> ObjectRef:
        return await self.objects.put(
            sources.SerializeToString(), media_type="application/protobuf", suffix=".pb"
        )

    async def read_sources(self, ref: ObjectRef) -> LineageSources:
        return LineageSources.FromString(await self.objects.read(ref))

    async def erase(self, keys: Sequence[str]) -> int:
        return sum([await self.objects.delete(key) for key in keys if key])
