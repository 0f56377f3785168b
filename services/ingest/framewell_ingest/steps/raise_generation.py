"""An asset done again: asset.ingested with the next generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.ports import AssetRepository, RecordingRepository, SegmentQueue
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict

_UNDER_WAY: Final = say("asset_state.under_way", "is still being fetched: ask again once it is ingested")
_NOT_TAKEN_IN: Final[Mapping[State, str]] = {
    State.REQUESTED: _UNDER_WAY,
    State.FETCHING: _UNDER_WAY,
    State.REJECTED: say(
        "asset_state.rejected_again",
        "was rejected, so there is nothing to do again: ask for it as a new asset",
    ),
    State.REMOVED: say(
        "asset_state.removed", "was removed, with everything made from it: ask for it as a new asset"
    ),
}
"""Why there is nothing to do again, by the state of an asset that has no original."""


@dataclass(frozen=True, slots=True)
class RaiseGeneration:
    """Raise the generation of an asset that was taken in, in one write with the fact that says so.

    A recording that was closed is closed again, for the new generation.
    """

    assets: AssetRepository
    recordings: RecordingRepository
    queue: SegmentQueue

    async def __call__(
        self,
        asset: Asset,
        cause: Cause,
        *,
        actor: Actor | None = None,
        rights_revision: int = 0,
        refetch: bool = False,
    ) -> int | None:
        """Return the new generation, None when somebody else has raised it first.

        `actor` asked for it, None where no person did. It is made by the rights decision of that revision or
        a later one. With `refetch` segments of a recording that could not be had or read are fetched again,
        and closing waits for them. Raises Conflict for an asset that was not taken in.
        """
        if asset.ingested is None:
            raise Conflict(
                say(
                    "asset_unfit",
                    "asset {asset_id} {state}",
                    asset_id=asset.asset_id,
                    state=_NOT_TAKEN_IN[asset.state],
                )
            )
        again = AssetIngested()
        again.CopyFrom(asset.ingested)
        again.work.generation = asset.generation + 1
        again.revision = asset.revision + 1
        again.ClearField("actor")
        if actor is not None:
            again.actor.CopyFrom(actor)
        again.rights_revision = max(rights_revision, again.rights_revision)
        again.programme.CopyFrom(asset.programme)
        waiting = await self._reopened(asset.asset_id) if refetch and asset.ingested.recording else ()
        raised = await self.assets.reprocess(asset, again, cause)
        for sequence in waiting:
            await self.queue.fetch(asset.asset_id, sequence, cause, is_new=True)
        recording = await self.recordings.get(asset.asset_id) if asset.ingested.recording else None
        if recording is not None and recording.closings:
            await self.queue.close(asset.asset_id, recording.closings + 1, cause)
        return int(again.work.generation) if raised else None

    async def _reopened(self, asset_id: str) -> Sequence[int]:
        """Return the segments that are to be fetched; noting them as news makes closing wait for them."""
        waiting = await self.recordings.reopen(asset_id)
        if waiting:
            await self.recordings.hear(asset_id)
        return waiting
