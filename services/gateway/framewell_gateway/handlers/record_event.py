"""Any fact of the mesh is kept, with what it says about its asset and where that stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell_gateway.domain.events import Arrivals, recorded_event, short_type
from framewell_gateway.domain.progress import step_of
from framewell_gateway.domain.summaries import change_of
from framewell_gateway.ports import EventRepository, ProgressRepository, SummaryRepository
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """Keep one fact. Emits nothing.

    A redelivery finds the event by its key and says again what is kept of it, which changes nothing.
    """

    events: EventRepository
    progress: ProgressRepository
    summaries: SummaryRepository
    arrivals: Arrivals

    async def __call__(self, fact: Message, cause: Cause) -> Sequence[Outgoing]:
        step = step_of(short_type(cause.type), cause.subject, fact)
        if step is not None:
            await self.progress.add(step)
        change = change_of(fact, step, cause)
        if change is not None:
            await self.summaries.add(change)
            await self._settle(change.asset_id)
        await self.events.record(recorded_event(fact, cause, self.arrivals.next()))
        return ()

    async def _settle(self, asset_id: str) -> None:
        """Count the chunks of an asset that has been analysed once and for all, if all have ended."""
        if self.summaries.reached(asset_id) != AssetState.ASSET_STATE_ANALYSED:
            return
        progress = (await self.progress.of_assets([asset_id])).get(asset_id)
        if progress is not None and progress.counted:
            await self.summaries.settle(asset_id, progress.generation, progress.chunks)
