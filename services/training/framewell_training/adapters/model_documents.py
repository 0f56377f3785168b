"""Models and deployments (which version of a name is in service) in the document store.

collection `models`:     one document a version, `_id` `<name>@<version>`
collection `in_service`: one document a name: its version, revision and history, and the facts about them
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Fact
from framewell_kit.outbox import Outbox
from framewell_kit.paging import BY_ID, Order, Page, PageRequest, find_page, scan
from framewell_training.domain.models import Deployment, Model

MODELS: Final = "models"
IN_SERVICE: Final = "in_service"
NEWEST_FIRST: Final = Order("made_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class ModelDocuments:
    """ModelRepository over the document store."""

    documents: Documents
    clock: Clock

    async def prepare(self) -> None:
        """Make the indexes that looking up by name and by snapshot needs."""
        await self.documents.ensure_index(MODELS, ["name"])
        await self.documents.ensure_index(MODELS, ["snapshot_id"])
        await self.documents.ensure_index(MODELS, NEWEST_FIRST.fields)

    async def put(self, model: Model) -> None:
        change = {
            "name": model.name,
            "version": model.version,
            "kind": model.kind,
            "classes": list(model.classes),
            "holders": list(model.holders),
            "snapshot_id": model.snapshot_id,
            "snapshot_number": model.snapshot_number,
            "completed": model.completed.SerializeToString(),
            "made_at": self.clock.now(),
        }
        await self.documents.update(MODELS, model.ref, {"$set": change}, upsert=True)

    async def get(self, name: str, version: str) -> Model | None:
        document = await self.documents.get(MODELS, f"{name}@{version}")
        return None if document is None else _model(document)

    async def page(
        self, name: str, page: PageRequest, serving: Collection[str], *, in_service: bool | None
    ) -> Page[Model]:
        query: Document = {"name": name} if name else {}
        if in_service is not None:
            query["_id"] = {"$in" if in_service else "$nin": sorted(serving)}
        return (await find_page(self.documents, MODELS, query, page, NEWEST_FIRST)).map(_model)

    async def every(self) -> AsyncIterator[Model]:
        async for document in scan(self.documents, MODELS, {}, BY_ID):
            yield _model(document)

    async def made_from(self, snapshot_id: str) -> list[Model]:
        return [_model(one) for one in await self.documents.find(MODELS, {"snapshot_id": snapshot_id})]

    async def withdraw(self, model: Model, reason: str) -> None:
        await self.documents.update(
            MODELS, model.ref, {"$set": {"withdrawn": reason}}, expect={"withdrawn": {"$exists": False}}
        )


@dataclass(frozen=True, slots=True)
class DeploymentDocuments:
    """The DeploymentRepository port: compare-and-set on the revision, the fact in the same document."""

    documents: Documents
    outbox: Outbox

    def prepare(self) -> None:
        """Have the outbox sweep what a crash left behind."""
        self.outbox.register(IN_SERVICE)

    async def get(self, name: str) -> Deployment:
        document = await self.documents.get(IN_SERVICE, name)
        return Deployment(name) if document is None else _in_service(document)

    async def names(self) -> list[Deployment]:
        return [_in_service(document) for document in await self.documents.find(IN_SERVICE, {})]

    async def promote(self, before: Deployment, fact: ModelPromoted, cause: Cause) -> Deployment | None:
        change = {
            "version": fact.model.version,
            "history": _history(before, fact.model.version),
            "actor": fact.actor.SerializeToString(),
        }
        return await self._change(before, change, fact, cause)

    async def retire(self, before: Deployment, fact: ModelRetired, cause: Cause) -> Deployment | None:
        change = {"version": "", "actor": fact.actor.SerializeToString()}
        return await self._change(before, change, fact, cause)

    async def _change(
        self, before: Deployment, change: dict[str, Any], fact: ModelPromoted | ModelRetired, cause: Cause
    ) -> Deployment | None:
        if before.revision == 0:
            await self.documents.insert_once(
                IN_SERVICE, {"_id": before.name, "version": "", "revision": 0, "history": [], "actor": b""}
            )
        # Named by its revision: one cause may change a name twice (in, and out again for its rights).
        event = derived_id(cause.id, fact_type(fact).type, f"{fact.model.name}/{fact.revision}")
        after = await self.outbox.update(
            IN_SERVICE,
            before.name,
            {"$set": {**change, "revision": fact.revision}},
            [Fact(fact, id=event)],
            cause,
            expect={"revision": before.revision},
        )
        return None if after is None else _in_service(after)


def _history(before: Deployment, version: str) -> list[str]:
    """Return the versions put into service, `version` last: one that is there already is gone back to."""
    history = list(before.history)
    return history[: history.index(version) + 1] if version in history else [*history, version]


def _model(document: Document) -> Model:
    return Model(
        name=document["name"],
        version=document["version"],
        kind=document["kind"],
        classes=tuple(document["classes"]),
        holders=tuple(document["holders"]),
        snapshot_number=document["snapshot_number"],
        completed=TrainingCompleted.FromString(bytes(document["completed"])),
        withdrawn=document.get("withdrawn", ""),
    )


def _in_service(document: Document) -> Deployment:
    return Deployment(
        name=document["_id"],
        version=document["version"],
        revision=document["revision"],
        history=tuple(document["history"]),
        actor=bytes(document["actor"]),
    )
