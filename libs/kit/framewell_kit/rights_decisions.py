"""What the house decided about the use of assets: the newest decision of each, in a service's own database.

The dataset service decides, and says so by `framewell.rights.decided.v1`. Whoever uses an asset asks here
before the use and again before its result leaves. A decision is kept before anybody looks for what it
forbids, so either they find what was made, or whoever made it finds the decision.

What was left out or taken away for want of right is noted beside the decision, so that a later one that
permits it is recognised (`outstanding`), in whatever order the two are written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetPermitted
from framewell.media.v1.media_pb2 import Work
from framewell.rights.v1.rights_pb2 import Purpose, PurposeDecision, RightsDecided
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say, worded
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Fact
from framewell_kit.outcomes import NotYet

RIGHTS_DECISIONS: Final = "rights_decisions"

_END: Final = 1 << 62
_POLL_SECONDS: Final = 0.02
PATIENCE_SECONDS: Final = 2.0
"""So long a decision is waited for in place: it takes a tenth of that when the dataset service runs."""

Interval = tuple[int, int]
"""First pts, and the first pts after the last."""


@dataclass(frozen=True, slots=True)
class Passages:
    """Parts of an asset on its clock, in order of time; none touches another."""

    intervals: tuple[Interval, ...] = ()

    @staticmethod
    def of(intervals: Iterable[Interval]) -> "Passages":
        """Return the passages that these intervals, in any order, come to; empty ones are left out."""
        merged: list[Interval] = []
        for start, end in sorted(one for one in intervals if one[0] < one[1]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return Passages(tuple(merged))

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __contains__(self, pts: int) -> bool:
        return any(start <= pts < end for start, end in self.intervals)

    def __or__(self, other: "Passages") -> "Passages":
        return Passages.of((*self.intervals, *other.intervals))

    def __sub__(self, other: "Passages") -> "Passages":
        left = list(self.intervals)
        for start, end in other.intervals:
            left = [
                part
                for begin, stop in left
                for part in ((begin, min(stop, start)), (max(begin, end), stop))
                if part[0] < part[1]
            ]
        return Passages.of(left)

    def within(self, start: int, end: int) -> "Passages":
        """Return what of these passages lies between two pts."""
        return Passages.of((max(start, begin), min(end, stop)) for begin, stop in self.intervals)


EVERYTHING: Final = Passages(((-_END, _END),))
"""The whole of an asset, however long it is."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an asset may be used for one purpose: all of it but the passages that are withheld."""

    withheld: Passages
    sentence: str
    """The decision in words; it names the purpose, and nobody."""

    @property
    def allowed(self) -> bool:
        """Return whether any of it may be used."""
        return self.withheld != EVERYTHING


@dataclass(frozen=True, slots=True)
class Decided:
    """The newest decision about an asset."""

    revision: int
    gone: bool
    purposes: Sequence[PurposeDecision]

    def permission(self, purpose: Purpose.ValueType) -> Permission:
        """Return what was decided about a purpose; what is gone or not decided about is withheld."""
        if self.gone:
            said = say("rights_gone", "The asset was removed or erased and must not be used any more.")
            return Permission(EVERYTHING, said)
        for one in self.purposes:
            if one.purpose == purpose:
                return Permission(_withheld(one), worded(one.sentence, one.wording))
        name = Purpose.Name(purpose).removeprefix("PURPOSE_").lower()
        said = say("rights_undecided", "Nothing is decided about the purpose {purpose}.", purpose=name)
        return Permission(EVERYTHING, said)


@dataclass(frozen=True, slots=True)
class RightsDecisions:
    """Collection `rights_decisions` of one service, one document an asset. Every method raises Busy."""

    documents: Documents
    clock: Clock

    async def keep(self, fact: RightsDecided) -> Decided:
        """Keep a decision unless a newer one is known, and return the newest; that it is gone stays."""
        new = {"revision": fact.revision, "gone": fact.gone, "message": fact.SerializeToString()}
        if not await self.documents.insert_once(RIGHTS_DECISIONS, {"_id": fact.asset_id, **new}):
            older = {"gone": {"$ne": True}, "revision": {"$lt": fact.revision}}
            expect = {"gone": {"$ne": True}} if fact.gone else older
            await self.documents.update(RIGHTS_DECISIONS, fact.asset_id, {"$set": new}, expect=expect)
        found = await self.of(fact.asset_id)
        return found or Decided(fact.revision, fact.gone, fact.purposes)

    async def of(self, asset_id: str) -> Decided | None:
        """Return the newest decision about an asset, None before there is one."""
        document = await self.documents.get(RIGHTS_DECISIONS, asset_id)
        return None if document is None else _decided(document)

    async def waited_for(self, asset_id: str, revision: int = 0) -> Decided:
        """Return the newest decision once there is one of that revision or a later one.

        Raises NotYet when none comes within `PATIENCE_SECONDS`.
        """
        until = self.clock.monotonic() + PATIENCE_SECONDS
        while True:
            found = await self.of(asset_id)
            if found is not None and (found.gone or found.revision >= revision):
                return found
            if self.clock.monotonic() >= until:
                raise NotYet(
                    say(
                        "not_decided_yet",
                        "the dataset service has not decided yet what may be done with asset {asset_id}: see "
                        "whether it runs",
                        asset_id=asset_id,
                    ),
                    retry_after=2.0,
                )
            await self.clock.sleep(_POLL_SECONDS)

    async def leave_out(self, asset_id: str, generation: int, passages: Passages) -> None:
        """Note that a generation was made without these passages, or lost them, for want of right."""
        fields = {f"left_out.{generation}.{start}_{end}": [start, end] for start, end in passages.intervals}
        if fields:
            await self.documents.update(RIGHTS_DECISIONS, asset_id, {"$set": fields})

    async def outstanding(self, asset_id: str) -> Fact | None:
        """Return the AssetPermitted that the newest decision calls for, None when it permits nothing more.

        Always the same event for one generation and decision, whoever finds out and however often.
        """
        document = await self.documents.get(RIGHTS_DECISIONS, asset_id)
        left_out = (document or {}).get("left_out")
        if document is None or not left_out:
            return None
        decided, generation = _decided(document), max(map(int, left_out))
        missing = Passages.of((start, end) for start, end in left_out[str(generation)].values())
        if not missing - decided.permission(Purpose.PURPOSE_ANALYSIS).withheld:
            return None
        permitted = AssetPermitted(
            work=Work(asset_id=asset_id, generation=generation), rights_revision=decided.revision
        )
        name = f"{generation}/{decided.revision}"
        return Fact(permitted, id=derived_id(asset_id, fact_type(permitted).type, name))

    async def forget(self, asset_id: str) -> int:
        """Delete what is known of an asset; return how many documents that were."""
        return int(await self.documents.delete(RIGHTS_DECISIONS, asset_id))


def _decided(document: Document) -> Decided:
    message = RightsDecided.FromString(bytes(document["message"]))
    return Decided(int(document["revision"]), bool(document["gone"]), tuple(message.purposes))


def _withheld(decision: PurposeDecision) -> Passages:
    """Return what a decision withholds; a passage that cannot be placed on the clock withholds everything."""
    if not decision.allowed or any(span.start_pts >= span.end_pts for span in decision.withheld):
        return EVERYTHING
    return Passages.of((span.start_pts, span.end_pts) for span in decision.withheld).within(-_END, _END)
