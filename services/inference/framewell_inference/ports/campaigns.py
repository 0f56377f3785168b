"""Campaigns over the archive: what is kept of them, the assets they choose from, their pieces of work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.campaigns import AnalysedAsset, Campaign, Piece, Selection, Target
from framewell_kit.facts import Cause
from framewell_kit.paging import Page, PageRequest

CAMPAIGN_JOB: Final = "campaign"
"""The kind of job that hands out the pieces of one campaign and counts what came of them."""

LOOK_JOB: Final = "look_again"
"""The kind of job that does one piece: at most ten minutes of an asset, its sound, or its end."""


class AnalysedAssets(Protocol):
    """The assets whose analysis has ended, one short document each."""

    async def keep(self, asset: AnalysedAsset) -> None:
        """Keep what is known of an asset in the place of what was; an older generation is ignored."""
        ...

    async def get(self, asset_id: str) -> AnalysedAsset | None:
        """Return what is known of an asset, None before its analysis has ended."""
        ...

    async def note_look(self, asset_id: str, revision: int) -> None:
        """Note that a campaign looks, or has looked, at an asset; an older revision is ignored."""
        ...

    async def look_revision(self, asset_id: str) -> int:
        """Return the revision of the newest campaign that looked at an asset, 0 for none."""
        ...

    def select(
        self, selection: Selection, *, skipped: bool = False, after: str = ""
    ) -> AsyncIterator[AnalysedAsset]:
        """Yield the selected assets behind one in order of ids, read in batches.

        With `skipped` only those in which some analyser was skipped.
        """
        ...

    async def forget(self, asset_id: str) -> int:
        """Delete what is known of an asset; return how many documents that were."""
        ...


class CampaignRepository(Protocol):
    """The campaigns, one document each. Every method raises Busy."""

    async def insert(self, campaign: Campaign) -> bool:
        """Keep a new campaign; return False, and change nothing, when its id is known."""
        ...

    async def get(self, campaign_id: str) -> Campaign:
        """Return a campaign. Raises NotFound."""
        ...

    async def page(self, page: PageRequest) -> Page[Campaign]:
        """Return a page of campaigns, newest first. Raises Rejected for a token of another making."""
        ...

    async def under_way(self, target: Target, selection: Selection) -> Campaign | None:
        """Return a campaign of this target over this selection that has not ended, None for none."""
        ...

    async def change(self, before: Campaign, after: Campaign) -> Campaign | None:
        """Replace a campaign as it was read, under the next revision; None when somebody else changed it."""
        ...

    async def forget_asset(self, asset_id: str) -> int:
        """Take an asset out of every campaign that names it or works on it; return of how many."""
        ...


@dataclass(frozen=True, slots=True)
class PieceEnd:
    """What became of a piece. `failure` says why it was given up; empty when it was not."""

    counts: Counts
    failure: str = ""


class CampaignQueue(Protocol):
    """The work of campaigns as leased jobs of the archive's lane."""

    async def put_campaign(self, campaign_id: str, cause: Cause) -> None:
        """See that the pieces of a campaign are handed out. Asking again changes nothing."""
        ...

    async def put_piece(self, piece: Piece, cause: Cause) -> None:
        """See that a piece is done. Asking again changes nothing."""
        ...

    async def end_of(self, campaign_id: str, asset_id: str, piece: str) -> PieceEnd | None:
        """Return what became of a piece, None while it has not ended."""
        ...


class IdleTurns(Protocol):
    """Turns to work while no chunk that has just arrived is worked on or waits."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait for such a moment, and hold the place of one archive chunk while inside."""
        ...
