"""Nobody has two names: of decisions at the same instant that would give one person two, only one stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from framewell.cluster.v1.cluster_pb2 import (
    CLUSTER_DECISION_MERGED,
    CLUSTER_DECISION_NAMED,
    CLUSTER_DECISION_SPLIT,
)
from framewell_contracts.sentences import say
from framewell_inference.domain.clusters import Cluster
from framewell_inference.ports.clusters import ClusterDecisionRepository, ClusterRepository, Decision
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class SettleNames:
    """Whoever names, merges or takes a split back writes that first and looks then: one of two sees the
    other.

    A decision that was looked at is settled, and stands whatever comes later. Of two that are not, the one
    that was made first stands, and the other is taken back before it can be settled. So two names of one
    person would take two settled decisions, of which the later one was settled without having seen the
    earlier: it cannot be. A database transaction was considered: the store has none.
    """

    clusters: ClusterRepository
    decisions: ClusterDecisionRepository

    async def __call__(self, decision: Decision, cause: Cause) -> None:
        """Let a decision stand. Raises Conflict, with the decision taken back, where another one does."""
        while rivals := await self._rivals(decision):
            weaker = [one for one in rivals if _yields(one, decision)]
            if not weaker:
                await self.decisions.refuse(decision, decision.actor, cause)
                raise two_names(rivals)
            for one in weaker:
                await self.decisions.refuse(one, decision.actor, cause)
        if not await self.decisions.settle(decision.id):
            raise decided_meanwhile()

    async def before_joining_again(self, decision: Decision, cause: Cause) -> None:
        """Announce that a split is taken back, and look. Raises Conflict where that would make two names."""
        if not await self.decisions.announce_undo(decision.id):
            return
        if rivals := await self._rivals(decision):
            await self.decisions.refuse(decision, decision.actor, cause)
            raise two_names(rivals)

    async def _rivals(self, decision: Decision) -> Sequence[Decision]:
        """Return the decisions with which this one would give somebody two names; none where it would not."""
        under_way = [one for one in await self.decisions.unapplied() if one.joins]
        together = await self._together([decision.cluster_id, decision.other], under_way)
        namings = [one for one in await self.decisions.namings(together) if one.names]
        if len({one.class_id for one in namings}) < 2:
            return []
        joining = [one for one in under_way if one.cluster_id in together and not one.settled]
        return [one for one in (*namings, *joining) if one.id != decision.id and not _agrees(one, decision)]

    async def _together(self, cluster_ids: Collection[str], under_way: Sequence[Decision]) -> frozenset[str]:
        """Return all clusters that are one with these, or will be when what is under way is done."""
        found, wanted = set[str](), {one for one in cluster_ids if one}
        while wanted:
            known: Mapping[str, Cluster] = await self.clusters.named(wanted)
            roots = await self.clusters.named({one.root for one in known.values()})
            near = {part for root in roots.values() for part in (*root.parts, root.id)} | wanted
            for one in under_way:
                if near & {one.cluster_id, one.other}:
                    near |= {one.cluster_id, one.other}
            found |= wanted
            wanted = near - found
        return frozenset(found)


def _yields(one: Decision, to: Decision) -> bool:
    """Return whether a decision is taken back for another one; a split that is taken back always yields."""
    if to.kind == CLUSTER_DECISION_SPLIT or one.settled:
        return False
    return one.kind == CLUSTER_DECISION_SPLIT or _order(one) > _order(to)


def _order(decision: Decision) -> tuple[datetime, str]:
    return decision.at, decision.id


def _agrees(one: Decision, other: Decision) -> bool:
    """Return whether both give the same name."""
    return one.kind == other.kind == CLUSTER_DECISION_NAMED and one.class_id == other.class_id


def decided_meanwhile() -> Conflict:
    """Return why a decision is refused that another one has overtaken."""
    return Conflict(
        say("decided_meanwhile", "somebody decided about the same person at the same moment: look again")
    )


def two_names(rivals: Sequence[Decision]) -> Conflict:
    """Return why a decision is refused: as whom clusters are named, by whom, and what to take back first."""
    by_class = {one.class_id: one for one in reversed(rivals) if one.kind == CLUSTER_DECISION_NAMED}
    if not by_class:
        other = next((one for one in rivals if one.kind == CLUSTER_DECISION_MERGED), None)
        who = other.actor.principal if other else "somebody"
        return Conflict(
            say("decides_now", "{who} decides about the same person at this moment: look again", who=who)
        )
    named = sorted(by_class.values(), key=_order)
    said = " and ".join(f"cluster {one.cluster_id} is {named_as(one)}" for one in named)
    return Conflict(say("decided_otherwise", "{said}: {undo}", said=said, undo=undo_first(*named)))


def named_as(naming: Decision) -> str:
    """Return as whom a decision names a cluster, by whom and when: an id stands for the class's name."""
    return f"named {naming.class_id} by {naming.actor.principal} since {naming.at:%Y-%m-%d %H:%M} UTC"


def undo_first(*namings: Decision) -> str:
    """Return which decisions are to be taken back first, as commands."""
    commands = " or ".join(f"`framewell people undo {one.id}`" for one in namings)
    return f"undo {'that' if len(namings) == 1 else 'one of the two'} first ({commands})"
