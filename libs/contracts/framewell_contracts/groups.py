"""Consumer groups of the mesh, `<service>.<handler>`, and the facts each reads: the only place that says so.

Who reads a fact, what a stage of a service reads, which topics exist and who may read them all follow from
this table. Each group has a retry and a dead-letter topic, which exist before its service starts.

The order counts in one respect: what cannot be read in a topic is kept by the first group that reads it, and
by no other, so that one wrong record is one dead letter (`fact_types.keeps_unreadable`).
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from google.protobuf.message import Message

from framewell.access.v1 import access_pb2 as access
from framewell.asset.v1 import asset_pb2 as asset
from framewell.audio.v1 import audio_pb2 as audio
from framewell.chunk.v1 import chunk_pb2 as chunk
from framewell.classes.v1 import classes_pb2 as classes
from framewell.cluster.v1 import cluster_pb2 as cluster
from framewell.erasure.v1 import erasure_pb2 as erasure
from framewell.face.v1 import face_pb2 as face
from framewell.ingest.v1 import ingest_pb2 as ingest
from framewell.model.v1 import model_pb2 as model
from framewell.programme.v1 import programme_pb2 as programme
from framewell.recording.v1 import recording_pb2 as recording
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as sample
from framewell.segment.v1 import segment_pb2 as segment
from framewell.snapshot.v1 import snapshot_pb2 as snapshot
from framewell.training.v1 import training_pb2 as training
from framewell.usage.v1 import usage_pb2 as usage


class FactSet(Enum):
    """Facts that a reader reads without listing them; `fact_types.facts_read` returns which they are."""

    EVERY = "every fact type there is"
    RESULTS = "the fact types that are marked as a result"


Reads = tuple[type[Message], ...] | FactSet

GROUPS: Mapping[str, Reads] = MappingProxyType(
    {
        "ingest.accept_request": (ingest.IngestRequested,),
        "ingest.accept_segment": (segment.SegmentArrived,),
        "ingest.note_rejection": (asset.AssetRejected,),
        "ingest.change_programme": (programme.ProgrammeChanged,),
        "ingest.resume_analysis": (asset.AssetPermitted,),
        "ingest.redo_recording": (recording.RecordingMoved,),
        "ingest.remove_asset": (asset.AssetRemoved,),
        "ingest.erase": (erasure.ErasurePlanned,),
        "transcode.plan_chunks": (asset.AssetIngested,),
        "transcode.plan_segment": (segment.SegmentIngested, recording.RecordingClosed),
        "transcode.make_chunk": (chunk.ChunkPlanned,),
        "transcode.stitch": (chunk.ChunkTranscoded, audio.AudioExtracted),
        "transcode.follow_rights": (rights.RightsDecided,),
        "transcode.remove_asset": (asset.AssetRemoved,),
        "transcode.erase": (erasure.ErasurePlanned,),
        "inference.analyse_chunk": (chunk.ChunkTranscoded,),
        "inference.analyse_audio": (audio.AudioExtracted,),
        "inference.complete_asset": (asset.AssetTranscoded, chunk.ChunkAnalysed, audio.AudioAnalysed),
        "inference.cluster_faces": (chunk.ChunkAnalysed,),
        "inference.relabel": (model.ModelPromoted,),
        "inference.follow_rights": (rights.RightsDecided,),
        "inference.remove_asset": (asset.AssetRemoved,),
        "inference.erase": (erasure.ErasurePlanned,),
        "dataset.register_asset": (asset.AssetIngested,),
        "dataset.propose_samples": (chunk.ChunkAnalysed,),
        "dataset.complete_asset": (asset.AssetAnalysed,),
        "dataset.change_rights": (rights.RightsChanged,),
        "dataset.note_clock": (asset.AssetTranscoded,),
        "dataset.change_programme": (programme.ProgrammeChanged,),
        "dataset.record_usage": (usage.UsageRecorded,),
        "dataset.request_snapshot": (sample.SampleReviewed,),
        "dataset.remove_asset": (asset.AssetRemoved,),
        "dataset.plan_erasure": (erasure.ErasureRequested,),
        "dataset.erase": (erasure.ErasurePlanned,),
        "dataset.keep_audit": (
            asset.AssetRemoved,
            sample.SampleReviewed,
            classes.ClassesChanged,
            rights.RightsChanged,
            erasure.ErasureRequested,
            erasure.ErasureCompleted,
            access.AccessRecorded,
            access.AccessChanged,
            face.FaceSearched,
            snapshot.SnapshotPublished,
            snapshot.SnapshotWithdrawn,
            model.ModelPromoted,
            model.ModelRetired,
            model.ModelHeld,
            model.ModelRegistered,
            cluster.ClusterDecided,
        ),
        "training.start_run": (snapshot.SnapshotPublished,),
        "training.start_requested_run": (training.TrainingRequested,),
        "training.withdraw_snapshot": (snapshot.SnapshotWithdrawn,),
        "training.remove_asset": (asset.AssetRemoved,),
        "training.erase": (erasure.ErasurePlanned,),
        "gateway.record_event": FactSet.EVERY,
        "gateway.publish_results": FactSet.RESULTS,
        "gateway.erase": (erasure.ErasurePlanned,),
    }
)

BROADCASTS: Mapping[str, Reads] = MappingProxyType(
    {
        "inference.follow_models": (model.ModelPromoted, model.ModelRetired),
        "inference.follow_registrations": (model.ModelRegistered,),
    }
)
"""What every replica of a service reads for itself, from the beginning and without a group."""
