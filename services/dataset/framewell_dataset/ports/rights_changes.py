"""Changes of rights and what each did, and why samples and assets are withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from framewell.mesh.v1.mesh_pb2 import Actor, Subject
from framewell.rights.v1.rights_pb2 import AppliedStatement, Purpose, RightsChanged
from framewell_kit.paging import Page, PageRequest


class Effect(StrEnum):
    """What became of a sample by a change of rights."""

    WITHDRAWN = "withdrawn"
    WITHHELD = "withheld"
    PROPOSED = "proposed"
    REPRICED = "repriced"
    """It stands as it stood; what it rests on, or what it costs, is other."""


@dataclass(frozen=True, slots=True)
class FollowedChange:
    """A change of rights as it was followed here."""

    change_id: str
    subject: Subject
    actor: Actor
    received_at: datetime
    applied: bool = False
    statements: tuple[AppliedStatement, ...] = ()
    asset_count: int = 0
    snapshot_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleEffect:
    """What a change did to one sample."""

    sample_id: str
    asset_id: str
    effect: Effect


class RightsChangeRepository(Protocol):
    """Changes of rights and their effects, each kept once: a change that is handled again adds nothing."""

    async def begin(self, change_id: str, fact: RightsChanged, at: datetime) -> None:
        """Keep that a change was taken up, before it does anything."""
        ...

    async def note(self, change_id: str, effect: SampleEffect, snapshot_ids: Sequence[str]) -> None:
        """Keep what the change is about to do to a sample, and the snapshots that hold it."""
        ...

    async def end(self, change_id: str, statements: Sequence[AppliedStatement], asset_count: int) -> None:
        """Keep that everything was decided anew, and what became of the statements."""
        ...

    async def get(self, change_id: str) -> FollowedChange | None:
        """Return a change, None where it is not known (any more)."""
        ...

    async def page(self, page: PageRequest) -> Page[FollowedChange]:
        """Return changes, the newest first."""
        ...

    async def counts(self, change_id: str) -> Mapping[Effect, int]:
        """Return to how many samples a change did what."""
        ...

    async def effects(self, change_id: str, limit: int) -> Sequence[SampleEffect]:
        """Return what it did to samples, by id, at most so many."""
        ...

    async def forget_holder(self, holder: str) -> int:
        """Delete the changes that name a holder; return how many."""
        ...

    async def forget_asset(self, asset_id: str) -> int:
        """Delete the changes about an asset; return how many."""
        ...


@dataclass(frozen=True, slots=True)
class RefusedPlace:
    """A sample, or an asset, that is withheld; of an asset no pts is known."""

    asset_id: str
    sample_id: str = ""
    start_pts: int | None = None


@dataclass(frozen=True, slots=True)
class RefusalGroup:
    """Everything that is withheld in the same words."""

    kind: str
    purpose: "Purpose.ValueType"
    sentence: str
    count: int


class RefusalIndex(Protocol):
    """Samples and assets that are withheld, by the sentence they are withheld with."""

    async def of_samples(self) -> Sequence[RefusalGroup]:
        """Return the groups of samples that rights withhold or withdrew."""
        ...

    async def of_assets(self, purpose: "Purpose.ValueType") -> Sequence[RefusalGroup]:
        """Return the groups of assets that may not be used for a purpose."""
        ...

    async def places(self, group: RefusalGroup, limit: int) -> Sequence[RefusedPlace]:
        """Return some of a group: samples the newest first, assets by id."""
        ...

    async def accepted_of(self, asset_ids: Sequence[str]) -> int:
        """Return how many accepted samples come from these assets."""
        ...
