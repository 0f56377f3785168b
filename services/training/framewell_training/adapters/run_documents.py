"""Runs in the document store.

collection `runs`:    one document a run, `_id` its id
collection `numbers`: one document a version number, `_id` `<model name>#<number>`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from google.protobuf.message import Message

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.facts import Cause
from framewell_kit.jobs.store import reason_of
from framewell_kit.outbox import Outbox
from framewell_kit.paging import Order, Page, PageRequest, find_page
from framewell_training.adapters.sentence_fields import kept, sentence_in
from framewell_training.domain.completion import failed, without_sources
from framewell_training.domain.runs import ENDED, ERASED, STOPS, Run, RunKey, RunState, RunStopped, Step

RUNS: Final = "runs"
NUMBERS: Final = "numbers"
NEWEST_FIRST: Final = Order("requested_at", datetime, descending=True)
_ENDED: Final = [state.value for state in RunState if state.ended]


class JobDocuments(Protocol):
    """Where the job of a run can be looked up."""

    async def get(self, kind: str, key: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class RunDocuments:
    """RunRepository over the document store."""

    documents: Documents
    outbox: Outbox
    jobs: JobDocuments
    clock: Clock

    async def prepare(self) -> None:
        """Make the indexes that listing needs, and have the outbox sweep what a crash left behind."""
        await self.documents.ensure_index(RUNS, ["dataset_id"])
        await self.documents.ensure_index(RUNS, ["snapshot_id"])
        await self.documents.ensure_index(RUNS, NEWEST_FIRST.fields)
        await self.documents.ensure_index(NUMBERS, ["name", "family"])
        self.outbox.register(RUNS)

    async def insert(self, run: Run) -> bool:
        key = run.key
        return await self.documents.insert_once(
            RUNS,
            {
                "_id": run.run_id,
                "dataset_id": run.dataset_id,
                "snapshot_id": key.snapshot_id,
                "recipe": key.recipe,
                "parameters": sorted(key.parameters.items()),
                "seed": key.seed,
                "step": key.step.value,
                "state": run.state.value,
                **kept("stage", run.stage),
                "progress": run.progress,
                "requested_at": run.requested_at,
                **({} if run.requested_by is None else {"by": run.requested_by.SerializeToString()}),
            },
        )

    async def get(self, run_id: str) -> Run | None:
        document = await self.documents.get(RUNS, run_id)
        return None if document is None else await self._as_job_stands(_run(document))

    async def page(self, dataset_id: str, states: Sequence[RunState], page: PageRequest) -> Page[Run]:
        query: Document = {"dataset_id": dataset_id} if dataset_id else {}
        if states:
            query["$or"] = await self._in_states(states)
        found = await find_page(self.documents, RUNS, query, page, NEWEST_FIRST)
        runs = [await self._as_job_stands(_run(one)) for one in found.items]
        return Page(runs, found.next_token, found.total)

    async def report(self, run_id: str, stage: str, progress: float) -> None:
        change = {"state": RunState.RUNNING.value, **kept("stage", stage), "progress": progress}
        after = await self.documents.update(
            RUNS, run_id, {"$set": change}, expect={"state": {"$nin": _ENDED}, "stop": {"$exists": False}}
        )
        if after is None:
            document = await self.documents.get(RUNS, run_id) or {}
            stop = document.get("stop")
            if stop:
                raise RunStopped(stop["code"], sentence_in(stop, "reason"))
            ended = say("run_stopped.ended", "run {run_id} has ended", run_id=run_id)
            raise RunStopped("ended", ended)

        if "started_at" not in after:
            first = {"$set": {"started_at": self.clock.now()}}
            await self.documents.update(RUNS, run_id, first, expect={"started_at": {"$exists": False}})

    async def measured(self, run_id: str, epoch: int, loss: float) -> None:
        await self.documents.update(RUNS, run_id, {"$set": {f"losses.{epoch}": loss}})

    async def on_snapshot(self, snapshot_id: str) -> list[Run]:
        found = await self.documents.find(RUNS, {"snapshot_id": snapshot_id, "state": {"$nin": _ENDED}})
        return [await self._as_job_stands(_run(document)) for document in found]

    async def last_done(self, recipe: str, step: Step, limit: int) -> list[Run]:
        done = {"recipe": recipe, "step": step.value, "state": RunState.DONE.value}
        found = await self.documents.find(RUNS, done, sort=[("requested_at", -1)], limit=limit)
        return [_run(document) for document in found]

    async def stop(self, run_id: str, order: RunStopped) -> bool:
        stop = {"code": order.code, **kept("reason", order.reason)}
        change = {"$set": {"stop": stop, **kept("stage", STOPS)}}
        # An order after an erasure does not take its place: by it the run erases what it wrote meanwhile.
        expect = {"state": {"$nin": _ENDED}, "stop.code": {"$ne": ERASED}}
        return await self.documents.update(RUNS, run_id, change, expect=expect) is not None

    async def under_way(self, dataset_id: str) -> list[Run]:
        found = await self.documents.find(RUNS, {"dataset_id": dataset_id, "state": {"$nin": _ENDED}})
        return [_run(document) for document in found]

    async def end(
        self,
        run_id: str,
        state: RunState,
        completed: TrainingCompleted,
        also: Sequence[Message],
        cause: Cause,
    ) -> Run:
        change = {
            "state": state.value,
            **kept("stage", ENDED),
            "progress": 1.0,
            "ended_at": self.clock.now(),
            "completed": completed.SerializeToString(),
        }
        after = await self.outbox.update(
            RUNS, run_id, {"$set": change}, [completed, *also], cause, expect={"state": {"$nin": _ENDED}}
        )
        document = after or await self.documents.get(RUNS, run_id)
        if document is None:
            raise LookupError(f"run {run_id} is not in the store")
        return _run(document)

    async def note_object(self, run_id: str, ref: ObjectRef, *, instead: str = "") -> None:
        await self.documents.update(RUNS, run_id, {"$addToSet": {"objects": ref.key}})
        if instead and instead != ref.key:
            await self.documents.update(RUNS, run_id, {"$pull": {"objects": instead}})

    async def objects_of(self, run_id: str) -> list[str]:
        document = await self.documents.get(RUNS, run_id) or {}
        return sorted(document.get("objects", ()))

    async def clear(self, run_id: str) -> int:
        document = await self.documents.get(RUNS, run_id) or {}
        if not document.get("objects") and "completed" not in document:
            return 0
        change: dict[str, Any] = {"objects": [], "losses": {}}
        if "completed" in document:
            completed = TrainingCompleted.FromString(bytes(document["completed"]))
            change["completed"] = without_sources(completed).SerializeToString()
        await self.documents.update(RUNS, run_id, {"$set": change})
        return int("cleared" not in document and await self._first_cleared(run_id))

    async def _first_cleared(self, run_id: str) -> bool:
        change, expect = {"$set": {"cleared": True}}, {"cleared": {"$exists": False}}
        return await self.documents.update(RUNS, run_id, change, expect=expect) is not None

    async def number(self, name: str, key: RunKey) -> int:
        while True:
            mine = await self.documents.find(NUMBERS, {"name": name, "family": key.family}, limit=1)
            if mine:
                return int(mine[0]["number"])
            # Somebody else may take this number first: then the next round counts one more.
            number = await self.documents.count(NUMBERS, {"name": name}) + 1
            taken = {"_id": f"{name}#{number}", "name": name, "family": key.family, "number": number}
            await self.documents.insert_once(NUMBERS, taken)

    async def _in_states(self, states: Sequence[RunState]) -> list[Query]:
        """Return which runs are in these states: of those that have not ended, their jobs know."""
        not_ended = await self.documents.find(RUNS, {"state": {"$nin": _ENDED}})
        stand = [await self._as_job_stands(_run(one)) for one in not_ended]
        return [
            {"_id": {"$in": [run.run_id for run in stand if run.state in states]}},
            {"state": {"$in": [state.value for state in states if state.ended]}},
        ]

    async def _as_job_stands(self, run: Run) -> Run:
        """Return the run, failed when its job was given up (its worker died again and again)."""
        if run.state.ended:
            return run
        job = await self.jobs.get(run.key.step.job_kind, run.run_id)
        if job is None or not job["queue"].endswith("/failed"):
            return run
        fact = failed(run.run_id, run.dataset_id, job.get("code", "failed"), reason_of(job))
        return replace(run, state=RunState.FAILED, stage=ENDED, progress=1.0, completed=fact)


def _run(document: Document) -> Run:
    completed = document.get("completed")
    key = RunKey(
        document["snapshot_id"],
        document["recipe"],
        dict(document["parameters"]),
        document["seed"],
        Step(document["step"]),
    )
    return Run(
        run_id=document["_id"],
        key=key,
        dataset_id=document["dataset_id"],
        state=RunState(document["state"]),
        stage=sentence_in(document, "stage"),
        progress=document["progress"],
        requested_at=document["requested_at"],
        completed=None if completed is None else TrainingCompleted.FromString(bytes(completed)),
        requested_by=Actor.FromString(bytes(document["by"])) if "by" in document else None,
        started_at=document.get("started_at"),
        ended_at=document.get("ended_at"),
        losses={int(epoch): loss for epoch, loss in document.get("losses", {}).items()},
    )
