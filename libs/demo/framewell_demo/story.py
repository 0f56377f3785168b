"""The story, step by step: what is sent, what is waited for, what staff decide.

Nothing here judges: `checks` does, over the record this leaves. Every wait is bounded, and none asks
which process does the work, so that a process killed in the middle costs time and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleReviewed, SampleWithheld
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_demo.broadcaster import EventFactory, EventSender, Request
from framewell_demo.facts import FactLog, ReceivedFact, StepTimeoutError
from framewell_demo.gateway_reader import GatewayReader, NotPlayableError
from framewell_demo.reviewer import Reviewer
from framewell_demo.run_record import LearningCycle, RunRecord

M = TypeVar("M", bound=Message)

PATIENCE_SECONDS: Final = 180.0
"""Longest wait for one step. Steps take seconds; a killed service comes back within some ten more."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Story:
    """One play on one mesh. `say` tells a person what is going on, a sentence at a time."""

    desk: EventFactory
    sender: EventSender
    staff: Reviewer
    door: GatewayReader
    log: FactLog
    say: Say
    patience: float = PATIENCE_SECONDS

    async def play(self) -> RunRecord:
        """Play it all. Raises StepTimeoutError when the mesh does not do its part in time."""
        began = time.monotonic()
        record = RunRecord(self.desk.play, await self.staff.dataset_of_people(), self.log)
        await self._morning(record)
        await self._first_lesson(record)
        await self._evening(record)
        await self._signing(record)
        await self._collect(record)
        record.seconds = time.monotonic() - began
        return record

    async def _morning(self, record: RunRecord) -> None:
        """Steps 1-5: everything comes in, is analysed or rejected; samples are proposed or withheld."""
        requests = self.desk.morning()
        self.say(f"sending {len(requests)} requests, one of them as plain JSON")
        for request in requests:
            as_json = request.role == "programme-a"
            await self._send(record, request, as_json=as_json)
        try:
            async with asyncio.TaskGroup() as ends:
                for request in requests:
                    ends.create_task(self._ended(request))
        except* StepTimeoutError as vain:
            raise vain.exceptions[0] from None
        for role in ("programme-c", "photo"):
            await self._withheld(record.asset(role), record.title(record.asset(role)))

    async def _withheld(self, asset: str, title: str) -> None:
        await self._told(
            SampleWithheld,
            f"the rights gate to withhold the face of “{title}”",
            lambda fact: fact.passport.asset_id == asset,
        )

    async def _first_lesson(self, record: RunRecord) -> None:
        """Steps 5-6: staff accept the man of programme A; the mesh learns him."""
        record.cycles.append(await self._lesson(record, record.asset("programme-a")))

    async def _evening(self, record: RunRecord) -> None:
        """Step 7: programme B comes in, without names."""
        request = self.desk.evening()
        self.say("programme B comes in: no lower third, no name")
        await self._send(record, request)
        await self._ended(request)
        record.b_before_signing = await self.door.view(request.asset_id)

    async def _signing(self, record: RunRecord) -> None:
        """Step 8: contract 4711 is signed; the astronaut is proposed after all, accepted, learned."""
        asset = record.asset("programme-c")
        self.say("contract 4711 is signed")
        change = self.desk.signing(asset)
        record.signed_at = datetime.now(UTC)
        await self.sender.send(change, f"{self.desk.play}-signed", asset)
        record.cycles.append(await self._lesson(record, asset))

    async def _lesson(self, record: RunRecord, asset: str) -> LearningCycle:
        """Wait for a sample of the asset, accept it as staff would, and wait until it is recognised."""
        title = record.title(asset)
        await self._told(
            SampleProposed,
            f"a sample to be proposed from “{title}”",
            lambda fact: fact.passport.asset_id == asset and bool(fact.class_id) and not fact.question,
        )
        accepted = await self.staff.accept(asset)
        ids = {sample.sample_id for sample in accepted}
        self.say(f"staff accepted {len(ids)} of “{title}”; the mesh learns")
        _, yes = await self._told(
            SampleReviewed, "the acceptance to be told", lambda fact: fact.sample_id in ids
        )
        classes = {sample.class_id for sample in accepted}
        snapshot, _ = await self._told(
            SnapshotPublished,
            "a snapshot",
            lambda fact: classes <= {count.class_id for count in fact.counts if count.samples},
        )
        training, _ = await self._told(
            TrainingCompleted,
            "the training of it",
            lambda fact: (
                fact.lineage.snapshot_id == snapshot.snapshot_id
                or (fact.dataset_id == snapshot.dataset_id and fact.outcome.HasField("failed"))
            ),
        )
        promoted, _ = await self._told(
            ModelPromoted,
            "the promotion of its model",
            lambda fact: fact.run_id == training.run_id,
        )
        recognition, switched = await self._told(
            RecognitionUpdated,
            f"inference to switch to {promoted.name}@{promoted.version}",
            lambda fact: fact.name == promoted.name and fact.model.version == promoted.version,
        )
        cycle = LearningCycle(
            asset, accepted, yes.time, snapshot, training, promoted, recognition, switched.time
        )
        self.say(f"learned as {cycle.model} in {cycle.seconds:.1f} s")
        return cycle

    async def _collect(self, record: RunRecord) -> None:
        """Ask the mesh what it knows now, through the same doors that people use."""
        self.say("reading what the mesh knows now")
        record.classes = await self.staff.classes(record.dataset_id)
        for request in record.requests:
            view = await self.door.view(request.asset_id)
            record.views[request.role] = view
            if request.role == "broken":
                continue
            record.people[request.role] = await self.staff.people(request.asset_id)
            record.samples[request.role] = await self.staff.samples(request.asset_id)
            if view["playlist"]:
                # What cannot be opened is no playback: the check of the proxies says so.
                with contextlib.suppress(NotPlayableError):
                    record.playbacks[request.role] = await self.door.play(view["playlist"])

    async def _send(self, record: RunRecord, request: Request, *, as_json: bool = False) -> None:
        record.requests.append(request)
        if as_json:
            record.sent_as_json = request.role
            await self.sender.send_json(request.message, request.event_id, request.asset_id)
        else:
            await self.sender.send(request.message, request.event_id, request.asset_id)

    async def _ended(self, request: Request) -> None:
        """Wait until the asset is analysed or rejected."""
        asset = request.asset_id
        ended = await self.log.until(
            lambda log: _end(log, asset),
            f"“{request.title}” to be analysed or rejected ({self._how_far(asset)})",
            self.patience,
        )
        outcome = "rejected: " + ended.detail if isinstance(ended, AssetRejected) else "analysed"
        self.say(f"“{request.title}” is {outcome}")

    def _how_far(self, asset: str) -> str:
        taken_in = any(True for _ in self.log.of(AssetIngested, asset_id=asset))
        return "taken in" if taken_in else "not taken in yet"

    async def _told(self, kind: type[M], what: str, holds: Callable[[M], bool]) -> tuple[M, ReceivedFact]:
        return await self.log.until(
            lambda log: next(((fact, told) for fact, told in log.of(kind) if holds(fact)), None),
            what,
            self.patience,
        )


def _end(log: FactLog, asset: str) -> AssetAnalysed | AssetRejected | None:
    analysed = next((fact for fact, _ in log.of(AssetAnalysed, asset_id=asset)), None)
    return analysed or next((fact for fact, _ in log.of(AssetRejected, asset_id=asset)), None)
