"""Jobs in the database: put once, claimed live before archive, fenced by epoch, taken over after expiry."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE, LANE_UNSPECIFIED, Lane
from framewell_contracts.identity import derived_id
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs.model import COLLECTION, Job, queue
from framewell_kit.outbox import Outbox
from framewell_kit.records import cause_from_document, cause_to_document

SUBJECT = "cause.subject"
_ENDED = ("done", "failed")


class Jobs:
    """The jobs of one service. `put` from handlers and calls; the rest is the runner's."""

    def __init__(self, documents: Documents, outbox: Outbox, clock: Clock | None = None) -> None:
        self._documents, self._outbox = documents, outbox
        self._clock = clock or SystemClock()
        self._listeners: list[Callable[[str], None]] = []
        outbox.register(COLLECTION)

    async def put(
        self,
        kind: str,
        key: str,
        payload: dict[str, Any],
        *,
        cause: Cause,
        lane: "Lane.ValueType" = LANE_UNSPECIFIED,
        after_seconds: float = 0.0,
    ) -> bool:
        """Put a job, once per (kind, key) for ever; False when it was put before.

        Its facts are derived from the cause and this job, so several jobs may have one cause.
        """
        lane = lane or cause.lane or LANE_ARCHIVE
        own = cause._replace(id=derived_id(cause.id, f"job/{kind}", key), lane=lane)
        now = self._clock.now()
        new = await self._documents.insert_once(
            COLLECTION,
            {
                "_id": f"{kind}/{key}",
                "kind": kind,
                "key": key,
                "payload": payload,
                "cause": cause_to_document(own),
                "lane": lane,
                "queue": queue(kind, "later" if after_seconds else "waiting", lane),
                "due": now + timedelta(seconds=after_seconds),
                "put_at": now,
                "epoch": 0,
                "starts": 0,
                "attempt": 1,
                "progress": {},
            },
        )
        self._tell(kind)
        return new

    async def get(self, kind: str, key: str) -> Document | None:
        """The job's document: `queue` ends with its state; `progress`, `reason`, `put_at`, `ended_at`."""
        return await self._documents.get(COLLECTION, f"{kind}/{key}")

    async def cancel(self, kind: str, key: str, reason: str) -> bool:
        """Ask that the job be given up with code `cancelled`; False when it has ended or never was."""
        ended = [queue(kind, state) for state in _ENDED]
        after = await self._documents.update(
            COLLECTION, f"{kind}/{key}", {"$set": {"cancelled": reason}}, expect={"queue": {"$nin": ended}}
        )
        self._tell(kind)
        return after is not None

    async def forget(self, kind: str, key: str) -> bool:
        """Delete a job that has ended, so that it may be put again."""
        ended = [queue(kind, state) for state in _ENDED]
        query = {"_id": f"{kind}/{key}", "queue": {"$in": ended}}
        return await self._documents.delete_where(COLLECTION, query) > 0

    async def of_asset(self, asset_id: str, *, limit: int) -> list[Document]:
        """Jobs that one asset's events caused and that are not done, oldest first."""
        found = await self._documents.find(COLLECTION, {SUBJECT: asset_id}, sort=[("put_at", 1)])
        return [one for one in found if one["queue"] != queue(one["kind"], "done")][:limit]

    # --- for the runner

    def listen(self, listener: Callable[[str], None]) -> None:
        """Be told the kind of every job that is put by this process."""
        self._listeners.append(listener)

    async def prepare(self) -> None:
        """Make the indexes that claims and questions about an asset need."""
        await self._documents.ensure_index(COLLECTION, ["queue"])
        await self._documents.ensure_index(COLLECTION, [SUBJECT])

    async def claim(self, kind: str, worker: str, lease_seconds: float) -> Document | None:
        """Take the next waiting job, live before archive; its document, or None."""
        change = {
            "$set": {
                "queue": queue(kind, "running"),
                "worker": worker,
                "leased_until": self._clock.now() + timedelta(seconds=lease_seconds),
            },
            "$inc": {"epoch": 1, "starts": 1},
        }
        for waiting in _waiting(kind):
            found = await self._documents.update_first(COLLECTION, {"queue": waiting}, change)
            if found is not None:
                return found
        return None

    async def any_waiting(self, kind: str) -> bool:
        """Whether there is something to claim: one cheap question instead of two writes."""
        return bool(await self._documents.find(COLLECTION, {"queue": {"$in": _waiting(kind)}}, limit=1))

    async def revive(self, kind: str) -> float | None:
        """Make waiting again what is due, and what an expired lease left behind.

        Returns the seconds until the next one is due, None when nothing will be.
        """
        now, soonest = self._clock.now(), None
        resting = await self._documents.find(
            COLLECTION, {"queue": {"$in": [queue(kind, "later"), queue(kind, "running")]}}
        )
        for document in resting:
            later = document["queue"] == queue(kind, "later")
            left = (document["due" if later else "leased_until"] - now).total_seconds()
            if left > 0:
                soonest = left if soonest is None else min(soonest, left)
                continue
            await self._documents.update(
                COLLECTION,
                document["_id"],
                {"$set": {"queue": queue(kind, "waiting", document["lane"])}},
                expect={"queue": document["queue"], "epoch": document["epoch"]},
            )
        return soonest

    async def renew(self, document: Document, lease_seconds: float) -> Document | None:
        """Prolong a lease; None when it is lost."""
        until = self._clock.now() + timedelta(seconds=lease_seconds)
        return await self._fenced(document, {"$set": {"leased_until": until}})

    async def save(self, document: Document, progress: dict[str, Any]) -> bool:
        """Keep progress; False when the lease is lost."""
        return await self._fenced(document, {"$set": {"progress": progress}}) is not None

    async def give_back(
        self, document: Document, *, seconds: float, reason: str, failed: bool, started: bool = True
    ) -> bool:
        """Let the job wait again; False when the lease is lost.

        `failed` counts an attempt; `started` False takes back a start that no crash ended.
        """
        waits = queue(document["kind"], "later" if seconds else "waiting", document["lane"])
        change: dict[str, Any] = {
            "$set": {
                "queue": waits,
                "due": self._clock.now() + timedelta(seconds=seconds),
                "reason": reason,
                "starts": 0 if started else max(document["starts"] - 1, 0),
            },
        }
        if failed:
            change["$inc"] = {"attempt": 1}
        return await self._fenced(document, change) is not None

    async def end(
        self, document: Document, state: str, facts: Sequence[Outgoing], *, reason: str = "", code: str = ""
    ) -> bool:
        """End the job as `done` or `failed`, with its facts; False, and no fact, when the lease is lost."""
        change = {
            "$set": {
                "queue": queue(document["kind"], state),
                "ended_at": self._clock.now(),
                "reason": reason,
                "code": code,
                "starts": 0,
            }
        }
        cause = cause_from_document(document["cause"])
        after = await self._outbox.update(
            COLLECTION, document["_id"], change, facts, cause, expect=_fence(document)
        )
        return after is not None

    async def _fenced(self, document: Document, change: dict[str, Any]) -> Document | None:
        return await self._documents.update(COLLECTION, document["_id"], change, expect=_fence(document))

    def _tell(self, kind: str) -> None:
        for listener in self._listeners:
            listener(kind)


def job_of(document: Document) -> Job:
    """The job in a document."""
    return Job(
        kind=document["kind"],
        key=document["key"],
        payload=document["payload"],
        cause=cause_from_document(document["cause"]),
        lane=document["lane"],
        attempt=document["attempt"],
        progress=document["progress"],
    )


def _waiting(kind: str) -> list[str]:
    """The queues to claim from, in order of priority."""
    return [queue(kind, "waiting", lane) for lane in (LANE_LIVE, LANE_ARCHIVE)]


def _fence(document: Document) -> dict[str, Any]:
    """Only the worker with this epoch may write, and only while it runs."""
    return {"epoch": document["epoch"], "queue": queue(document["kind"], "running")}
