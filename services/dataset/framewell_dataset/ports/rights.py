"""Statements of rights, and the ledger of uses."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import PAY_MODEL_UNSPECIFIED, AppliedStatement, PayModel
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.ledger import Entry
from framewell_dataset.domain.rights import ReceivedStatement, RightsOfAsset
from framewell_kit.facts import Cause
from framewell_kit.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Statements about a subject that matched nothing when they came."""

    subject: Subject
    statements: tuple[AppliedStatement, ...]
    since: datetime


class StatementRepository(Protocol):
    """Statements by the subject they are about: an asset, a source or a holder."""

    async def of(self, asset: Asset, holders: Sequence[str] = ()) -> RightsOfAsset:
        """Return all that was stated about the asset, its source and its holders, these further ones too."""
        ...

    async def about(self, subject: Subject) -> Sequence[ReceivedStatement]:
        """Return what was stated about this very subject, however it is spelt."""
        ...

    async def add(self, subject: Subject, statements: Sequence[ReceivedStatement]) -> bool:
        """Add a change's statements and raise the revision; False when they change nothing."""
        ...

    async def replace(
        self, subject: Subject, before: Sequence[ReceivedStatement], after: Sequence[ReceivedStatement]
    ) -> bool:
        """Put statements in place of those that were stated about the subject, and raise the revision.

        False, and nothing is done, when others are stated by now.
        """
        ...

    async def note_unmatched(
        self, subject: Subject, applied: Sequence[AppliedStatement], at: datetime
    ) -> None:
        """Keep which statements matched nothing, in place of what was kept of the subject."""
        ...

    async def unmatched(self, page: PageRequest) -> Page[Unmatched]:
        """Return subjects with statements that matched nothing, the newest first."""
        ...

    async def contributors(self, prefix: str, page: PageRequest) -> Page[str]:
        """Return the names of holders of rights that were ever stated, by name, as they were spelt first."""
        ...

    async def forget(self, subject: Subject) -> bool:
        """Delete what was stated about the subject; False when nothing was. Of a holder the name goes too."""
        ...


RECONSIDER = "reconsider_assets"
"""Kind of the leased job that decides every asset anew."""


class HouseRuleLog(Protocol):
    """Which house rules were adopted last."""

    async def adopt(self, digest: str, cause: Cause) -> bool:
        """Keep the digest of the rules in force; where it is another, see that everything is decided anew.

        False when it is the one that is known, or the first.
        """
        ...


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which uses are meant: those that meet all of it; what is empty is met by every use."""

    holder: str = ""
    used_from: datetime | None = None
    used_before: datetime | None = None
    currency: str = ""
    pay_model: "PayModel.ValueType" = PAY_MODEL_UNSPECIFIED


class LedgerRepository(Protocol):
    """Uses and what is owed for them."""

    async def enter(self, entry: Entry) -> bool:
        """Keep an entry once; False when it is there."""
        ...

    async def page(self, page: PageRequest, wanted: LedgerFilter) -> Page[Entry]:
        """Return entries, newest first."""
        ...

    def all(self, wanted: LedgerFilter) -> AsyncIterator[Entry]:
        """Yield all entries that are meant."""
        ...
