"""Any fact of the mesh is kept, with what it says about its asset and where that stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasurePlanned, ErasureRequested
from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell_gateway.domain.events import Arrivals, HashName, RecordedEvent, recorded_event, short_type
from framewell_gateway.domain.progress import step_of
from framewell_gateway.domain.summaries import change_of
from framewell_gateway.ports import ErasureRepository
from framewell_gateway.steps.forget_events import ForgetEvents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.tombstones import Going, asset_subject


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """Keep one fact, unless what it is about was erased. Emits nothing.

    A redelivery finds the event by its key and says again what is kept of it, which changes nothing. Of an
    event about no asset and no sample nobody's words are kept: such events name holders of rights.

    Whoever erases writes tombstones first and then looks for what there is; here they are read after the
    event was written. So either they find it, or it is found here that its subject is gone, and goes again.
    """

    forget: ForgetEvents
    erasures: ErasureRepository
    arrivals: Arrivals
    hash_name: HashName

    async def __call__(self, fact: Message, cause: Cause) -> Sequence[Outgoing]:
        await self._note_erasure(fact, cause)
        event = recorded_event(fact, cause, self.arrivals.next(), self.hash_name)
        if isinstance(fact, AssetRemoved):
            subject = asset_subject(fact.asset_id)
            await self.forget.tombstones.put(subject, Going.REMOVED, cause.id)
        await self._record(fact, cause, event)
        gone = await self.forget.gone(event)
        if gone is not None:
            await self.forget.late(event, gone)
        return ()

    async def _record(self, fact: Message, cause: Cause, event: RecordedEvent) -> None:
        step = step_of(short_type(cause.type), cause.subject, fact)
        if step is not None:
            await self.forget.progress.add(step)
        change = change_of(fact, step, cause)
        if change is not None:
            await self.forget.summaries.add(change)
            await self._settle(change.asset_id)
        await self.forget.events.record(event)

    async def _settle(self, asset_id: str) -> None:
        """Count the chunks of an asset that has been analysed once and for all, if all have ended."""
        summaries = self.forget.summaries
        if summaries.reached(asset_id) != AssetState.ASSET_STATE_ANALYSED:
            return
        progress = (await self.forget.progress.of_assets([asset_id])).get(asset_id)
        if progress is not None and progress.counted:
            await summaries.settle(asset_id, progress.generation, progress.chunks)

    async def _note_erasure(self, fact: Message, cause: Cause) -> None:
        match fact:
            case ErasureRequested(erasure_id=name) if name:
                await self.erasures.begin(fact, cause.time)
            case ErasurePlanned(erasure_id=name) if name:
                await self.erasures.plan(fact, cause.time)
            case ErasureCompleted(erasure_id=name) if name:
                await self.erasures.answer(fact, cause.time)
