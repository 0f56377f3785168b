"""Registered models in the document store: one document a name, with the fact of its latest change.

collection `model_registrations`: `_id` the name, `revision`, and `entry`, the ModelRegistered
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.model.v1.model_pb2 import ModelFile, ModelRegistered, RegisteredVersion
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_kit.documents.protocol import Documents
from framewell_kit.facts import Cause, Fact
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy
from framewell_models.folders import ModelFolder
from framewell_models.manifest import ModelRef

COLLECTION: Final = "model_registrations"


@dataclass(frozen=True, slots=True)
class RegistrationDocuments:
    """ModelRegistrations: compare-and-set on the revision, the fact in the same document."""

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        """Have the outbox sweep what a crash left behind."""
        self.outbox.register(COLLECTION)

    async def get(self, name: str) -> ModelRegistered:
        document = await self.documents.get(COLLECTION, name)
        if document is None or not document["entry"]:
            return ModelRegistered(name=name)
        return ModelRegistered.FromString(bytes(document["entry"]))

    async def change(self, before: ModelRegistered, after: ModelRegistered, cause: Cause) -> ModelRegistered:
        if before.revision == 0:
            await self.documents.insert_once(COLLECTION, {"_id": before.name, "revision": 0, "entry": b""})
        changed = ModelRegistered()
        changed.CopyFrom(after)
        changed.revision = before.revision + 1
        event = derived_id(cause.id, fact_type(changed).type, f"{changed.name}/{changed.revision}")
        kept = await self.outbox.update(
            COLLECTION,
            changed.name,
            {"$set": {"revision": changed.revision, "entry": changed.SerializeToString(deterministic=True)}},
            [Fact(changed, id=event)],
            cause,
            expect={"revision": before.revision},
        )
        if kept is None:
            raise Busy(
                say(
                    "changed_meanwhile.registration",
                    "{model} was changed by somebody else meanwhile",
                    model=changed.name,
                ),
                retry_after=0.1,
            )
        return changed


@dataclass(frozen=True, slots=True)
class FolderObjects:
    """ModelObjects: every file an object, held under the version and the import that brought it.

    Of two imports of one version at once each holds its own, so that the one that comes too late can let go
    of nothing that the other one needs.
    """

    objects: Objects
    references: ObjectReferences

    async def keep(self, ref: ModelRef, by: str, folder: ModelFolder, manifest: bytes) -> RegisteredVersion:
        described = await self.objects.put(manifest, media_type="application/yaml", suffix=".yaml")
        files = []
        for file in folder.manifest.files:
            path = folder.path(file.name)
            content = await self.objects.put_file(
                path, media_type="application/octet-stream", suffix=path.suffix
            )
            files.append(ModelFile(name=file.name, content=content))
        held: list[ObjectRef] = [described, *(one.content for one in files)]
        await self.references.hold(f"{_holders(ref)}{by}", held)
        return RegisteredVersion(version=ref.version, manifest=described, files=files)

    async def release(self, ref: ModelRef, by: str = "") -> None:
        holders = [f"{_holders(ref)}{by}"] if by else await self.references.holders(_holders(ref))
        for holder in holders:
            await self.references.release(holder)


def _holders(ref: ModelRef) -> str:
    """Return how the names of all holders of a version begin."""
    return f"model:{ref}/"
