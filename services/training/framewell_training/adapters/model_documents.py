"""Models and deployments (which version of a name is in service) in the document store.

collection `models`:     one document a version, `_id` `<name>@<version>`
collection `in_service`: one document a name: its version, revision and history, and the facts about them
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.model.v1.model_pb2 import ModelHeld, ModelPromoted, ModelRetired
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Fact
from framewell_kit.outbox import Outbox
from framewell_kit.paging import Order, Page, PageRequest, find_page
from framewell_training.adapters.sentence_fields import kept, sentence_in
from framewell_training.domain.completion import without_sources
from framewell_training.domain.models import Deployment, Hold, Left, Model

MODELS: Final = "models"
IN_SERVICE: Final = "in_service"
STANDS: Final = {"withdrawn": {"$exists": False}}
NEWEST_FIRST: Final = Order("made_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class ModelDocuments:
    """ModelRepository over the document store."""

    documents: Documents
    clock: Clock
    outbox: Outbox

    async def prepare(self) -> None:
        """Make the indexes that looking up needs, and have the outbox sweep what a crash left behind."""
        self.outbox.register(MODELS)
        await self.documents.ensure_index(MODELS, ["name"])
        await self.documents.ensure_index(MODELS, ["snapshot_id"])
        await self.documents.ensure_index(MODELS, ["run_id"])
        await self.documents.ensure_index(MODELS, NEWEST_FIRST.fields)

    async def put(self, model: Model) -> None:
        change = {
            "name": model.name,
            "version": model.version,
            "kind": model.kind,
            "classes": list(model.classes),
            "run_id": model.run_id,
            "snapshot_id": model.snapshot_id,
            "snapshot_number": model.snapshot_number,
            "completed": model.completed.SerializeToString(),
            "made_at": self.clock.now(),
            "draft": True,
        }
        await self.documents.update(MODELS, model.ref, {"$set": change}, upsert=True)

    async def show(self, model: Model) -> bool:
        after = await self.documents.update(MODELS, model.ref, {"$set": {"draft": False}}, expect=STANDS)
        return after is not None

    async def get(self, name: str, version: str) -> Model | None:
        document = await self.documents.get(MODELS, f"{name}@{version}")
        return None if document is None else _model(document)

    async def page(
        self, name: str, page: PageRequest, serving: Collection[str], *, in_service: bool | None
    ) -> Page[Model]:
        query: Document = {"draft": False, **({"name": name} if name else {})}
        if in_service is not None:
            query["_id"] = {"$in" if in_service else "$nin": sorted(serving)}
        return (await find_page(self.documents, MODELS, query, page, NEWEST_FIRST)).map(_model)

    async def newer(self, name: str, snapshot_number: int) -> list[Model]:
        query = {"name": name, "draft": False, "snapshot_number": {"$gt": snapshot_number}}
        found = await self.documents.find(MODELS, query, sort=[("made_at", -1)])
        return [_model(one) for one in found]

    async def made_from(self, snapshot_id: str) -> list[Model]:
        return [_model(one) for one in await self.documents.find(MODELS, {"snapshot_id": snapshot_id})]

    async def made_by(self, run_id: str) -> list[Model]:
        return [_model(one) for one in await self.documents.find(MODELS, {"run_id": run_id})]

    async def hold(self, model: Model, hold: Hold | None, fact: ModelHeld, cause: Cause) -> Model | None:
        kept = None if hold is None else {"reason": hold.reason, "actor": hold.actor.SerializeToString()}
        # Named by its revision: one cause may hold and release.
        event = derived_id(cause.id, fact_type(fact).type, f"{model.ref}/{fact.revision}")
        after = await self.outbox.update(
            MODELS,
            model.ref,
            {"$set": {"hold": kept, "holds": fact.revision}},
            [Fact(fact, id=event)],
            cause,
            expect={"holds": model.holds or {"$exists": False}},
        )
        return None if after is None else _model(after)

    async def withdraw(self, model: Model, reason: str) -> None:
        await self.documents.update(MODELS, model.ref, {"$set": kept("withdrawn", reason)}, expect=STANDS)

    async def clear(self, model: Model) -> int:
        change = {
            "classes": [],
            "completed": without_sources(model.completed).SerializeToString(),
            "cleared": True,
        }
        expect = {"cleared": {"$exists": False}}
        return int(
            await self.documents.update(MODELS, model.ref, {"$set": change}, expect=expect) is not None
        )


@dataclass(frozen=True, slots=True)
class DeploymentDocuments:
    """The DeploymentRepository port: compare-and-set on the revision, the fact in the same document."""

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        """Have the outbox sweep what a crash left behind."""
        self.outbox.register(IN_SERVICE)

    async def get(self, name: str) -> Deployment:
        document = await self.documents.get(IN_SERVICE, name)
        return Deployment(name) if document is None else _in_service(document)

    async def names(self) -> list[Deployment]:
        return [_in_service(document) for document in await self.documents.find(IN_SERVICE, {})]

    async def nominate(self, before: Deployment, version: str) -> bool:
        if before.revision == 0:
            first = {"_id": before.name, "version": "", "revision": 0, "history": [], "actor": b""}
            await self.documents.insert_once(IN_SERVICE, first)
        expect = {"revision": before.revision}
        change = {"$set": {"candidate": version}}
        return await self.documents.update(IN_SERVICE, before.name, change, expect=expect) is not None

    async def dismiss(self, name: str, version: str) -> bool:
        change, expect = {"$set": {"candidate": ""}}, {"candidate": version}
        return await self.documents.update(IN_SERVICE, name, change, expect=expect) is not None

    async def promote(
        self, before: Deployment, fact: ModelPromoted, cause: Cause, left: Left | None = None
    ) -> Deployment | None:
        version = fact.model.version
        change = {
            "version": version,
            "history": _history(before, version),
            "entered": sorted({*before.entered, version}),
            "actor": fact.actor.SerializeToString(),
            "reason": fact.reason,
            "left": _left(left),
        }
        return await self._change(before, change, fact, cause, {"candidate": version})

    async def retire(
        self, before: Deployment, fact: ModelRetired, cause: Cause, left: Left | None = None
    ) -> Deployment | None:
        change = {
            "version": "",
            "actor": fact.actor.SerializeToString(),
            "reason": "",
            "left": _left(left),
        }
        return await self._change(before, change, fact, cause, {})

    async def _change(
        self,
        before: Deployment,
        change: dict[str, Any],
        fact: ModelPromoted | ModelRetired,
        cause: Cause,
        expect: dict[str, Any],
    ) -> Deployment | None:
        # Named by its revision: one cause may change a name twice (in, and out again for its rights).
        event = derived_id(cause.id, fact_type(fact).type, f"{fact.model.name}/{fact.revision}")
        after = await self.outbox.update(
            IN_SERVICE,
            before.name,
            {"$set": {**change, "revision": fact.revision, "candidate": ""}},
            [Fact(fact, id=event)],
            cause,
            expect={"revision": before.revision, **expect},
        )
        return None if after is None else _in_service(after)


def _left(left: Left | None) -> dict[str, Any] | None:
    return None if left is None else {"snapshot_number": left.snapshot_number, **kept("reason", left.reason)}


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
        snapshot_number=document["snapshot_number"],
        completed=TrainingCompleted.FromString(bytes(document["completed"])),
        withdrawn=sentence_in(document, "withdrawn"),
        draft=document["draft"],
        hold=_hold(document.get("hold")),
        holds=document.get("holds", 0),
    )


def _hold(kept: Document | None) -> Hold | None:
    return None if kept is None else Hold(kept["reason"], Actor.FromString(bytes(kept["actor"])))


def _in_service(document: Document) -> Deployment:
    left = document.get("left")
    return Deployment(
        name=document["_id"],
        version=document["version"],
        revision=document["revision"],
        history=tuple(document["history"]),
        actor=bytes(document["actor"]),
        reason=document.get("reason", ""),
        entered=tuple(document.get("entered", ())),
        left=Left(left["snapshot_number"], sentence_in(left, "reason")) if left else None,
    )
