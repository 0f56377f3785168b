"""Clusters and sightings to the contract's messages."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.inference.v1.cluster_service_pb2 import ClusterAppearance, FaceCluster
from framewell.inference.v1.inference_service_pb2 import Appearance
from framewell.media.v1.media_pb2 import Moment
from framewell_contracts.identity import observation_id
from framewell_contracts.picture_paths import FACE_MARGIN, frame_path, part_path
from framewell_inference.domain.clusters import Cluster, Sighting
from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.domain.messages import box_message, span_message
from framewell_inference.domain.stored import StoredTracks
from framewell_inference.domain.tracks import FACES, FaceTrack

FACE_WIDTH = 240
"""Pixels that a face which is cut out is wide at most."""

MOST_NAMES = 100
"""Series and channels that are listed of a cluster."""


def moment_of(milliseconds: int) -> Timestamp | None:
    """Return a time as a message, None where nobody said."""
    if not milliseconds:
        return None
    made = Timestamp()
    made.FromMilliseconds(milliseconds)
    return made


def appearance_message(one: Sighting, embedding: str, identity: Identity = NOBODY) -> ClusterAppearance:
    """Return the message of a sighting, with who it is by the models in force."""
    pts, frame = one.moment
    track = one.of(embedding) or one.tracks[0]
    return ClusterAppearance(
        asset_id=one.asset_id,
        chunk_id=one.chunk_id,
        track=track.number,
        appearance=Appearance(
            span=span_message(one.span),
            moment=Moment(pts=pts, frame=frame),
            box=box_message(one.box),
            observation_id=observation_id(one.chunk_id, FACES, one.ordinal),
            score=identity.score if identity.class_id else None,
            distance=identity.distance if identity.nearest else None,
        ),
        series=one.series,
        channel=one.channel,
        asked_at=moment_of(one.asked_ms),
        class_id=identity.class_id or "",
        side_pixels=one.side,
        picture=frame_path(one.asset_id, frame),
        face=part_path(one.asset_id, frame, box_message(one.box), margin=FACE_MARGIN, width=FACE_WIDTH),
    )


def track_message(stored: StoredTracks, track: FaceTrack, identity: Identity) -> ClusterAppearance:
    """Return the message of a face track, with who it is by the models in force."""
    pts, frame = track.moment
    box = box_message(track.box)
    return ClusterAppearance(
        asset_id=stored.asset_id,
        chunk_id=stored.chunk_id,
        track=track.number,
        appearance=Appearance(
            span=span_message(track.span),
            moment=Moment(pts=pts, frame=frame),
            box=box,
            observation_id=observation_id(stored.chunk_id, FACES, track.ordinal),
            score=identity.score if identity.class_id else None,
            distance=identity.distance if identity.nearest else None,
        ),
        series=stored.series,
        channel=stored.channel,
        asked_at=moment_of(stored.asked_ms),
        class_id=identity.class_id or "",
        side_pixels=max(track.sides, default=0.0),
        picture=frame_path(stored.asset_id, frame),
        face=part_path(stored.asset_id, frame, box, margin=FACE_MARGIN, width=FACE_WIDTH),
    )


def cluster_message(one: Cluster, class_id: str, cover: ClusterAppearance | None = None) -> FaceCluster:
    """Return the message of a cluster that is known as a class; the empty one for an unknown person."""
    return FaceCluster(
        cluster_id=one.id,
        appearance_count=one.size,
        first_seen=moment_of(one.oldest),
        last_seen=moment_of(one.newest),
        series=one.series[:MOST_NAMES],
        channels=one.channels[:MOST_NAMES],
        class_id=class_id,
        named_class_id=one.named,
        merged_ids=[part for part in one.parts if part != one.id],
        cover=cover,
    )
