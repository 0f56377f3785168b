"""What the gateway keeps of the facts of the mesh, so that reading it costs what is read."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasurePlanned, ErasureRequested
from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, ChunkCounts
from framewell.gateway.v1.erasures_pb2 import Erasure
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, StateCounts
from framewell_gateway.domain.events import Cursor, EventFilter, RecordedEvent
from framewell_gateway.domain.progress import Progress, Step
from framewell_gateway.domain.summaries import ListedAsset, SummaryChange
from framewell_kit.paging import Page, PageRequest


class EventRepository(Protocol):
    """Every event that concerns an asset, a dataset or a model; each is kept once and never changed."""

    async def record(self, event: RecordedEvent) -> bool:
        """Keep the event; False when it was there already (nothing changes then)."""
        ...

    async def page(self, asset_id: str, types: Sequence[str], page: PageRequest) -> Page[RecordedEvent]:
        """Return a page of the events of an asset and of the samples taken from it, in order of arrival.

        Only events of these types, unless there are none. Raises Rejected for a token of another making.
        """
        ...

    async def since(self, asset_id: str, cursor: Cursor | None) -> Sequence[RecordedEvent]:
        """Return those of them that may have become visible after the event at `cursor`; all without one.

        Some that arrived shortly before it are among them; the caller drops what it has seen.
        """
        ...

    async def first(self, asset_id: str) -> RecordedEvent | None:
        """Return the one of them that arrived first, None when there is none."""
        ...

    async def last(self, asset_id: str) -> RecordedEvent | None:
        """Return the one of them that arrived last, None when there is none."""
        ...

    async def get(self, key: str) -> RecordedEvent | None:
        """Return one event by its key, None when it is not known."""
        ...

    def following(self, asset_id: str) -> AbstractContextManager[asyncio.Event]:
        """Set the event, inside the context, whenever this process has recorded an event of the asset."""
        ...

    async def of_mesh(
        self,
        wanted: EventFilter,
        page: PageRequest,
        *,
        after: Cursor | None = None,
        newest_first: bool = False,
    ) -> Page[RecordedEvent]:
        """Return a page of all events that are meant, in order of arrival or the newest first.

        `after`: only those that arrived after the event at this place. Raises Rejected for a token of another
        making, or of a list in the other order.
        """
        ...

    async def newest(self) -> RecordedEvent | None:
        """Return the event that arrived last, None when there is none."""
        ...

    async def count(self, event_type: str, since: int) -> int:
        """Return how many events of a CloudEvents type arrived at `since` or later."""
        ...

    async def by_others(self, since: int, most: int) -> Sequence[RecordedEvent]:
        """Return events that other processes recorded, arrived at `since` or later, at most so many."""
        ...

    def hearing(self, hear: Callable[[RecordedEvent], None]) -> AbstractContextManager[None]:
        """Call `hear`, inside the context, with each event that this process records, when it is stored."""
        ...

    async def samples_of(self, *, asset_id: str = "", class_id: str = "") -> Sequence[str]:
        """Return the ids of the samples that events of an asset, or of a class, are about."""
        ...

    async def forget(
        self,
        *,
        asset_id: str = "",
        sample_id: str = "",
        class_id: str = "",
        holder: str = "",
        key: str = "",
    ) -> int:
        """Erase all events of one of these and return how many there were; a holder is named by its hash."""
        ...


class ProgressRepository(Protocol):
    """Where every asset stands, kept up to date fact by fact at a cost that does not grow with the asset."""

    async def add(self, step: Step) -> None:
        """Keep what a fact says; the same again changes nothing."""
        ...

    async def of_assets(self, asset_ids: Sequence[str]) -> Mapping[str, Progress]:
        """Return where those of these assets stand of which a fact was kept."""
        ...

    async def forget(self, asset_id: str) -> int:
        """Erase what is kept of an asset and return how many parts there were."""
        ...


class SummaryRepository(Protocol):
    """The list of all assets, kept up to date fact by fact at a cost that does not grow with the asset."""

    async def add(self, change: SummaryChange) -> None:
        """Keep what a fact says unless more is known; the same again changes nothing."""
        ...

    def reached(self, asset_id: str) -> "AssetState.ValueType":
        """Return the latest state that this process has added of late; unspecified when there is none."""
        ...

    async def settle(self, asset_id: str, generation: int, chunks: ChunkCounts) -> None:
        """Keep the final counts of the chunks of a generation."""
        ...

    async def get(self, asset_id: str) -> AssetSummary | None:
        """Return what is known of an asset, None when nothing is."""
        ...

    async def page(self, wanted: AssetFilter, order: AssetOrder, page: PageRequest) -> Page[ListedAsset]:
        """Return a page of assets. Raises Rejected for a token of another making."""
        ...

    async def count_states(self) -> StateCounts:
        """Return how many assets are in each state."""
        ...

    async def forget(self, asset_id: str) -> None:
        """Keep nothing of an asset but when it was asked for, and that it was removed."""
        ...


class ErasureRepository(Protocol):
    """Erasures and who has answered, kept up to date fact by fact; no name is kept."""

    async def begin(self, fact: ErasureRequested, at: datetime) -> bool:
        """Keep that an erasure was asked for; False, changing nothing, when its id is of another subject."""
        ...

    async def plan(self, fact: ErasurePlanned, at: datetime) -> None:
        """Keep how many things a part of the plan names."""
        ...

    async def answer(self, fact: ErasureCompleted, at: datetime) -> None:
        """Keep the answer of a service."""
        ...

    async def get(self, erasure_id: str) -> Erasure | None:
        """Return one erasure, None when it is not known."""
        ...

    async def page(self, page: PageRequest) -> Page[Erasure]:
        """Return a page of erasures, newest first. Raises Rejected for a token of another making."""
        ...
