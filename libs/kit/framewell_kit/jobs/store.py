"""Jobs in the database: put once, claimed live before archive, fenced by epoch, taken over after expiry.

A finished job stays: that it is there is what makes `put` happen once. It is forgotten when its cause
cannot come again by itself (`forget_done`); one that was given up stays, for people to find.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE, LANE_UNSPECIFIED, Lane
from framewell_contracts.fact_types import FACTS
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import kept_wording, worded_as_kept
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs.expiry import Expiry
from framewell_kit.jobs.model import COLLECTION, Job, queue
from framewell_kit.outbox import Outbox
from framewell_kit.records import cause_from_document, cause_to_document
from framewell_kit.relay import PENDING

SUBJECT = "cause.subject"
# Kafka keeps these facts for ever, so they may come again for ever.
_KEPT_FOR_EVER = sorted(fact.type for fact in FACTS.values() if fact.retention_days is None)
_ENDED = ("done", "failed")


class Jobs:
    """The jobs of one service. `put` from handlers and calls; the rest is the runner's."""

    def __init__(self, documents: Documents, outbox: Outbox, clock: Clock | None = None) -> None:
        self._documents, self._outbox = documents, outbox
        self._clock = clock or SystemClock()
        self._expiry = Expiry(documents, self._clock)
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
        """Put a job, once per (kind, key) for ever; return False when it was put before.

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
                "wait_seconds": after_seconds,
                "put_at": now,
                "epoch": 0,
                "beat": 0,
                "starts": 0,
                "attempt": 1,
                "progress": {},
            },
        )
        self._notify(kind)
        return new

    async def get(self, kind: str, key: str) -> Document | None:
        """Return the job's document, or None.

        Its `queue` ends with its state; it has `progress`, `reason`, `put_at` and `ended_at`.
        """
        return await self._documents.get(COLLECTION, f"{kind}/{key}")

    async def cancel(self, kind: str, key: str, reason: str) -> bool:
        """Ask that the job be given up with code `cancelled`; return False when it has ended or never was."""
        ended = [queue(kind, state) for state in _ENDED]
        after = await self._documents.update(
            COLLECTION, f"{kind}/{key}", {"$set": {"cancelled": reason}}, expect={"queue": {"$nin": ended}}
        )
        self._notify(kind)
        return after is not None

    async def forget(self, kind: str, key: str) -> bool:
        """Delete a job that has ended, so that it may be put again."""
        ended = [queue(kind, state) for state in _ENDED]
        query = {"_id": f"{kind}/{key}", "queue": {"$in": ended}}
        return await self._documents.delete_where(COLLECTION, query) > 0

    async def forget_done(self, kind: str, before: datetime, *, at_most: int) -> int:
        """Delete jobs done before then whose cause cannot be redelivered; return how many.

        Whoever puts such a job after that has it done again, as after a crash. Raises Busy.
        """
        done = {"queue": queue(kind, "done"), PENDING: {"$ne": True}}  # its facts lie in it until they leave
        query = {**done, "due": {"$lt": before}, "cause.type": {"$nin": _KEPT_FOR_EVER}}
        old = await self._documents.find(COLLECTION, query, sort=[("due", 1)], limit=at_most)
        names = {"_id": {"$in": [document["_id"] for document in old]}}
        return await self._documents.delete_where(COLLECTION, {**done, **names}) if old else 0

    async def of_asset(self, asset_id: str, *, limit: int) -> list[Document]:
        """Return the jobs that one asset's events caused and that are not done, oldest first."""
        found = await self._documents.find(COLLECTION, {SUBJECT: asset_id}, sort=[("put_at", 1)])
        return [one for one in found if one["queue"] != queue(one["kind"], "done")][:limit]

    async def oldest_waiting(self, kind: str) -> datetime | None:
        """Return when the oldest waiting job was put, None when none waits. Raises Busy as the store does."""
        waits = [
            document["put_at"]
            for name in _waiting(kind)
            for document in await self._documents.find(COLLECTION, {"queue": name}, limit=1)
        ]
        return min(waits, default=None)

    # --- for the runner

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call the listener with the kind of every job that this process puts or cancels."""
        self._listeners.append(listener)

    async def prepare(self) -> None:
        """Make the indexes that claims and questions about an asset need."""
        await self._documents.ensure_index(COLLECTION, ["queue", "due"])
        await self._documents.ensure_index(COLLECTION, [SUBJECT])

    async def claim(
        self, kind: str, worker: str, lease_seconds: float, *, live_only: bool = False
    ) -> Document | None:
        """Take the next waiting job, live before archive, longest due first; return None when none waits.

        Its `starts` are those that its workers did not survive; this one is counted by `start`.
        """
        change = {
            "$set": {
                "queue": queue(kind, "running"),
                "worker": worker,
                "lease_seconds": lease_seconds,
                "leased_until": self._clock.now() + timedelta(seconds=lease_seconds),
            },
            "$inc": {"epoch": 1, "beat": 1},
        }
        for waiting in _waiting(kind, live_only=live_only):
            found = await self._documents.update_first(
                COLLECTION, {"queue": waiting}, change, sort=[("due", 1)]
            )
            if found is not None:
                return found
        return None

    async def any_waiting(self, kind: str, *, live_only: bool = False) -> bool:
        """Return whether there is something to claim: one cheap query instead of two writes."""
        waiting = {"queue": {"$in": _waiting(kind, live_only=live_only)}}
        return bool(await self._documents.find(COLLECTION, waiting, limit=1))

    async def cancelled(self, kind: str) -> dict[str, str]:
        """Return the running jobs that are to be given up, by id, and why."""
        query = {"queue": queue(kind, "running"), "cancelled": {"$exists": True}}
        found = await self._documents.find(COLLECTION, query)
        return {document["_id"]: str(document["cancelled"]) for document in found}

    async def revive(self, kind: str) -> float | None:
        """Make waiting again what is due or left behind; see `Expiry.revive`."""
        return await self._expiry.revive(kind)

    async def start(self, document: Document) -> bool:
        """Count that its work begins, once per claim; return False when the lease is lost."""
        return await self._fenced(document, {"$set": {"starts": document["starts"] + 1}}) is not None

    async def renew(self, document: Document, lease_seconds: float) -> Document | None:
        """Prolong a lease; return the job's document, or None when the lease is lost."""
        until = self._clock.now() + timedelta(seconds=lease_seconds)
        return await self._fenced(document, {"$set": {"leased_until": until}, "$inc": {"beat": 1}})

    async def save(self, document: Document, progress: dict[str, Any]) -> bool:
        """Keep progress; return False when the lease is lost."""
        return await self._fenced(document, {"$set": {"progress": progress}}) is not None

    async def give_back(
        self, document: Document, *, seconds: float, reason: str, failed: bool, starts: int = 0
    ) -> bool:
        """Let the job wait again; return False when the lease is lost.

        `failed` counts an attempt; `starts` stay counted: none when its worker has survived the work.
        """
        waits = queue(document["kind"], "later" if seconds else "waiting", document["lane"])
        change: dict[str, Any] = {
            "$set": {
                "queue": waits,
                "due": self._clock.now() + timedelta(seconds=seconds),
                "wait_seconds": seconds,
                **_said(reason),
                "starts": starts,
            },
        }
        if failed:
            change["$inc"] = {"attempt": 1}
        return await self._fenced(document, change) is not None

    async def hand_over(self, document: Document) -> bool:
        """Let a job whose piece is done wait again in its old place; return False when the lease is lost.

        Attempts are counted anew for the next piece.
        """
        change = {"queue": queue(document["kind"], "waiting", document["lane"]), "starts": 0, "attempt": 1}
        return await self._fenced(document, {"$set": change}) is not None

    async def end(
        self, document: Document, state: str, facts: Sequence[Outgoing], *, reason: str = "", code: str = ""
    ) -> bool:
        """End the job as `done` or `failed`, with its facts; return False when the lease is lost."""
        now = self._clock.now()
        change = {
            "$set": {
                "queue": queue(document["kind"], state),
                "due": now,  # to be found by its age, on the index of claims
                "ended_at": now,
                **_said(reason),
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

    def _notify(self, kind: str) -> None:
        for listener in self._listeners:
            listener(kind)


def reason_of(document: Document) -> str:
    """Return why the last attempt ended or the job waits, with what the sentence was made of."""
    return worded_as_kept(str(document.get("reason", "")), document.get("wording"))


def _said(reason: str) -> dict[str, Any]:
    """Return the fields that keep a sentence: its text, and what it was made of."""
    return {"reason": str(reason), "wording": kept_wording(reason)}


def has_ended(document: Document) -> bool:
    """Return whether the job is done or was given up."""
    return document["queue"] in {queue(document["kind"], state) for state in _ENDED}


def job_of(document: Document) -> Job:
    """Return the job in a document."""
    return Job(
        kind=document["kind"],
        key=document["key"],
        payload=document["payload"],
        cause=cause_from_document(document["cause"]),
        lane=document["lane"],
        attempt=document["attempt"],
        progress=document["progress"],
    )


def _waiting(kind: str, *, live_only: bool = False) -> list[str]:
    """Return the queues to claim from, in order of priority."""
    lanes = (LANE_LIVE,) if live_only else (LANE_LIVE, LANE_ARCHIVE)
    return [queue(kind, "waiting", lane) for lane in lanes]


def _fence(document: Document) -> dict[str, Any]:
    """Return the condition of every write: only the worker with this epoch, and only while the job runs."""
    return {"epoch": document["epoch"], "queue": queue(document["kind"], "running")}
