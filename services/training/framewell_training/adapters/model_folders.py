"""Model folders as objects: graph, manifest (model.yaml) and card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_kit.objects.protocol import Objects
from framewell_models.manifest import read
from framewell_training.domain.models import Folder


@dataclass(frozen=True, slots=True)
class StoredFolders:
    """The ModelFolders port. The graph is stored before the manifest that names its hash."""

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

    async def erase(self, keys: Sequence[str]) -> int:
        return sum([await self.objects.delete(key) for key in keys if key])
