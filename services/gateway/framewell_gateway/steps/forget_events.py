"""What the gateway keeps of somebody goes, event by event."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.ports import EventRepository, ProgressRepository, SummaryRepository
from framewell_kit.tombstones import Going, Tombstone, Tombstones, asset_subject, class_subject


@dataclass(frozen=True, slots=True)
class ForgetEvents:
    """Takes away events, and what was made of them.

    A sample that goes gets a tombstone, since some of its events name neither its asset nor its class. It is
    written before the events are deleted: whoever records one meanwhile finds it. Repeating anything finds
    nothing more.
    """

    events: EventRepository
    progress: ProgressRepository
    summaries: SummaryRepository
    tombstones: Tombstones

    async def asset(self, asset_id: str, cause: str) -> Mapping[str, int]:
        """Forget an asset but for when it was asked for and that it is gone; return how much, by store."""
        summaries = int(await self.summaries.get(asset_id) is not None)
        await self.summaries.forget(asset_id)
        return {
            "asset_progress": await self.progress.forget(asset_id),
            "asset_summaries": summaries,
            "events": await self._samples(await self.events.samples_of(asset_id=asset_id), cause)
            + await self.events.forget(asset_id=asset_id),
        }

    async def sample_class(self, class_id: str, cause: str) -> int:
        """Forget every event of the samples of a class, and of the class itself; return how many."""
        samples = await self._samples(await self.events.samples_of(class_id=class_id), cause)
        return samples + await self.events.forget(class_id=class_id)

    async def holders(self, name_hashes: Collection[str]) -> int:
        """Forget every event that names one of these holders of rights; return how many."""
        return sum([await self.events.forget(holder=each) for each in name_hashes])

    async def gone(self, event: RecordedEvent) -> Tombstone | None:
        """Return the tombstone of whatever the event is about and was erased, None while nothing was."""
        for subject in _subjects(event):
            found = await self.tombstones.find(subject)
            if found is not None and found.going is Going.ERASED:
                return found
        return None

    async def late(self, event: RecordedEvent, gone: Tombstone) -> None:
        """Take away what an event made that came after its asset, class or sample was erased."""
        if event.sample_id:
            await self._samples([event.sample_id], gone.cause)
        if event.asset_id and gone.subject == asset_subject(event.asset_id):
            await self.asset(event.asset_id, gone.cause)
        await self.events.forget(key=event.key)

    async def _samples(self, sample_ids: Collection[str], cause: str) -> int:
        for sample_id in sample_ids:
            await self.tombstones.put(sample_subject(sample_id), Going.ERASED, cause)
        return sum([await self.events.forget(sample_id=each) for each in sample_ids])


def sample_subject(sample_id: str) -> str:
    """Return how a sample stands among the tombstones."""
    return f"sample:{sample_id}"


def _subjects(event: RecordedEvent) -> list[str]:
    found = []
    if event.asset_id:
        found.append(asset_subject(event.asset_id))
    if event.class_id:
        found.append(class_subject(event.class_id))
    if event.sample_id:
        found.append(sample_subject(event.sample_id))
    return found + [f"holder:{one}" for one in event.holders]
