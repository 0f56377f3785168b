"""The streams of the service: which fact goes to which handler, and the facts of a record given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_inference.handlers.analyse_audio import AnalyseAudio, audio_failed
from framewell_inference.handlers.analyse_chunk import AnalyseChunk, chunk_failed
from framewell_inference.handlers.complete_asset import CompleteAsset
from framewell_inference.handlers.follow_models import FollowModels
from framewell_inference.handlers.remove_asset import RemoveAsset
from framewell_inference.handlers.request_relabel import RequestRelabel
from framewell_kit.decisions import DecisionLog
from framewell_kit.erasure import Erase
from framewell_kit.facts import Outgoing
from framewell_kit.stream import Broadcast, HeavyStage, Reason, Stage


@dataclass(frozen=True, slots=True)
class Handlers:
    """The handlers of all streams."""

    analyse_chunk: AnalyseChunk
    analyse_audio: AnalyseAudio
    complete_asset: CompleteAsset
    follow_models: FollowModels
    request_relabel: RequestRelabel
    remove_asset: RemoveAsset
    erase: Erase


def stages(
    handlers: Handlers, decisions: DecisionLog, *, chunks: int
) -> Sequence[Stage | HeavyStage | Broadcast]:
    """Return the streams; `chunks` is how many chunks are analysed at once in this process."""
    return (
        Broadcast("inference.follow_models", handlers.follow_models),
        HeavyStage(
            "inference.analyse_chunk", handlers.analyse_chunk, gave_up=_chunk_given_up, permits=chunks
        ),
        HeavyStage("inference.analyse_audio", handlers.analyse_audio, gave_up=_audio_given_up),
        Stage("inference.complete_asset", handlers.complete_asset),
        Stage("inference.relabel", handlers.request_relabel),
        Stage("inference.remove_asset", handlers.remove_asset),
        Stage("inference.erase", handlers.erase, decide_once=decisions),
    )


def _chunk_given_up(fact: ChunkTranscoded, reason: Reason) -> Sequence[Outgoing]:
    return [chunk_failed(fact, reason.code, str(reason))]


def _audio_given_up(fact: AudioExtracted, reason: Reason) -> Sequence[Outgoing]:
    return [audio_failed(fact, reason.code, str(reason))]
