"""The leased jobs of transcode by name, and what each is put with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import Work
from framewell.segment.v1.segment_pb2 import SegmentIngested

PLAN: Final = "plan"
SOUND: Final = "sound"
SEGMENT: Final = "segment"
SEGMENT_SOUND: Final = "segment_sound"
RECORDING: Final = "recording"


def asset_payload(asset: AssetIngested) -> dict[str, Any]:
    """Return the payload of a job about this asset."""
    return {"asset": asset.SerializeToString()}


def payload_asset(payload: Mapping[str, Any]) -> AssetIngested:
    """Return the asset that a job is about."""
    return AssetIngested.FromString(payload["asset"])


def work_payload(work: Work) -> dict[str, Any]:
    """Return the payload of a job about this generation of a recording."""
    return {"work": work.SerializeToString()}


def payload_work(payload: Mapping[str, Any]) -> Work:
    """Return the generation of a recording that a job is about."""
    return Work.FromString(bytes(payload["work"]))


def segment_payload(segment: SegmentIngested) -> dict[str, Any]:
    """Return the payload of a job about this segment."""
    return {"segment": segment.SerializeToString()}


def payload_segment(payload: Mapping[str, Any]) -> SegmentIngested:
    """Return the segment that a job is about."""
    return SegmentIngested.FromString(bytes(payload["segment"]))
