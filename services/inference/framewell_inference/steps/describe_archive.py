"""See that all stored faces are described by an embedding before anything depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_inference.domain.campaigns import (
    BEGUN_BY_ITSELF,
    Campaign,
    Estimate,
    Selection,
    Target,
    look_name,
)
from framewell_inference.domain.tracks import FACES
from framewell_inference.ports.campaigns import AnalysedAssets
from framewell_inference.steps.begin_campaign import BeginCampaign
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import NotYet
from framewell_models.manifest import ModelRef

WAIT_SECONDS = 2.0
"""How soon it is looked again whether the archive is described."""


@dataclass(frozen=True, slots=True)
class DescribeArchive:
    """Begins campaigns of its own, each once, where chunks are not described by an embedding.

    Of embeddings that are in force nothing is missing: what arrives is described by them, and an asset that
    began before is made up for when it ends.
    """

    spaces: FaceSpaces
    assets: AnalysedAssets
    begin: BeginCampaign
    clock: Clock

    async def whole(self, embedding: ModelRef, name: str, cause: Cause) -> None:
        """Return when the archive is described by an embedding, as far as it can be.

        `name` stands for what needs it. What has no stored pictures any more is passed over, and everything
        once a person cancels the campaign. Raises NotYet while it goes on.
        """
        read = await self.spaces.identities.embeddings()
        if embedding in (read.in_force or [self.spaces.shipped]):
            return
        kept = await self._begin(embedding, Selection(everything=True), f"{embedding}/{name}", cause)
        if not kept.state.ended:
            raise NotYet(
                say(
                    "faces_not_described.all",
                    "stored faces are not all described by {embedding} yet",
                    embedding=embedding,
                ),
                retry_after=WAIT_SECONDS,
            )

    async def asset(self, asset_id: str, cause: Cause) -> None:
        """See that an asset whose analysis has ended is described by the embeddings that are read now."""
        asset = await self.assets.get(asset_id)
        if asset is None or not asset.chunks or FACES in asset.skipped:
            return
        for ref in await self.spaces.read():
            if look_name(FACES, ref) not in asset.looked and self.spaces.alone(ref):
                name = f"{ref}/{asset_id}/{asset.generation}"
                await self._begin(ref, Selection(asset_ids=(asset_id,)), name, cause)

    async def _begin(self, embedding: ModelRef, selection: Selection, name: str, cause: Cause) -> Campaign:
        campaign = Campaign(
            id=derived_id(name, "framewell.reanalysis", "faces"),
            target=Target(model=embedding),
            selection=selection,
            hours=None,
            actor=Actor(principal="rule:describe_faces", authority="rule"),
            started_at=self.clock.now(),
            estimate=Estimate(basis=BEGUN_BY_ITSELF),
        )
        return await self.begin(campaign, cause)
