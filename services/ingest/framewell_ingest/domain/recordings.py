"""A recording under way as ingest knows it: its segments, and when its set of segments is fixed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from framewell.recording.v1.recording_pb2 import RecordingClosed, SequenceRange
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id, fan_in_id
from framewell_ingest.domain.assets import Asset
from framewell_kit.facts import Fact
from framewell_kit.outcome_messages import is_done

MOST_SEGMENTS: Final = 40_000
"""Segments of one recording, 44 hours at four seconds each: transcode keeps its clock in one document."""
_MOST_RANGES: Final = 100
"""Ranges that recording.closed lists."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment that was announced; `ingested` is how it ended, None while it is being fetched."""

    asset_id: str
    sequence: int
    uri: str
    arrived_at: datetime
    ingested: SegmentIngested | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """What is known of a recording beside its asset and its segments."""

    asset_id: str
    heard_at: datetime
    """When a segment of it was announced or ended last."""
    news: int
    """Grows with everything that is heard of it."""
    last_sequence: int | None
    """The segment that was announced as the last one, None while none was."""
    closings: int
    """How often its set of segments was fixed: more than once where a straggler came."""
    closed_generation: int
    """The generation that was closed last, 0 while none was."""
    closed_count: int
    """Segments that could be used when it was closed last."""


def usable(segments: Iterable[Segment]) -> int:
    """Return how many of the segments can be used."""
    return sum(one.ingested is not None and is_done(one.ingested.outcome) for one in segments)


def segment_fact(ingested: SegmentIngested) -> Fact:
    """Return the end of a segment as one event, however often it is sent.

    One that failed is another event than the same segment when it is sent again and can be had.
    """
    work, kind = ingested.work, fact_type(ingested).type
    name = f"{work.generation}/{ingested.sequence}" + ("" if is_done(ingested.outcome) else "/failed")
    return Fact(ingested, id=derived_id(work.asset_id, kind, name))


def closed_fact(asset: Asset, present: Collection[int], last: int) -> Fact:
    """Return the fact that fixes the set of segments: those that are `present`, up to number `last`."""
    assert asset.ingested is not None
    missing = list(_missing(sorted(present), last))
    closed = RecordingClosed(
        work=asset.work(asset.ingested.work.kind),
        last_sequence=last,
        missing=islice(missing, _MOST_RANGES),
        missing_count=sum(one.last - one.first + 1 for one in missing),
    )
    return Fact(closed, id=fan_in_id(asset.asset_id, fact_type(closed).type, asset.generation))


def _missing(present: list[int], last: int) -> Iterator[SequenceRange]:
    following = 0
    for sequence in [*present, last + 1]:
        if sequence > following:
            yield SequenceRange(first=following, last=sequence - 1)
        following = sequence + 1
