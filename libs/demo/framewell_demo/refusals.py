"""What comes after the story: a late objection, and a person who is to be forgotten, followed to their ends.

The man of programme A objects after the mesh has learned him, been asked for an export and named him in the
archive. Then the astronaut is forgotten. Each is followed to samples, snapshots, models, names in the
archive, addresses of what was made, and money.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar

from google.protobuf.message import Message

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.sample.v1.sample_pb2 import SampleWithdrawn
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell_contracts.services import SERVICES
from framewell_demo.broadcaster import EventFactory, EventSender
from framewell_demo.facts import ReceivedFact, time_limit
from framewell_demo.gateway_reader import GatewayReader, View
from framewell_demo.rendering.programmes import ASTRONAUT
from framewell_demo.reviewer import Reviewer
from framewell_demo.run_record import Forgotten, LearningCycle, RunRecord, TakenBack

M = TypeVar("M", bound=Message)

UNKNOWN: Final = "unknown"
_LOOK_AGAIN_SECONDS: Final = 0.2


class WaitForFact(Protocol):
    """Waits for a fact of one type; `what` says for a person what is waited for."""

    async def __call__(
        self, kind: type[M], what: str, holds: Callable[[M], bool]
    ) -> tuple[M, ReceivedFact]: ...


@dataclass(frozen=True, slots=True)
class Refusals:
    """Sends both refusals and watches what follows; every wait is bounded."""

    events: EventFactory
    sender: EventSender
    reviewer: Reviewer
    gateway: GatewayReader
    fact: WaitForFact
    report: Callable[[str], None]
    step_seconds: float

    async def object_to_training(self, record: RunRecord) -> TakenBack:
        """Have the man of programme A object to training, and watch him leave everything."""
        asset, newest = record.asset("programme-a"), record.cycles[-1].snapshot
        export = await self.reviewer.export(newest.snapshot_id)
        addresses = {
            "crop": _crop(record.cycles[0]),
            "table": f"/v1/snapshots/{newest.snapshot_id}/objects/{newest.samples.key}",
            "export": f"/v1/snapshots/{newest.snapshot_id}/objects/{export.key}",
        }
        self.report("the man of programme A objects to training with his face")
        change = self.events.objection(asset)
        sending = self.sender.send(change, f"{self.events.run_id}-objection", asset)
        return await self._taken_back(record, record.cycles[0], sending, addresses, {ASTRONAUT.name, UNKNOWN})

    async def forget(self, record: RunRecord) -> Forgotten:
        """Have the astronaut forgotten, and watch it."""
        cycle = record.cycles[1]
        self.report("the astronaut is to be forgotten")
        request = self.events.erasure(cycle.accepted[0].class_id)
        sending = self.sender.send(request, request.erasure_id, "")
        addresses = {"crop": _crop(cycle)}
        taken_back = await self._taken_back(record, cycle, sending, addresses, {UNKNOWN})
        answers = [await self._answer(service, request.erasure_id) for service in SERVICES]
        classes = await self.reviewer.classes(record.dataset_id)
        return Forgotten(
            taken_back=taken_back,
            services=[answer.service for answer, _ in answers],
            erased=sum(count.count for answer, _ in answers for count in answer.counts),
            seconds=_seconds(taken_back.asked_at, [received.time for _, received in answers]),
            names=sorted(one.name for one in classes.values() if one.name),
        )

    async def _answer(self, service: str, erasure_id: str) -> tuple[ErasureCompleted, ReceivedFact]:
        def answered(fact: ErasureCompleted) -> bool:
            return fact.erasure_id == erasure_id and fact.service == service

        return await self.fact(ErasureCompleted, f"{service} to have forgotten her", answered)

    async def _taken_back(
        self,
        record: RunRecord,
        cycle: LearningCycle,
        sending: Awaitable[None],
        addresses: Mapping[str, str],
        left: set[str],
    ) -> TakenBack:
        owed_before = await self.reviewer.owed()
        in_force = await self.reviewer.snapshots_in_force(record.dataset_id)
        asked_at = datetime.now(UTC)
        await sending
        samples = [await self._sample_withdrawn(sample.sample_id) for sample in cycle.accepted]
        snapshots = [await self._snapshot_withdrawn(each.snapshot_id) for each in in_force]
        view, archive_seconds = await self._archive(record, left, asked_at)
        await self._successor(record)
        return TakenBack(
            asked_at=asked_at,
            samples=len(samples),
            snapshots=len(snapshots),
            samples_seconds=_seconds(asked_at, samples),
            snapshots_seconds=_seconds(asked_at, snapshots),
            archive_seconds=archive_seconds,
            people=sorted({person["name"] for person in view["people"]}),
            addresses={what: await self.gateway.status(path) for what, path in addresses.items()},
            owed_before=owed_before,
            owed_after=await self.reviewer.owed(),
        )

    async def _sample_withdrawn(self, sample_id: str) -> datetime:
        def withdrawn(fact: SampleWithdrawn) -> bool:
            return fact.sample_id == sample_id

        return (await self.fact(SampleWithdrawn, "the sample to be withdrawn", withdrawn))[1].time

    async def _snapshot_withdrawn(self, snapshot_id: str) -> datetime:
        def withdrawn(fact: SnapshotWithdrawn) -> bool:
            return fact.snapshot_id == snapshot_id

        return (await self.fact(SnapshotWithdrawn, "the snapshot that holds it to be withdrawn", withdrawn))[
            1
        ].time

    async def _successor(self, record: RunRecord) -> None:
        """Wait for the snapshot that takes the place of those that were withdrawn, an empty one, too."""
        async with time_limit(self.step_seconds, "the next snapshot to be published"):
            while True:
                if await self.reviewer.snapshots_in_force(record.dataset_id):
                    return
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _archive(self, record: RunRecord, left: set[str], asked_at: datetime) -> tuple[View, float]:
        """Wait until programme B names exactly those who are left; return its view and how long that took."""
        async with time_limit(self.step_seconds, f"the archive to name {' and '.join(sorted(left))} alone"):
            while True:
                view = await self.gateway.view(record.asset("programme-b"))
                if {person["name"] for person in view["people"]} == left:
                    return view, (datetime.now(UTC) - asked_at).total_seconds()
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _crop(cycle: LearningCycle) -> str:
    """Return the address of a picture that was learned from."""
    sample = cycle.accepted[0]
    return f"/v1/samples/{sample.sample_id}/objects/{sample.crops[0].picture.key}"


def _seconds(asked_at: datetime, moments: Sequence[datetime]) -> float:
    return max((moment - asked_at).total_seconds() for moment in moments)
