"""People decide about clusters: the same person, somebody else, another person, who it is; and take it
back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC
from uuid import uuid4

from framewell.cluster.v1.cluster_pb2 import (
    CLUSTER_DECISION_DISTINGUISHED,
    CLUSTER_DECISION_MERGED,
    CLUSTER_DECISION_NAMED,
    CLUSTER_DECISION_SPLIT,
    ClusterDecision,
)
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id, observation_chunk
from framewell_contracts.sentences import say
from framewell_inference.domain.clusters import Cluster, Sighting
from framewell_inference.ports.clusters import (
    ClusterDecisionRepository,
    ClusterQueue,
    Decision,
    SightingRepository,
)
from framewell_inference.steps.apply_decision import ApplyDecision
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.find_cluster import FindCluster
from framewell_inference.steps.refuse_contradictions import RefuseContradictions
from framewell_inference.steps.settle_names import (
    SettleNames,
    decided_meanwhile,
    named_as,
    undo_first,
)
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected


@dataclass(frozen=True, slots=True)
class AppearanceOf:
    """An appearance as people name it: the asset, and the observation of its largest face."""

    asset_id: str
    observation_id: str


@dataclass(frozen=True, slots=True)
class DecideClusters:
    """Every decision is kept with its fact first, then done: one that was cut short is finished by the next
    job.

    Doing one again changes nothing (`ApplyDecision`).
    """

    sightings: SightingRepository
    decisions: ClusterDecisionRepository
    find: FindCluster
    people: ErasePeople
    queue: ClusterQueue
    clock: Clock
    settle: SettleNames
    refuse: RefuseContradictions
    apply: ApplyDecision

    async def merge(self, cluster_id: str, into_id: str, actor: Actor, cause: Cause) -> tuple[Cluster, str]:
        """Make a cluster part of another; return that one and the id of the decision.

        Raises NotFound, Rejected for one and the same, Conflict when a person said that they are two people,
        or named them as two.
        """
        gone, stays = await self.find(cluster_id), await self.find(into_id)
        if gone.id == stays.id:
            raise Rejected(
                say(
                    "same_cluster",
                    "{cluster_id} and {other_id} are one cluster already",
                    cluster_id=cluster_id,
                    other_id=into_id,
                )
            )
        await self.refuse.two_people(gone, stays)
        await self.refuse.two_names([*gone.parts, *stays.parts])
        decision = self._decision(CLUSTER_DECISION_MERGED, gone.id, actor, other=stays.id)
        await self._take(decision, cause)
        return await self.find(stays.id), decision.id

    async def split(
        self, cluster_id: str, appearances: Sequence[AppearanceOf], actor: Actor, cause: Cause
    ) -> tuple[Cluster, Cluster, str]:
        """Make another cluster of some appearances; return it, what is left, and the id of the decision.

        Raises NotFound for an appearance that the cluster does not have, Rejected when nothing would be left.
        """
        cluster = await self.find(cluster_id)
        chosen = {one.id: one for one in [await self._chosen(cluster, each) for each in appearances]}
        if not chosen:
            raise Rejected(say("no_appearance.split", "name the appearances that are somebody else"))
        if len(chosen) >= cluster.size:
            raise Rejected(
                say(
                    "nothing_left",
                    "these are all of its appearances: name some of them, or merge it into another cluster",
                ),
            )
        decision = replace(
            self._decision(CLUSTER_DECISION_SPLIT, cluster.id, actor, other=str(uuid4())),
            moves=tuple(sorted(chosen)),
        )
        await self._take(decision, cause)
        return await self.find(decision.other), await self.find(cluster.id), decision.id

    async def distinguish(self, cluster_id: str, other_id: str, actor: Actor, cause: Cause) -> str:
        """Note that two clusters are two people; return the id of the decision, that of an earlier one if so.

        Raises NotFound, Conflict for one and the same.
        """
        one, other = await self.find(cluster_id), await self.find(other_id)
        if one.id == other.id:
            raise Conflict(
                say(
                    "one_cluster",
                    "{cluster_id} and {other_id} are one cluster: take its merger back, or split it, instead",
                    cluster_id=cluster_id,
                    other_id=other_id,
                )
            )
        said = await self.decisions.apart(one.parts)
        if earlier := next((said[part] for part in other.parts if part in said), ""):
            return earlier
        decision = self._decision(CLUSTER_DECISION_DISTINGUISHED, one.id, actor, other=other.id)
        await self._take(decision, cause)
        return decision.id

    async def name(self, cluster_id: str, class_id: str, actor: Actor, cause: Cause) -> tuple[Cluster, str]:
        """Note as which class a cluster was named; return it and the id of the decision.

        Named so already, it stays, under the earlier decision. Raises Conflict while it has another name, and
        NotFound, also for a class that was erased: nobody is named as one.
        """
        if not class_id:
            raise Rejected(say("no_class", "name the class that it is"))
        decision = await self._named_once(cluster_id, class_id, actor, cause)
        if not decision.applied:
            await self._finish_soon(decision, cause)
        if await self.people.erased([class_id]):
            await self.people.of_class(class_id)
            raise NotFound(say("class_erased", "class {class_id} was erased", class_id=class_id))
        return await self.find(cluster_id), decision.id

    async def undo(self, decision_id: str, actor: Actor, cause: Cause) -> Decision:
        """Take a decision back; return it. Taken back before, it stays so.

        Raises NotFound, Conflict for a split whose new cluster became part of another one since, or was named
        as somebody else than the rest.
        """
        decision = await self.decisions.get(decision_id)
        if decision is None:
            raise NotFound(
                say("decision_unknown", "there is no decision {decision_id}", decision_id=decision_id)
            )
        if decision.undone_by is None:
            await self.refuse.undoing(decision)
            if decision.kind == CLUSTER_DECISION_SPLIT:
                await self.settle.before_joining_again(decision, cause)
            done = await self.decisions.undo(decision, self._signed(actor), cause)
            decision = await self._kept(decision_id)
            if not done and decision.undone_by is None:
                raise decided_meanwhile()
            await self._finish_soon(decision, cause)
        return await self._kept(decision_id)

    async def finish(self) -> None:
        """Do what was decided and not yet done."""
        for decision in await self.decisions.unapplied():
            if decision.rejoining and decision.undone_by is None:  # whoever took it back, died over it
                await self.decisions.refuse(decision, decision.actor, _cause(decision))
                continue
            if not decision.settled and decision.undone_by is None:
                with suppress(Conflict):
                    await self.settle(decision, _cause(decision))
            await self.apply(await self.decisions.get(decision.id) or decision)

    async def _named_once(self, cluster_id: str, class_id: str, actor: Actor, cause: Cause) -> Decision:
        """Return the decision that names a cluster as a class, kept if there was none. Raises Conflict.

        Its id follows from the cluster and how often that was named before, so that of two people who name
        it at once only one keeps theirs, and the other one meets it.
        """
        while True:
            cluster = await self.find(cluster_id)
            if await self.people.erased([class_id]):
                raise NotFound(say("class_erased", "class {class_id} was erased", class_id=class_id))
            namings = await self.decisions.namings(cluster.parts)
            standing = [one for one in namings if one.names]
            if other := next((one for one in standing if one.class_id != class_id), None):
                raise Conflict(
                    say(
                        "cluster_named",
                        "cluster {cluster_id} is {named}: {undo}",
                        cluster_id=cluster.id,
                        named=named_as(other),
                        undo=undo_first(other),
                    )
                )
            if standing:
                if not standing[0].settled:
                    await self.settle(standing[0], cause)
                return standing[0]
            number = sum(one.cluster_id == cluster.id for one in namings)
            made = self._decision(CLUSTER_DECISION_NAMED, cluster.id, actor, class_id=class_id)
            decision = replace(made, id=derived_id(cluster.id, "name", str(number)))
            if await self.decisions.keep(decision, cause):
                await self.settle(decision, cause)
                return decision

    async def _take(self, decision: Decision, cause: Cause) -> None:
        await self.decisions.keep(decision, cause)
        if decision.kind == CLUSTER_DECISION_MERGED:
            await self.settle(decision, cause)
        await self._finish_soon(decision, cause)

    async def _finish_soon(self, decision: Decision, cause: Cause) -> None:
        await self.queue.request(cause)
        await self.apply(decision)

    async def _chosen(self, cluster: Cluster, appearance: AppearanceOf) -> Sighting:
        try:
            chunk_id = observation_chunk(appearance.asset_id, appearance.observation_id)
        except ValueError as error:
            raise Rejected(str(error)) from error
        ordinal = int(appearance.observation_id.rpartition("/")[2])
        for one in await self.sightings.of_asset(appearance.asset_id, chunk_id):
            if one.ordinal == ordinal and one.cluster_id in cluster.parts:
                return one
        raise NotFound(
            say(
                "appearance_unknown",
                "cluster {cluster_id} has no appearance {observation_id} of {asset_id}",
                cluster_id=cluster.id,
                observation_id=appearance.observation_id,
                asset_id=appearance.asset_id,
            )
        )

    async def _kept(self, decision_id: str) -> Decision:
        found = await self.decisions.get(decision_id)
        if found is None:
            raise NotFound(
                say(
                    "decision_unknown.empty",
                    "there is no decision {decision_id}: nothing is left of its cluster",
                    decision_id=decision_id,
                )
            )
        return found

    def _decision(
        self,
        kind: ClusterDecision.ValueType,
        cluster_id: str,
        actor: Actor,
        *,
        other: str = "",
        class_id: str = "",
    ) -> Decision:
        signed = self._signed(actor)
        at = signed.decided_at.ToDatetime(tzinfo=UTC)
        return Decision(str(uuid4()), kind, cluster_id, signed, at, other, class_id)

    def _signed(self, actor: Actor) -> Actor:
        signed = Actor(principal=actor.principal, authority=actor.authority)
        now = self.clock.now()
        signed.decided_at.FromDatetime(now.replace(microsecond=now.microsecond // 1000 * 1000))
        return signed


def _cause(decision: Decision) -> Cause:
    """Return a decision as the cause of what finishes it: nobody is there any more who asked for it."""
    return Cause(decision.id, "/framewell/inference", "framewell.cluster.decided.v1", decision.at)
