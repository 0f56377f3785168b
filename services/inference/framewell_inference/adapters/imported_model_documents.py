"""Models taken in by hand: folders in the object store, one document each, loaded at every start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from framewell_inference.adapters.graph_checks import read_model
from framewell_inference.ports.models import Model, ModelLoader, ModelRegistry
from framewell_kit.documents.protocol import Documents
from framewell_kit.objects.protocol import Objects
from framewell_models.manifest import Manifest, ManifestError
from framewell_models.manifest_reader import read

COLLECTION: Final = "imported_models"


@dataclass(frozen=True, slots=True)
class ImportedModelDocuments:
    """ImportedModelRepository on documents and objects."""

    documents: Documents
    objects: Objects
    loader: ModelLoader

    async def keep(self, manifest: Manifest, text: bytes, files: Mapping[str, bytes]) -> Model:
        expected = {file.name for file in manifest.files}
        if set(files) != expected:
            raise ManifestError(
                f"{manifest.ref}: files are {sorted(files)}, the manifest lists {sorted(expected)}"
            )
        model = await read_model(self.loader, manifest, files[manifest.graph.name])
        described = await self.objects.put(text, media_type="application/yaml", suffix=".yaml")
        graph = await self.objects.put(
            files[manifest.graph.name], media_type="application/octet-stream", suffix=".onnx"
        )
        await self.documents.insert_once(
            COLLECTION, {"_id": str(manifest.ref), "manifest": described.key, "graph": graph.key}
        )
        return model

    async def restore(self, registry: ModelRegistry) -> None:
        """Load every model that was taken in before; the first version of a name is in force."""
        for document in await self.documents.find(COLLECTION, {}, sort=[("_id", 1)]):
            text = (await self.objects.read(document["manifest"])).decode("utf-8")
            manifest = read(text, origin=document["_id"])
            model = await read_model(self.loader, manifest, await self.objects.read(document["graph"]))
            registry.put(model, in_force=registry.find(manifest.name) is None)
