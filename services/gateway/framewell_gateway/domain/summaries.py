"""What a list of assets shows of each, learnt from facts in whatever order they come.

Each fact says up to four things of an asset: how far it is, all that ingest knows of it, how long it is, and
its programme. Each of them has a rank, and what has the highest counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected, AssetTranscoded
from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.ingest.v1.ingest_service_pb2 import IngestAsset
from framewell.media.v1.media_pb2 import MediaKind, Programme
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE, Lane
from framewell.programme.v1.programme_pb2 import ProgrammeChanged
from framewell.segment.v1.segment_pb2 import SegmentArrived
from framewell_contracts.media_addresses import MediaAddress
from framewell_gateway.domain.progress import Step, state_of
from framewell_kit.facts import Cause

HIGHEST: Final = 1 << 60
"""The rank of what nothing replaces: that an asset was removed, and that nothing is known of it any more."""

_PLACES: "Final[Sequence[AssetState.ValueType]]" = (
    AssetState.ASSET_STATE_REQUESTED,
    AssetState.ASSET_STATE_INGESTED,
    AssetState.ASSET_STATE_TRANSCODING,
    AssetState.ASSET_STATE_ANALYSING,
    AssetState.ASSET_STATE_REJECTED,
    AssetState.ASSET_STATE_ANALYSED,
)
"""States of one generation; what proves a later one counts."""
_OF_THE_REQUEST: Final = -2
_OF_INGEST: Final = -1
"""Ranks of a programme before any programme.changed, whose revisions are ranks."""
_OF_THE_REJECTION: Final = -(1 << 40)
"""Rank of what a rejection says: what asked for the asset says more, a request or a recording's segments."""
_OF_SEGMENTS: Final = _OF_THE_REQUEST - 1
"""Rank of what segment 0 says of its recording; each later segment is one below."""
_LENGTHS: Final = 1 << 31
"""Ranks of lengths in one generation: what the file states, milliseconds on the way, and the final one."""
_NANOS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an asset is by one fact. `reason` is set for rejected and removed ones and failed analyses."""

    state: "AssetState.ValueType"
    generation: int = 0
    reason: str | None = None

    @property
    def rank(self) -> int:
        """Return its rank: a newer generation counts more than a later state, a removal more than both."""
        if self.state == AssetState.ASSET_STATE_REMOVED:
            return HIGHEST
        return max(self.generation, 0) * len(_PLACES) + _PLACES.index(self.state)


@dataclass(frozen=True, slots=True)
class SummaryChange:
    """What one fact says of an asset in a list; a part that it says nothing of is None.

    `known` is what ingest knows, without programme and length, of rank `known_rank`.
    """

    asset_id: str
    requested_at: datetime | None = None
    kind: "MediaKind.ValueType" = MediaKind.MEDIA_KIND_UNSPECIFIED
    standing: Standing | None = None
    known: AssetSummary | None = None
    known_rank: int = 0
    length: Duration | None = None
    length_rank: int = 0
    programme: Programme | None = None
    programme_rank: int = 0


@dataclass(frozen=True, slots=True)
class ListedAsset:
    """An asset as it is listed; its chunks are counted in `summary` only where `counted`."""

    summary: AssetSummary
    counted: bool


def change_of(fact: Message, step: Step | None, cause: Cause) -> SummaryChange | None:
    """Return what a fact says; `step` is what it says of the asset's progress. None when it says nothing."""
    if step is None:
        return _without_step(fact, cause)
    of_whole = {} if step.chunk is not None else {step.name: step}
    state, reason = state_of(of_whole, worked_on=step.chunk is not None)
    change = SummaryChange(
        step.asset_id,
        _requested_at(fact, step.name, cause),
        step.kind,
        Standing(state, step.generation, reason),
        **_length(fact, step),
    )
    if isinstance(fact, IngestRequested):
        known = _of_request(fact.uri, fact.labels, cause.source, fact.lane)
        return replace(change, known=known, programme=fact.programme, programme_rank=_OF_THE_REQUEST)
    if isinstance(fact, AssetIngested):
        return replace(
            change,
            known=_of_ingested(fact),
            known_rank=fact.revision + 1,
            programme=fact.programme,
            programme_rank=_OF_INGEST,
        )
    if isinstance(fact, AssetRejected):  # a request that cannot be read is known by its end alone
        known = _of_request(fact.uri, fact.work.labels, "", fact.work.lane)
        return replace(change, known=known, known_rank=_OF_THE_REJECTION)
    return change


def change_of_request(asset: IngestAsset) -> SummaryChange:
    """Return what the ingest.requested of this asset says, before that has arrived here."""
    return SummaryChange(
        asset.asset_id,
        asset.requested_at.ToDatetime(UTC),
        standing=Standing(AssetState.ASSET_STATE_REQUESTED),
        known=_of_request(asset.uri, asset.labels, asset.source, asset.lane),
        programme=asset.programme,
        programme_rank=_OF_THE_REQUEST,
    )


def described(asset: IngestAsset) -> AssetSummary:
    """Return all that ingest knows of an asset, with the length that its file states; not how far it is."""
    found = _of_request(asset.uri, asset.labels, asset.source, asset.lane)
    if asset.HasField("ingested"):
        found = _of_ingested(asset.ingested)
        found.MergeFrom(AssetSummary(duration=_stated(asset.ingested)))
    if asset.HasField("requested_at"):
        found.requested_at.CopyFrom(asset.requested_at)
    give_programme(found, asset.programme)
    return found


def give_programme(summary: AssetSummary, programme: Programme) -> None:
    """Set programme and title of a summary."""
    summary.title = programme.title
    if programme.ByteSize():
        summary.programme.CopyFrom(programme)


def _of_request(uri: str, labels: Mapping[str, str], source: str, lane: "Lane.ValueType") -> AssetSummary:
    return AssetSummary(
        uri=str(MediaAddress(uri)), request_labels=labels, source=source, lane=lane or LANE_ARCHIVE
    )


def _without_step(fact: Message, cause: Cause) -> SummaryChange | None:
    """Return what a fact says that tells nothing of progress; when a recording was asked for, ingest says."""
    if isinstance(fact, ProgrammeChanged):
        return SummaryChange(fact.asset_id, programme=fact.programme, programme_rank=fact.revision)
    if not isinstance(fact, SegmentArrived):
        return None
    rank = _OF_SEGMENTS - fact.sequence
    known = _of_request(fact.uri, fact.labels, cause.source, LANE_LIVE)
    return SummaryChange(
        fact.asset_id, known=known, known_rank=rank, programme=fact.programme, programme_rank=rank
    )


def _of_ingested(fact: AssetIngested) -> AssetSummary:
    return AssetSummary(
        uri=str(MediaAddress(fact.uri)),
        request_labels=fact.labels,
        source=fact.source,
        lane=fact.work.lane,
        ingested_at=fact.ingested_at if fact.HasField("ingested_at") else None,
        original=fact.original if fact.HasField("original") else None,
        container=fact.container,
        tracks=fact.tracks,
        existing_proxy=fact.existing_proxy if fact.HasField("existing_proxy") else None,
        same_content=fact.same_content,
        generation=fact.work.generation,
        revision=fact.revision,
    )


def _length(fact: Message, step: Step) -> dict[str, Any]:
    """Return how long the asset is by this fact, and the rank of that.

    What a file says of itself counts until its clock is planned; that of a recording grows until it is final.
    """
    rank = max(step.generation, 0) * _LENGTHS
    if isinstance(fact, AssetIngested):
        return {"length": _stated(fact), "length_rank": rank}
    work = getattr(fact, "work", None)
    if work is None or work.timeline.time_base.denominator == 0 or work.kind == MediaKind.MEDIA_KIND_STILL:
        return {}
    base = work.timeline.time_base
    nanos = work.timeline.duration_pts * base.numerator * _NANOS // base.denominator
    reached = _LENGTHS - 1 if isinstance(fact, AssetTranscoded) else 1 + nanos // (_NANOS // 1000)
    length = Duration(seconds=nanos // _NANOS, nanos=nanos % _NANOS)
    return {"length": length, "length_rank": rank + min(reached, _LENGTHS - 1)}


def _stated(fact: AssetIngested) -> Duration | None:
    """Return the length that tracks state; None for a recording, of whose first segment they are."""
    lengths = [track.duration for track in fact.tracks if track.HasField("duration") and not fact.recording]
    return max(lengths, key=lambda length: (length.seconds, length.nanos), default=None)


def _requested_at(fact: Message, name: str, cause: Cause) -> datetime | None:
    """Return when the asset was asked for: every fact but a removal knows."""
    if name == "asset.removed":
        return None
    work = getattr(fact, "work", None)
    if work is None or not work.HasField("requested_at"):
        return cause.time
    asked: datetime = work.requested_at.ToDatetime(UTC)
    return asked
