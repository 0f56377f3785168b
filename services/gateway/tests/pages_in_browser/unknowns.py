"""The inference service as far as people without a name go: clusters, decisions, where somebody is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from framewell.cluster.v1 import cluster_pb2 as decided
from framewell.inference.v1 import cluster_service_pb2 as api
from framewell.inference.v1.inference_service_pb2 import Appearance
from framewell.media.v1.media_pb2 import Box, Moment, Span, Timeline
from framewell.media.v1.media_service_pb2 import GetTimelineResponse
from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion, Ratio
from framewell.recognition.v1.recognition_pb2 import ClassTracks
from framewell_kit.outcomes import Conflict, NotFound

CLOCK = Timeline(time_base=Ratio(numerator=1, denominator=90_000))


def cluster_id(number: int) -> str:
    """Return the id of the cluster with this number."""
    return f"6f1b7a52-0000-5000-8000-{number:012}"


@dataclass
class Unknowns:
    """Answers for inference; whose face is drawn follows from the number of the cluster."""

    house: Any
    assets: list[str]
    clusters: dict[str, api.FaceCluster] = field(default_factory=dict)
    seen: dict[str, list[api.ClusterAppearance]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    decisions: list[api.ClusterDecisionRecord] = field(default_factory=list)
    apart: set[frozenset[str]] = field(default_factory=set)
    changes: list[api.RecognitionChange] = field(default_factory=list)
    of_class: dict[str, list[api.ClusterAppearance]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mesh = self.house.mesh
        self._inference = mesh.inference.answer
        mesh.inference.answer = self.answer
        mesh.transcode.answers["GetTimeline"] = GetTimelineResponse(timeline=CLOCK)

    def add(self, count: int, appearances: int = 6, series: str = "Abendschau") -> list[str]:
        """Add unknown people, the first one seen most often; return their ids."""
        made = []
        for _ in range(count):
            number = len(self.clusters)
            name = cluster_id(number)
            self.seen[name] = [self.appearance(number, turn, series) for turn in range(appearances)]
            one = api.FaceCluster(
                cluster_id=name, appearance_count=appearances, series=[series], cover=self.seen[name][0]
            )
            self.clusters[name] = one
            made.append(name)
        return made

    def appearance(self, who: int, turn: int, series: str = "Abendschau") -> api.ClusterAppearance:
        """Return one appearance of a person by number."""
        asset, frame = self.assets[turn // 3 % len(self.assets)], 100 * (who % 5) + turn
        return api.ClusterAppearance(
            asset_id=asset,
            chunk_id=f"{asset}/0/0",
            appearance=Appearance(
                span=Span(start_pts=900_000 * turn, end_pts=900_000 * turn + 360_000),
                moment=Moment(pts=900_000 * turn, frame=frame),
                box=Box(x=0.5, y=0.17, width=0.24, height=0.48),
                observation_id=f"faces/0/{turn}/{who}",
            ),
            series=series,
            face=f"/v1/assets/{asset}/frame?frame={frame}&crop=0.48,0.12,0.28,0.56&width=240",
        )

    def answer(self, method: str, request: Any) -> Any:
        """Answer as the service does, for the person of these tests."""
        handler = getattr(self, f"_{method}", None)
        return self._inference(method, request) if handler is None else handler(request)

    def _of(self, name: str) -> api.FaceCluster:
        name = self.merged.get(name, name)
        if name not in self.clusters:
            raise NotFound(f"there is no cluster {name}")
        return self.clusters[name]

    def _listed(self) -> list[api.FaceCluster]:
        return [one for one in self.clusters.values() if not one.named_class_id]

    def _ListClusters(self, request: Any) -> Any:  # noqa: N802
        start = int(request.page_token or 0)
        end = start + (request.page_size or 50)
        listed = self._listed()
        more = str(end) if end < len(listed) else ""
        return api.ListClustersResponse(clusters=listed[start:end], next_page_token=more)

    def _GetCluster(self, request: Any) -> Any:  # noqa: N802
        one = self._of(request.cluster_id)
        seen = self.seen[one.cluster_id]
        others = [
            each
            for each in self._listed()
            if each.cluster_id != one.cluster_id
            and frozenset({each.cluster_id, one.cluster_id}) not in self.apart
        ]
        similar = [
            api.SimilarCluster(cluster=each, distance=0.48 + 0.03 * place)
            for place, each in enumerate(others[:3])
        ]
        start = int(request.page_token or 0)
        end = start + (request.page_size or 100)
        more = str(end) if end < len(seen) else ""
        page = api.GetClusterResponse(cluster=one, appearances=seen[start:end], next_page_token=more)
        if start == 0:
            page.similar.extend(similar)
            page.best.extend(seen[:5])
        return page

    def _decided(self, kind: int, name: str, **more: str) -> str:
        record = api.ClusterDecisionRecord(
            decision_id=str(uuid4()), decision=kind, cluster_id=name,  # type: ignore[arg-type]
            actor=Actor(principal="anna", authority="curator"), **more,
        )  # fmt: skip
        record.actor.decided_at.FromDatetime(datetime.now(UTC))
        self.decisions.insert(0, record)
        return record.decision_id

    def _MergeClusters(self, request: Any) -> Any:  # noqa: N802
        gone, stays = self._of(request.cluster_id), self._of(request.into_cluster_id)
        if gone.named_class_id and stays.named_class_id:
            raise Conflict("both have a name")
        del self.clusters[gone.cluster_id]
        self.merged[gone.cluster_id] = stays.cluster_id
        self.seen[stays.cluster_id] += self.seen[gone.cluster_id]
        stays.appearance_count += gone.appearance_count
        made = self._decided(
            decided.CLUSTER_DECISION_MERGED, stays.cluster_id, other_cluster_id=gone.cluster_id
        )
        return api.MergeClustersResponse(cluster=stays, decision_id=made)

    def _DistinguishClusters(self, request: Any) -> Any:  # noqa: N802
        self.apart.add(frozenset({request.cluster_id, request.other_cluster_id}))
        made = self._decided(
            decided.CLUSTER_DECISION_DISTINGUISHED, request.cluster_id,
            other_cluster_id=request.other_cluster_id,
        )  # fmt: skip
        return api.DistinguishClustersResponse(decision_id=made)

    def _SplitCluster(self, request: Any) -> Any:  # noqa: N802
        one = self._of(request.cluster_id)
        (made,) = self.add(1, 1)
        named = {each.observation_id for each in request.appearances}
        seen = self.seen[one.cluster_id]
        self.seen[made] = [each for each in seen if each.appearance.observation_id in named]
        self.seen[one.cluster_id] = [each for each in seen if each.appearance.observation_id not in named]
        one.appearance_count = len(self.seen[one.cluster_id])
        decision = self._decided(decided.CLUSTER_DECISION_SPLIT, one.cluster_id, other_cluster_id=made)
        return api.SplitClusterResponse(cluster=self.clusters[made], rest=one, decision_id=decision)

    def _NameCluster(self, request: Any) -> Any:  # noqa: N802
        one = self._of(request.cluster_id)
        one.named_class_id = request.class_id
        made = self._decided(decided.CLUSTER_DECISION_NAMED, one.cluster_id, class_id=request.class_id)
        return api.NameClusterResponse(cluster=one, decision_id=made)

    def _UndoClusterDecision(self, request: Any) -> Any:  # noqa: N802
        (record,) = [one for one in self.decisions if one.decision_id == request.decision_id]
        record.undone_by.CopyFrom(Actor(principal="anna", authority="curator"))
        if record.decision == decided.CLUSTER_DECISION_NAMED:
            self.clusters[record.cluster_id].named_class_id = ""
        if record.decision == decided.CLUSTER_DECISION_DISTINGUISHED:
            self.apart.discard(frozenset({record.cluster_id, record.other_cluster_id}))
        return api.UndoClusterDecisionResponse(decision=record)

    def _ListClusterDecisions(self, request: Any) -> Any:  # noqa: N802
        found = [one for one in self.decisions if one.cluster_id == request.cluster_id]
        return api.ListClusterDecisionsResponse(decisions=found, total_size=len(found))

    def _ListClassAppearances(self, request: Any) -> Any:  # noqa: N802
        found = self.of_class.get(request.class_id, [])
        return api.ListClassAppearancesResponse(
            appearances=found, total_size=len(found), asset_count=len({one.asset_id for one in found})
        )

    def _ListRecognitionChanges(self, request: Any) -> Any:  # noqa: N802
        found = []
        for one in self.changes:
            kept = api.RecognitionChange()
            kept.CopyFrom(one)
            if request.class_id:
                mine = [each for each in one.classes if each.class_id == request.class_id]
                if not mine:
                    continue
                del kept.classes[:]
                kept.classes.extend(mine)
            found.append(kept)
        return api.ListRecognitionChangesResponse(
            changes=found[: request.page_size or 100], total_size=len(found)
        )

    def switched(self, version: str, **tracks: tuple[int, int]) -> None:
        """Note that a model went into service, with the tracks of each class before and after."""
        change = api.RecognitionChange(
            model=ModelVersion(name="identity/people", version=version),
            asset_count=12,
            classes=[
                ClassTracks(class_id=each.replace("_", "-"), before=before, after=after)
                for each, (before, after) in tracks.items()
            ],
        )
        change.changed_at.FromDatetime(datetime.now(UTC))
        change.duration.FromMilliseconds(4200)
        self.changes.insert(0, change)
