"""The story, step by step: what is sent, what is waited for, what the reviewer decides.

Nothing is judged here: `checks` does that, over the record of the run. Every wait is bounded, and none asks
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
from framewell.rights.v1.rights_pb2 import RightsDecision
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleReviewed, SampleWithheld
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_demo.broadcaster import EventFactory, EventSender, Request
from framewell_demo.facts import FactLog, ReceivedFact, StepTimeoutError
from framewell_demo.final_state import read_final_state
from framewell_demo.gateway_reader import GatewayReader, NotPlayableError
from framewell_demo.refusals import Refusals
from framewell_demo.reviewer import Reviewer
from framewell_demo.run_record import LearningCycle, RunRecord

M = TypeVar("M", bound=Message)

STEP_WITHIN_SECONDS: Final = 180.0
"""Longest wait for one step. Steps take seconds; a killed service comes back within some ten more."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Story:
    """One run on one mesh; `report` is called with a sentence about each step."""

    events: EventFactory
    sender: EventSender
    reviewer: Reviewer
    gateway: GatewayReader
    log: FactLog
    report: Report
    step_seconds: float = STEP_WITHIN_SECONDS

    async def play(self) -> RunRecord:
        """Play all of it. Raise StepTimeoutError when the mesh does not do its part in time."""
        began = time.monotonic()
        record = RunRecord(self.events.run_id, await self.reviewer.dataset_of_people(), self.log)
        await self._morning(record)
        await self._first_cycle(record)
        await self._evening(record)
        await self._signing(record)
        await self._collect(record)
        record.seconds = time.monotonic() - began
        return record

    async def refuse(self, record: RunRecord) -> None:
        """Play what comes late: he objects, and she is forgotten. Pictures are gathered before."""
        began = time.monotonic()
        refusals = Refusals(
            self.events, self.sender, self.reviewer, self.gateway, self._fact, self.report, self.step_seconds
        )
        record.objection = await refusals.object_to_training(record)
        self.report(f"after {record.objection.archive_seconds:.1f} s nothing knows the man any more")
        record.erasure = await refusals.forget(record)
        self.report(f"after {record.erasure.seconds:.1f} s she is forgotten by every service")
        record.final_state = await read_final_state(record, self.reviewer, self.gateway)
        record.seconds += time.monotonic() - began

    async def _morning(self, record: RunRecord) -> None:
        """Do steps 1-5: everything comes in, is analysed or rejected; samples are proposed or withheld."""
        requests = self.events.morning()
        self.report(f"sending {len(requests)} requests, one of them as plain JSON")
        for request in requests:
            as_json = request.role == "programme-a"
            await self._send(record, request, as_json=as_json)
        try:
            async with asyncio.TaskGroup() as ends:
                for request in requests:
                    ends.create_task(self._ended(request))
        except* StepTimeoutError as late:
            raise late.exceptions[0] from None
        for role in ("programme-c", "photo"):
            record.withheld[role] = await self._withheld(record.asset(role), record.title(record.asset(role)))

    async def _withheld(self, asset: str, title: str) -> RightsDecision:
        """Wait until the asset's face is withheld; return the decision, as the sample's passport has it."""
        fact, _ = await self._fact(
            SampleWithheld,
            f"the rights gate to withhold the face of “{title}”",
            lambda fact: fact.provenance.asset_id == asset,
        )
        samples = await self.reviewer.samples(asset)
        return next(one.provenance.rights for one in samples if one.sample_id == fact.sample_id)

    async def _first_cycle(self, record: RunRecord) -> None:
        """Do steps 5-6: staff accept the man of programme A; the mesh learns him."""
        record.cycles.append(await self._learn(record, record.asset("programme-a")))

    async def _evening(self, record: RunRecord) -> None:
        """Step 7: programme B comes in, without names."""
        request = self.events.evening()
        self.report("programme B comes in: no lower third, no name")
        await self._send(record, request)
        await self._ended(request)
        record.b_before_signing = await self.gateway.view(request.asset_id)

    async def _signing(self, record: RunRecord) -> None:
        """Step 8: contract 4711 is signed; the astronaut is proposed after all, accepted, learned."""
        asset = record.asset("programme-c")
        self.report("contract 4711 is signed")
        change = self.events.signing(asset)
        record.signed_at = datetime.now(UTC)
        await self.sender.send(change, f"{self.events.run_id}-signed", asset)
        record.cycles.append(await self._learn(record, asset))

    async def _learn(self, record: RunRecord, asset: str) -> LearningCycle:
        """Wait for a sample of the asset, accept it as a reviewer would, and wait until it is recognised."""
        title = record.title(asset)
        await self._fact(
            SampleProposed,
            f"a sample to be proposed from “{title}”",
            lambda fact: fact.provenance.asset_id == asset and bool(fact.class_id) and not fact.question,
        )
        accepted = await self.reviewer.accept(asset)
        ids = {sample.sample_id for sample in accepted}
        self.report(f"staff accepted {len(ids)} of “{title}”; the mesh learns")
        _, reviewed = await self._fact(
            SampleReviewed, "the acceptance to become a fact", lambda fact: fact.sample_id in ids
        )
        so_far = len(accepted) + sum(len(cycle.accepted) for cycle in record.cycles)
        snapshot, _ = await self._fact(
            SnapshotPublished,
            "a snapshot of what was accepted",
            lambda fact: sum(split.sample_count for split in fact.splits) >= so_far,
        )
        training, _ = await self._fact(
            TrainingCompleted,
            "the training of it",
            lambda fact: (
                fact.lineage.snapshot_id == snapshot.snapshot_id
                or (fact.dataset_id == snapshot.dataset_id and fact.outcome.HasField("failed"))
            ),
        )
        promoted, _ = await self._fact(
            ModelPromoted,
            "the promotion of its model",
            lambda fact: fact.run_id == training.run_id,
        )
        recognition, switched = await self._fact(
            RecognitionUpdated,
            f"inference to switch to {promoted.model.name}@{promoted.model.version}",
            lambda fact: fact.model == promoted.model,
        )
        cycle = LearningCycle(
            asset, accepted, reviewed.time, snapshot, training, promoted, recognition, switched.time
        )
        self.report(f"learned as {cycle.model} in {cycle.seconds:.1f} s")
        return cycle

    async def _collect(self, record: RunRecord) -> None:
        """Read what the mesh knows now, over the same interfaces that people use."""
        self.report("reading what the mesh knows now")
        record.classes = await self.reviewer.classes(record.dataset_id)
        for request in record.requests:
            view = await self.gateway.view(request.asset_id)
            record.views[request.role] = view
            if request.role == "broken":
                continue
            record.people[request.role] = await self.reviewer.people(request.asset_id)
            record.samples[request.role] = await self.reviewer.samples(request.asset_id)
            if playlist := view.get("playlist"):
                # What cannot be opened is no playback: the check of the proxies says so.
                with contextlib.suppress(NotPlayableError):
                    record.playbacks[request.role] = await self.gateway.play(playlist)

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
            self.step_seconds,
        )
        outcome = "rejected: " + ended.detail if isinstance(ended, AssetRejected) else "analysed"
        self.report(f"“{request.title}” is {outcome}")

    def _how_far(self, asset: str) -> str:
        taken_in = any(True for _ in self.log.of(AssetIngested, asset))
        return "taken in" if taken_in else "not taken in yet"

    async def _fact(self, kind: type[M], what: str, holds: Callable[[M], bool]) -> tuple[M, ReceivedFact]:
        return await self.log.until(
            lambda log: next((found for found in log.of(kind) if holds(found[0])), None),
            what,
            self.step_seconds,
        )


def _end(log: FactLog, asset: str) -> AssetAnalysed | AssetRejected | None:
    analysed = next((fact for fact, _ in log.of(AssetAnalysed, asset)), None)
    return analysed or next((fact for fact, _ in log.of(AssetRejected, asset)), None)
