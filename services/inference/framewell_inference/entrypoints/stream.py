"""The streams of the service: which fact goes to which handler, and the facts of a record given up."""

from __future__ import annotations

from collections.abc import Sequence

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_inference.handlers.analyse_audio import AnalyseAudio, audio_failed
from framewell_inference.handlers.analyse_chunk import AnalyseChunk, chunk_failed
from framewell_inference.handlers.complete_asset import CompleteAsset
from framewell_inference.handlers.follow_models import FollowModels
from framewell_inference.handlers.remove_asset import RemoveAsset
from framewell_inference.handlers.request_relabel import RequestRelabel
from framewell_inference.ports.analysers import Analysers
from framewell_inference.ports.stores import Stores
from framewell_inference.steps.forget_asset import ForgetAsset
from framewell_inference.steps.name_faces import NameFaces
from framewell_kit.erasure import Erase
from framewell_kit.facts import Outgoing
from framewell_kit.stream import Broadcast, HeavyStage, Reason, Stage


def stages(
    stores: Stores,
    analysers: Analysers,
    name_faces: NameFaces,
    forget: ForgetAsset,
    erase: Erase,
    *,
    chunks: int,
) -> Sequence[Stage | HeavyStage | Broadcast]:
    """Return the streams; `chunks` is how many chunks are analysed at once in this process."""
    s = stores
    pictures = AnalyseChunk(analysers.pictures, s.bundles, s.objects, s.observations, s.tracks, name_faces)
    sounds = AnalyseAudio(analysers.sounds, s.sounds, s.objects, s.observations)
    return (
        Broadcast("inference.follow_models", FollowModels(s.identities)),
        HeavyStage("inference.analyse_chunk", pictures, gave_up=_chunk_given_up, permits=chunks),
        HeavyStage("inference.analyse_audio", sounds, gave_up=_audio_given_up),
        Stage("inference.complete_asset", CompleteAsset(s.parts, s.objects, s.references)),
        Stage("inference.relabel", RequestRelabel(s.identities, s.relabel)),
        Stage("inference.remove_asset", RemoveAsset(forget)),
        Stage("inference.erase", erase),
    )


def _chunk_given_up(fact: ChunkTranscoded, reason: Reason) -> Sequence[Outgoing]:
    return [chunk_failed(fact, reason.code, str(reason))]


def _audio_given_up(fact: AudioExtracted, reason: Reason) -> Sequence[Outgoing]:
    return [audio_failed(fact, reason.code, str(reason))]
