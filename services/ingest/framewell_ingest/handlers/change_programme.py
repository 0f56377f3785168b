"""programme.changed → the programme metadata of the asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.programme.v1.programme_pb2 import ProgrammeChanged
from framewell_contracts.sentences import say
from framewell_ingest.ports import AssetRepository
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import NotYet


@dataclass(frozen=True, slots=True)
class ChangeProgramme:
    """Keeps newer programme metadata and ignores older. Raises NotYet while the asset is unknown."""

    assets: AssetRepository

    async def __call__(self, fact: ProgrammeChanged, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        if await self.assets.get(fact.asset_id) is None:
            raise NotYet(
                say("asset_unknown.yet", "asset {asset_id} is not known here yet", asset_id=fact.asset_id),
                retry_after=5.0,
            )
        await self.assets.change_programme(fact.asset_id, fact.programme, fact.revision)
        return []
