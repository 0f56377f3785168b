"""The two facts that end an asset inside ingest: asset.ingested and asset.rejected."""

from __future__ import annotations

from typing import TypeAlias

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import fan_in_id
from framewell_contracts.sentences import wording_of
from framewell_kit.facts import Fact

End: TypeAlias = AssetIngested | AssetRejected


def rejection(work: Work, uri: str, code: str, detail: str, actor: Actor | None = None) -> AssetRejected:
    """Return the fact that this work on an asset is refused, by a person where one is named."""
    return AssetRejected(
        work=work, code=code, detail=detail, uri=uri, actor=actor, wording=wording_of(detail)
    )


def end_fact(end: End) -> Fact:
    """Return the end as one event, whoever sends it: its id is made of asset, type and generation."""
    return Fact(end, id=fan_in_id(end.work.asset_id, fact_type(end).type, end.work.generation))
