"""What was not analysed of an asset, in sentences for a person: where, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from framewell.audio.v1.audio_pb2 import AudioAnalysed
from framewell.inference.v1.inference_pb2 import ChunkAnalysis
from framewell.media.v1.media_pb2 import MEDIA_KIND_STILL, Work
from framewell_contracts.missing import IT, THE_SOUND, analysed_in_part, not_analysed_at, passage_text
from framewell_inference.steps.analyse_by_rights import WITHHELD
from framewell_inference.steps.choose_analysers import STAYS_ON_SITE
from framewell_kit.outcome_messages import is_done, reason_of
from framewell_media.messages import timeline_value
from framewell_media.timeline import Timeline

_NOT: Final = "is not analysed"
_Ending: TypeAlias = tuple[Callable[[str, str], str], str]


def missing_analysis(
    work: Work, chunks: Sequence[ChunkAnalysis], sound: AudioAnalysed, stated: Sequence[str]
) -> list[str]:
    """Return the sentences on all that was not analysed, but what transcode has `stated` already.

    `work` has the final clock. Neighbouring chunks that lack the same share a sentence.
    """
    reasons = {reason for one in stated for reason in one.split(f" {_NOT}: ", 1)[1:]}
    reasons |= {reason for one in stated for reason in one.split(" is missing: ", 1)[1:]}
    lost = "" if is_done(sound.outcome) else reason_of(sound.outcome.failed)
    withheld = {reason_of(one.outcome.failed) for one in chunks if one.outcome.failed.code == WITHHELD}
    if sound.outcome.failed.code == WITHHELD:
        withheld.add(lost)
    all_chunks = all(one.outcome.failed.code == WITHHELD for one in chunks)
    if len(withheld) == 1 and all_chunks and not sound.results:
        return [not_analysed_at(IT, reason) for reason in withheld - reasons]
    sentences = list(_of_chunks(work, chunks, reasons))
    if lost and lost not in reasons:
        sentences.append(not_analysed_at(THE_SOUND, lost))
    failures = [reason_of(one.outcome.failed) for one in sound.results if one.outcome.HasField("failed")]
    sentences += [analysed_in_part(THE_SOUND, reason) for reason in failures]
    return sentences


def _of_chunks(work: Work, chunks: Sequence[ChunkAnalysis], stated: set[str]) -> Iterator[str]:
    in_order = sorted(chunks, key=lambda one: one.index)
    yield from dict.fromkeys(
        reason_of(result.outcome.failed)
        for chunk in in_order
        for result in chunk.results
        if result.outcome.failed.code == STAYS_ON_SITE
    )
    runs = list[tuple[_Ending, list[ChunkAnalysis]]]()
    last = dict[_Ending, list[ChunkAnalysis]]()
    for chunk in in_order:
        for ending in dict.fromkeys(_endings(chunk, stated)):
            if ending in last and last[ending][-1].index == chunk.index - 1:
                last[ending].append(chunk)
            else:
                last[ending] = [chunk]
                runs.append((ending, last[ending]))
    has_clock = work.kind != MEDIA_KIND_STILL and work.timeline.time_base.denominator != 0
    clock = timeline_value(work.timeline) if has_clock else None
    for (say_it, reason), run in runs:
        yield say_it(_where(run[0], run[-1], clock), reason)


def _endings(chunk: ChunkAnalysis, stated: set[str]) -> Iterator[_Ending]:
    """Yield what is to be said of the place of a chunk, and why."""
    if chunk.outcome.HasField("failed") and not chunk.results:
        if chunk.outcome.failed.detail not in stated:
            yield not_analysed_at, reason_of(chunk.outcome.failed)
        return
    for result in chunk.results:
        if result.outcome.HasField("failed") and result.outcome.failed.code != STAYS_ON_SITE:
            yield analysed_in_part, reason_of(result.outcome.failed)


def _where(first: ChunkAnalysis, last: ChunkAnalysis, clock: Timeline | None) -> str:
    """Return the place of neighbouring chunks; a still has none, nor has what has no clock."""
    if clock is None:
        return IT
    start, end = clock.seconds(first.span.start_pts), clock.seconds(last.span.end_pts)
    frames = range(first.span.first_frame, last.span.first_frame + last.span.frames)
    return passage_text(float(start), float(end), frames)
