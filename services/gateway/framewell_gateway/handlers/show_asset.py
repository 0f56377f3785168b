"""GET /v1/assets/{id}: one view of an asset, composed from the log of events and all services."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TypeVar

from framewell.ingest.v1.ingest_service_pb2 import GetAssetRequest, IngestAsset, IngestState
from framewell.media.v1.media_pb2 import MediaKind
from framewell_gateway.domain.progress import AssetState, ChunkCounts, Progress, progress_of
from framewell_gateway.domain.summary import enum_text
from framewell_gateway.handlers.asset_parts import NOTHING_SEEN, AssetParts
from framewell_gateway.ports import Away, EventLog, Services
from framewell_gateway.views.asset import AssetView, ChunkCountsView, Kind
from framewell_kit.outcomes import Conflict, NotFound, Outcome

T = TypeVar("T")

# A state that ingest tells, for assets whose events have not arrived here.
INGEST_STATES = {
    IngestState.INGEST_STATE_REQUESTED: AssetState.REQUESTED,
    IngestState.INGEST_STATE_FETCHING: AssetState.REQUESTED,
    IngestState.INGEST_STATE_INGESTED: AssetState.INGESTED,
    IngestState.INGEST_STATE_REJECTED: AssetState.REJECTED,
    IngestState.INGEST_STATE_REMOVED: AssetState.REMOVED,
}
_KINDS: dict[str, Kind] = {"video": "video", "audio": "audio", "still": "still"}


@dataclass(frozen=True, slots=True)
class ShowAsset:
    """Compose the view of an asset.

    Raises NotFound when neither the log nor ingest knows the id, and Away when the log does not and
    ingest cannot be asked. Any other service that is away leaves its part null and says so in `missing`.
    `object_url` makes the address of an object from its key.
    """

    log: EventLog
    services: Services

    async def __call__(self, asset_id: str, object_url: Callable[[str], str]) -> AssetView:
        progress, away = await self.progress(asset_id)
        asked = _Asked([])
        if away is not None:
            asked.missing.append(f"what ingest knows: {away}")
        parts = AssetParts(self.services, asset_id)
        async with asyncio.TaskGroup() as group:
            timeline = group.create_task(asked.part("the timeline", parts.timeline(), None))
            shots = group.create_task(asked.part("the shots", parts.shots(), []))
            playlist = group.create_task(asked.part("the playlist", parts.playlist(), None))
            people = group.create_task(asked.part("the people seen", parts.people(), []))
            seen = group.create_task(asked.part("text, labels and speech", parts.seen(), NOTHING_SEEN))
            rights = group.create_task(asked.part("the rights", parts.rights(), None))
            samples = group.create_task(asked.part("the samples", parts.samples(), None))
        observed, key = seen.result(), playlist.result()
        return AssetView(
            asset_id=asset_id,
            kind=kind_view(progress),
            state=progress.state,
            reason=progress.reason,
            missing=[*progress.missing, *sorted(asked.missing)],
            timeline=timeline.result(),
            chunks=chunk_counts_view(progress.chunks),
            shots=shots.result(),
            people=people.result(),
            text=observed.text if observed else None,
            labels=observed.labels if observed else None,
            speech=observed.speech if observed else None,
            rights=rights.result(),
            playlist=object_url(key) if key else None,
            samples=samples.result(),
        )

    async def progress(self, asset_id: str) -> tuple[Progress, Away | None]:
        """Where the asset stands by its events and by ingest; and what kept ingest from answering."""
        told: Progress | None = None
        away: Away | None = None
        try:
            answer = await self.services.ingest.get_asset(GetAssetRequest(asset_id=asset_id))
            told = ingest_progress(answer.asset)
        except NotFound:
            pass
        except Away as error:
            away = error
        derived = progress_of(await self.log.of_asset(asset_id))
        if derived is None and told is None:
            if away is not None:
                raise away
            raise NotFound(f"no asset {asset_id} is known: `framewell assets` lists those that are")
        return further(derived, told), away


def ingest_progress(asset: IngestAsset) -> Progress:
    """Where the asset stands as far as ingest can tell."""
    kind = enum_text(MediaKind.DESCRIPTOR, asset.ingested.kind) if asset.HasField("ingested") else None
    return Progress(
        state=INGEST_STATES.get(asset.state, AssetState.REQUESTED),
        reason=asset.rejected.detail if asset.HasField("rejected") else None,
        missing=(),
        chunks=ChunkCounts(),
        generation=asset.ingested.generation,
        kind=kind,
    )


_ORDER = list(AssetState)


def further(derived: Progress | None, told: Progress | None) -> Progress:
    """Whichever knows more: ingest may be ahead of the log at the beginning and at the end of an asset.

    A newer generation counts more than a later state: a reprocessed asset starts again.
    """
    if derived is None or told is None:
        known = derived or told
        if known is None:
            raise ValueError("nothing is known")
        return known
    ahead = (told.generation, _ORDER.index(told.state)) > (derived.generation, _ORDER.index(derived.state))
    return told if ahead else derived


def kind_view(progress: Progress) -> Kind | None:
    """What the asset is, None while that is not known."""
    return _KINDS.get(progress.kind or "")


def chunk_counts_view(chunks: ChunkCounts) -> ChunkCountsView:
    """The counts as they are told."""
    return ChunkCountsView(
        planned=chunks.planned, transcoded=chunks.transcoded, analysed=chunks.analysed, failed=chunks.failed
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for, and which parts could not be told."""

    missing: list[str]

    async def part(self, what: str, answer: Coroutine[object, object, T], nothing: T) -> T | None:
        """The answer; `nothing` when there is none yet; None, and a sentence, when it cannot be told."""
        try:
            return await answer
        except (NotFound, Conflict):
            return nothing
        except (Away, Outcome) as refused:
            self.missing.append(f"{what}: {refused}")
            return None
