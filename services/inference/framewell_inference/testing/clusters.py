"""Face tracks as analysis leaves them, and what people decide about the clusters of them: for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.cluster.v1.cluster_pb2 import CLUSTER_DECISION_MERGED, CLUSTER_DECISION_SPLIT
from framewell.inference.v1 import cluster_service_pb2 as api
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_inference.adapters.face_track_documents import FaceTrackDocuments
from framewell_inference.adapters.media_objects import ArrowVectors
from framewell_inference.adapters.observation_documents import VECTORS_MEDIA_TYPE, VECTORS_SUFFIX
from framewell_inference.domain.observations import FractionBox, FrameSpan
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.domain.tracks import FACES, FaceTrack
from framewell_inference.testing import InferenceBench
from framewell_kit.object_references import ObjectReferences
from framewell_kit.rights_decisions import Passages

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
NEWER = ModelVersion(name="faces/newer", version="2.0")
STORES = ("cluster_sightings", "clusters", "cluster_centres", "cluster_decisions")


def face(person: int, variation: int = 0) -> Float:
    """Return a picture of a person: people are .9 apart, pictures of one about .1."""
    vector = np.zeros(128, np.float32)
    vector[person] = 0.64
    return vector + np.random.default_rng((person, variation)).normal(0, 0.006, 128).astype(np.float32)


def place(number: int) -> FractionBox:
    return FractionBox(0.02 + 0.15 * number, 0.2, 0.12, 0.3)


def joined_by(decision: dict[str, Any]) -> list[tuple[str, str]]:
    """Return which cluster a decision makes part of which, none for one that joins nothing."""
    cluster_id, other, undone = decision["cluster"], decision["other"], decision["undone"]
    if decision["kind"] == CLUSTER_DECISION_MERGED and not undone:
        return [(cluster_id, other)]
    return [(other, cluster_id)] if decision["kind"] == CLUSTER_DECISION_SPLIT and undone else []


@dataclass
class Archive:
    """An inference service, and face tracks as analysis leaves them."""

    bench: InferenceBench
    _seen: int = field(default=0)

    async def see(
        self,
        chunk_id: str,
        faces: Sequence[Float],
        *,
        start: int = 0,
        generation: int = 1,
        embedding: ModelVersion = EMBEDDING,
        series: str = "",
        channel: str = "",
        asked_at: float = 1_000.0,
        cluster: bool = True,
    ) -> None:
        """Keep one track for each face, in order from left to right, and have them put into clusters."""
        asset_id, documents = chunk_id.partition("/")[0], self.bench.documents
        references = ObjectReferences(documents, self.bench.objects)
        data = ArrowVectors().encode(np.stack(faces))
        ref = await self.bench.objects.put(data, media_type=VECTORS_MEDIA_TYPE, suffix=VECTORS_SUFFIX)
        await references.hold(asset_id, [ref])
        tracks = [
            FaceTrack(
                number,
                FrameSpan(start, start + 100, start, start + 100),
                number,
                (start, start),
                place(number),
                rows=(number,),
                sides=(200.0 - number,),
            )
            for number in range(len(faces))
        ]
        key = ChunkKey(
            asset_id, chunk_id, 0, generation, start, start + 100, Passages(), series, channel, asked_at
        )
        kept = FaceTrackDocuments(documents, self.bench.objects, ArrowVectors(), references)
        result = AnalyserResult(model=embedding, vectors=ref)
        await kept.keep(key, result, tracks)
        seen = AnalyserResult(analyser=FACES, observation_count=len(faces))
        fact = ChunkAnalysed(work=Work(asset_id=asset_id), chunk_id=chunk_id, results=[seen])
        await self.bench.deliver(fact, group="inference.cluster_faces")
        if cluster:
            await self.bench.run_jobs()

    async def call(self, method: str, request: Any, **more: Any) -> Any:
        return await self.bench.call(method, request, **more)

    async def listed(self, **asked: Any) -> list[Any]:
        return list((await self.call("ListClusters", api.ListClustersRequest(**asked))).clusters)

    async def sizes(self, **asked: Any) -> list[int]:
        return [one.appearance_count for one in await self.listed(**asked)]

    async def get(self, cluster_id: str) -> Any:
        return await self.call("GetCluster", api.GetClusterRequest(cluster_id=cluster_id))

    async def of(self, asset_id: str) -> str:
        """Return the cluster of the first face of an asset."""
        return (await self.all_of(asset_id))[0]

    async def all_of(self, asset_id: str) -> list[str]:
        """Return the clusters of the faces of an asset, from left to right."""
        found = await self.bench.documents.find(
            "cluster_sightings", {"asset_id": asset_id}, sort=[("ordinal", 1)]
        )
        clusters = {one["_id"]: one["root"] for one in await self.bench.documents.find("clusters", {})}
        return [clusters[one["cluster"]] for one in found]

    async def merge(self, one: str, into: str) -> Any:
        return await self.call(
            "MergeClusters", api.MergeClustersRequest(cluster_id=one, into_cluster_id=into), by="anna"
        )

    async def split(self, cluster_id: str, *appearances: tuple[str, str]) -> Any:
        refs = [api.AppearanceRef(asset_id=asset, observation_id=name) for asset, name in appearances]
        return await self.call(
            "SplitCluster", api.SplitClusterRequest(cluster_id=cluster_id, appearances=refs)
        )

    async def undo(self, decision_id: str) -> Any:
        return await self.call(
            "UndoClusterDecision", api.UndoClusterDecisionRequest(decision_id=decision_id), by="ben"
        )

    async def name(self, cluster_id: str, class_id: str) -> Any:
        return await self.call(
            "NameCluster", api.NameClusterRequest(cluster_id=cluster_id, class_id=class_id)
        )

    async def check(self) -> None:
        """Hold what must hold at any time: one cluster a track, sums that are true, no centre of nobody."""
        documents = self.bench.documents
        sightings = await documents.find("cluster_sightings", {})
        tracks = [track for one in sightings for track in one["tracks"]]
        there = [
            f"{one['embedding']}#{one['chunk_id']}/{track['number']}"
            for one in await documents.find("face_tracks", {"clustered": True})
            for track in one["tracks"]
            if track["rows"]
        ]
        assert sorted(tracks) == sorted(there)
        clusters = {one["_id"]: one for one in await documents.find("clusters", {})}
        for name, one in clusters.items():
            own = [each for each in sightings if each["cluster"] == name]
            assert one["own"]["count"] == len(own), name
            assert one["top"] == (one["root"] == name), name
            assert clusters[one["root"]]["root"] == one["root"]
            if one["top"]:
                mine = {each for each, other in clusters.items() if other["root"] == name}
                assert one["size"] == sum(each["cluster"] in mine for each in sightings) > 0
                assert set(one["parts"]) == mine
        assert {one["cluster"] for one in sightings} <= clusters.keys()
        mergers = {(name, *each.values()) for name, one in clusters.items() for each in one["mergers"]}
        decisions = await documents.find("cluster_decisions", {})
        assert mergers == {
            (part, one["_id"], whole)
            for one in decisions
            for part, whole in joined_by(one)
            if clusters.keys() >= {part, whole}
        }
        used = {(one["cluster"], track.partition("#")[0]) for one in sightings for track in one["tracks"]}
        centres = {(one["cluster"], one["embedding"]) for one in await documents.find("cluster_centres", {})}
        assert centres == used
