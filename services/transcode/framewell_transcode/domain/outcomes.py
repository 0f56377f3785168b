"""Facts about work that was given up, and about an asset without sound."""

from __future__ import annotations

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id, fan_in_id
from framewell_contracts.sentences import say, wording_of, wordings_of
from framewell_kit.facts import Fact
from framewell_kit.outcome_messages import done, failed


def rejected(asset: AssetIngested, code: str, detail: str) -> AssetRejected:
    """Return the fact that the asset cannot be worked on at all."""
    return AssetRejected(work=asset.work, code=code, detail=detail, uri=asset.uri, wording=wording_of(detail))


def chunk_given_up(planned: ChunkPlanned, code: str, detail: str) -> ChunkTranscoded:
    """Return the fact that nothing was made of a chunk."""
    return ChunkTranscoded(
        work=planned.work,
        chunk_id=planned.chunk_id,
        index=planned.index,
        span=planned.span,
        outcome=failed(code, detail),
    )


def silent(work: Work) -> AudioExtracted:
    """Return the fact that an asset has no sound."""
    return AudioExtracted(work=work, outcome=done(), present=False)


def audio_given_up(work: Work, code: str, detail: str) -> AudioExtracted:
    """Return the fact that the sound could not be taken out."""
    return AudioExtracted(work=work, outcome=failed(code, detail), present=False)


def not_stitched(work: Work, reason: str) -> AssetTranscoded:
    """Return the failed end of an asset whose parts cannot be put together; `reason` is a sentence."""
    missing = say(
        "missing.everything",
        "The whole asset is missing: its parts could not be put together ({why})",
        why=reason,
    )
    return AssetTranscoded(
        work=work,
        outcome=failed(
            "not_stitched",
            say("not_stitched", "The proxy could not be put together: {why}", why=reason),
        ),
        missing=[missing],
        missing_wordings=wordings_of([missing]),
    )


def end_fact(end: AssetTranscoded, *, is_partial: bool = False) -> Fact:
    """Return the end as one event, however often and by whomever it is published.

    With `is_partial` it lacks chunks, or scores that are withheld since: an event of its own beside that of
    the whole, which may come before or after it.
    """
    event_type = fact_type(AssetTranscoded).type
    identity = fan_in_id(end.work.asset_id, event_type, end.work.generation)
    if is_partial:
        identity = derived_id(identity, event_type, end.index.sha256)
    return Fact(end, id=identity)
