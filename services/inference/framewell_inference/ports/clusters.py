"""What is kept of clusters: sightings, what is known of each cluster, centres, decisions of people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from framewell.cluster.v1.cluster_pb2 import (
    CLUSTER_DECISION_MERGED,
    CLUSTER_DECISION_NAMED,
    CLUSTER_DECISION_SPLIT,
    ClusterDecision,
)
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_inference.domain.clusters import Centre, Cluster, Merger, Sighting, TrackRef
from framewell_inference.domain.pictures import Float
from framewell_kit.facts import Cause
from framewell_kit.paging import Page, PageRequest

CLUSTER_JOB: Final = "cluster"
"""Kind of the leased job that puts face tracks into clusters."""

Ordering = Literal["appearances", "last_seen"]


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a cluster must be seen; what is empty or None is not asked, and one sighting must meet all."""

    series: Sequence[str] = ()
    channels: Sequence[str] = ()
    from_ms: int | None = None
    until_ms: int | None = None

    def __bool__(self) -> bool:
        return bool(self.series or self.channels) or self.from_ms is not None or self.until_ms is not None


ANYWHERE: Final = Seen()


class SightingRepository(Protocol):
    """Sightings, each in one cluster."""

    async def add(self, sighting: Sighting) -> bool:
        """Insert a sighting, once by its id; return False when it is there."""
        ...

    async def change(self, sighting: Sighting) -> None:
        """Write what describes a sighting that is there; its cluster stays as it is."""
        ...

    async def move(self, ids: Collection[str], cluster_id: str, decision_id: str) -> None:
        """Put sightings into another cluster, by a decision."""
        ...

    async def drop(self, ids: Collection[str]) -> None:
        """Delete sightings."""
        ...

    async def get(self, sighting_id: str) -> Sighting | None:
        """Return a sighting by its id."""
        ...

    async def between(self, asset_id: str, start_pts: int, end_pts: int) -> Sequence[Sighting]:
        """Return the sightings that touch a part of an asset."""
        ...

    async def of_asset(self, asset_id: str, chunk_id: str | None = None) -> Sequence[Sighting]:
        """Return the sightings of an asset, or those of one of its chunks."""
        ...

    async def of_tracks(self, tracks: Collection[TrackRef]) -> Sequence[Sighting]:
        """Return the sightings that these tracks describe."""
        ...

    def of_clusters(self, cluster_ids: Collection[str]) -> AsyncIterator[Sighting]:
        """Yield all sightings of clusters in order of their ids, read in batches."""
        ...

    async def count(self, cluster_id: str) -> int:
        """Return how many sightings a cluster has."""
        ...

    async def page(self, cluster_ids: Collection[str], page: PageRequest) -> Page[Sighting]:
        """Return a page of the sightings of clusters, newest assets first. Raises Rejected."""
        ...

    async def largest(self, cluster_ids: Collection[str], count: int) -> Sequence[Sighting]:
        """Return those with the largest faces, largest first."""
        ...

    async def seen(self, cluster_ids: Collection[str], where: Seen) -> bool:
        """Return whether a sighting of these clusters meets all that is asked."""
        ...


class ClusterRepository(Protocol):
    """What is known of each cluster, and which cluster it is part of."""

    async def found(self, cluster_id: str) -> bool:
        """Note a new cluster; return False when that id was given out before."""
        ...

    async def get(self, cluster_id: str) -> Cluster | None:
        """Return a cluster, also one that was merged into another."""
        ...

    async def named(self, cluster_ids: Collection[str]) -> Mapping[str, Cluster]:
        """Return those of the clusters that are there, by id."""
        ...

    async def beside(self, cluster_ids: Collection[str]) -> Mapping[str, Cluster]:
        """Return, by id, those of the clusters that are there, and all that is part of one of them."""
        ...

    async def seen(self, cluster: Cluster, sightings: Sequence[Sighting], count: int) -> bool:
        """Note that a cluster has so many sightings, these among them, counted after it was read.

        Returns False when somebody noted something else since, or it is gone.
        """
        ...

    async def recounted(self, cluster: Cluster, sightings: Sequence[Sighting]) -> bool:
        """Note that a cluster has these sightings and no others, read after it was; False as of `seen`."""
        ...

    async def gather(self, root: str) -> Cluster | None:
        """Sum up the parts of a cluster for lists, and return it; None when it has no part."""
        ...

    async def merge(self, cluster_id: str, merger: Merger) -> bool:
        """Make a cluster part of another one, beside what it is part of; False when it is not there."""
        ...

    async def part(self, cluster_id: str, mergers: Collection[Merger]) -> None:
        """Take mergers of a cluster back, and no others."""
        ...

    async def set_root(self, cluster_id: str, root: str) -> None:
        """Note which cluster one is part of in the end."""
        ...

    async def name(self, cluster_id: str, class_id: str) -> None:
        """Note as which class a person named a cluster; empty for none."""
        ...

    async def of_class(self, class_id: str) -> Sequence[Cluster]:
        """Return the roots of the clusters that were named as a class."""
        ...

    async def forget_class(self, class_id: str) -> None:
        """Take a class out of every cluster."""
        ...

    async def page(self, order: Ordering, least: int, where: Seen, page: PageRequest) -> Page[Cluster]:
        """Return a page of roots with so many sightings, most or newest first, seen at such places at all.

        One sighting need not meet all of `where`. Raises Rejected.
        """
        ...

    async def delete(self, root: Cluster) -> bool:
        """Delete a cluster with its parts; return False when it was summed up since, or is part of one."""
        ...


class CentreRepository(Protocol):
    """The centre of each cluster in each space, followed in memory."""

    async def near(self, embedding: str, of: Centre, count: int) -> tuple[Sequence[tuple[str, float]], int]:
        """Return the nearest clusters with their distances, nearest first, and how many clusters there are.

        `of` is a track, or a centre, of whichever cluster; distances are as between single pictures.
        """
        ...

    async def of(self, embedding: str, cluster_ids: Collection[str]) -> Sequence[Centre]:
        """Return the centres of clusters."""
        ...

    async def join(self, embedding: str, cluster_id: str, vector: Float) -> None:
        """Take one more track into a centre."""
        ...

    async def put(self, embedding: str, cluster_id: str, centre: Centre | None) -> None:
        """Replace a centre, with nothing when it is None."""
        ...

    async def embeddings(self, cluster_id: str) -> Sequence[str]:
        """Return the spaces in which a cluster has a centre."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a cluster.

    `moves` are sightings that are to be moved by it, until it is `applied`. `other` is the cluster it became
    part of, the one that was split off, the one it is not.
    """

    id: str
    kind: ClusterDecision.ValueType
    cluster_id: str
    actor: Actor
    at: datetime
    other: str = ""
    class_id: str = ""
    moves: tuple[str, ...] = ()
    applied: bool = False
    undone_by: Actor | None = None
    settled: bool = True
    """Whether it stands whatever comes later: a name or a merger does once all others were looked at."""
    rejoining: bool = False
    """Of a split that somebody is taking back."""

    @property
    def joins(self) -> bool:
        """Return whether it makes clusters one: a merger that stands, or a split that is taken back."""
        if self.kind == CLUSTER_DECISION_MERGED:
            return self.undone_by is None
        return self.kind == CLUSTER_DECISION_SPLIT and (self.rejoining or self.undone_by is not None)

    @property
    def names(self) -> bool:
        """Return whether it gives a cluster a name now: it was not taken back, nor its class erased."""
        return self.kind == CLUSTER_DECISION_NAMED and self.undone_by is None and bool(self.class_id)


class ClusterDecisionRepository(Protocol):
    """Decisions of people, each with the fact about it."""

    async def keep(self, decision: Decision, cause: Cause) -> bool:
        """Insert a decision, once, and have the fact leave; False when one with its id is there."""
        ...

    async def settle(self, decision_id: str) -> bool:
        """Note that a decision stands; False when it was taken back before."""
        ...

    async def refuse(self, decision: Decision, actor: Actor, cause: Cause) -> bool:
        """Take a decision back, for another one, before it is settled; False when it stands or went before.

        Of a split, whose undoing was announced, that announcement is taken back.
        """
        ...

    async def announce_undo(self, decision_id: str) -> bool:
        """Note that a split is being taken back, before that is done; False when it was taken back before."""
        ...

    async def applied(self, decision: Decision) -> bool:
        """Note that what was decided is done, and forget what was to be moved.

        Returns False when it was taken back meanwhile, or is being so, or is gone.
        """
        ...

    async def undo(self, decision: Decision, actor: Actor, cause: Cause) -> bool:
        """Note that a decision does not stand any more, and have the fact leave; False when it did not."""
        ...

    async def get(self, decision_id: str) -> Decision | None:
        """Return a decision."""
        ...

    async def unapplied(self) -> Sequence[Decision]:
        """Return the decisions of which it is not known that they are done, oldest first."""
        ...

    async def apart(self, cluster_ids: Collection[str]) -> Mapping[str, str]:
        """Return the clusters that a person said these are not, with the decision that says so."""
        ...

    async def namings(self, cluster_ids: Collection[str]) -> Sequence[Decision]:
        """Return all decisions that ever named one of these clusters, newest first."""
        ...

    async def page(self, cluster_ids: Collection[str], page: PageRequest) -> Page[Decision]:
        """Return a page of the decisions about clusters, newest first. Raises Rejected."""
        ...

    async def forget(self, cluster_ids: Collection[str]) -> None:
        """Delete the decisions about clusters that are gone."""
        ...

    async def forget_class(self, class_id: str) -> None:
        """Take a class out of every decision."""
        ...


class ClusterQueue(Protocol):
    """Asks for face tracks to be put into clusters, by one worker of the mesh at a time."""

    async def request(self, cause: Cause) -> None:
        """Have done, soon, what waits by now; once for however many asked before it begins."""
        ...

    async def wanted(self) -> int:
        """Return how often was asked so far."""
        ...

    async def done(self, turn: int, wanted: int) -> bool:
        """End a turn in which all was done that was asked for up to `wanted`; False when more was since."""
        ...


@dataclass(frozen=True, slots=True)
class DueCluster:
    """A cluster that is to be summed up once more; `mark` grows whenever somebody says so."""

    cluster_id: str
    mark: int
    recount: bool
    """Whether its sightings are to be counted anew, too."""


class DueClusters(Protocol):
    """Clusters whose sums somebody wrote beside others, so that whoever was late may have written old ones.

    The job of clustering, of which one runs at a time, sums them up after everybody.
    """

    async def mark(self, cluster_ids: Collection[str], *, recount: bool = False) -> None:
        """Have clusters summed up once more, soon: called after their sums were written."""
        ...

    async def waiting(self) -> Sequence[DueCluster]:
        """Return those that wait, in order of their ids."""
        ...

    async def done(self, due: DueCluster) -> None:
        """Note that one was summed up; it stays where somebody marked it meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class ClusterStores:
    """Everything that is kept of clusters, in one value."""

    sightings: SightingRepository
    clusters: ClusterRepository
    centres: CentreRepository
    decisions: ClusterDecisionRepository
    queue: ClusterQueue
    due: DueClusters
