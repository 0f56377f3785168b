"""The leased jobs of transcode by name, and what each is put with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetIngested

PLAN: Final = "plan"
SOUND: Final = "sound"


def asset_payload(asset: AssetIngested) -> dict[str, Any]:
    """Return the payload of a job about this asset."""
    return {"asset": asset.SerializeToString()}


def payload_asset(payload: Mapping[str, Any]) -> AssetIngested:
    """Return the asset that a job is about."""
    return AssetIngested.FromString(payload["asset"])
