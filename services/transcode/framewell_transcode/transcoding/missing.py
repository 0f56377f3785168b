"""What is missing from a proxy, in sentences for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.media.v1.media_pb2 import MediaIndex, Span
from framewell_contracts.missing import IT, THE_SOUND, analysed_in_part, not_analysed_at, passage_text
from framewell_contracts.sentences import say, several, worded
from framewell_contracts.timecode import Timecode, TimecodeError
from framewell_kit.outcome_messages import reason_of
from framewell_media.captions.cues import MAX_CUES, LeftOut
from framewell_media.timeline import Timeline
from framewell_transcode.domain.parts import ChunkPart


def missing_chunks(spans: Sequence[Span], timeline: Timeline, reason: str) -> str:
    """Return the sentence on neighbouring chunks of which nothing was made, all for one reason.

    The proxy holds a neighbour's picture.
    """
    first, last = spans[0], spans[-1]
    whole = Span(
        start_pts=first.start_pts,
        end_pts=last.end_pts,
        first_frame=first.first_frame,
        frames=last.first_frame + last.frames - first.first_frame,
    )
    return say("missing.chunk", "{where} is missing: {why}", where=_where(whole, timeline), why=reason)


def missing_pictures(span: Span, timeline: Timeline, count: int) -> str:
    """Return the sentence on pictures inside a chunk that could not be decoded."""
    return say(
        "missing.pictures",
        "{where} is damaged: {count} of its {frames} pictures cannot be decoded.",
        where=_where(span, timeline),
        count=count,
        frames=span.frames,
    )


def odd_header(span: Span, timeline: Timeline) -> str:
    """Return the sentence on a chunk whose segment does not fit behind the others' header."""
    return say(
        "missing.odd_header",
        "{where} is missing from the proxy: it was encoded by another build of the encoder or with other "
        "settings; reprocess the asset once all transcode machines are the same.",
        where=_where(span, timeline),
    )


def missing_span(span: Span, timeline: Timeline, *, of: str = "file") -> str:
    """Return the sentence on what the file, or the recording, itself does not have.

    `span` has no frames where pictures are not numbered through the gap.
    """
    where = _where(span, timeline) if span.frames else _from_to(span.start_pts, span.end_pts, timeline)
    if timeline.frame_rate is None:
        return say(
            "missing.no_sound",
            "{where} the {what, select, recording {recording} other {file}} has no sound.",
            where=where,
            what=of,
        )
    return say(
        "missing.no_pictures",
        "{where} the {what, select, recording {recording} other {file}} has no pictures; the one before is "
        "held.",
        where=where,
        what=of,
    )


def uncounted_timecode(label: str, timeline: Timeline) -> Iterator[str]:
    """Yield the sentence on a start timecode that was asked for and cannot be counted at the asset's rate."""
    if not label or timeline.frame_rate is None:
        return
    try:
        Timecode.parse(label, timeline.frame_rate)
    except TimecodeError as error:
        yield say(
            "missing.timecode",
            "The start timecode {label} that was asked for is passed over: {why}.",
            label=label,
            why=error.reason,
        )


def missing_texts(subtitles: str, left_out: LeftOut) -> Iterator[str]:
    """Yield the sentence on texts of some subtitles that are not shown, none where all are."""
    reasons = []
    if left_out.outside:
        said = say("texts.outside", "{count} before or behind the programme", count=left_out.outside)
        reasons.append(said)
    if left_out.mistimed:
        said = say(
            "texts.mistimed",
            "{count} with an end before its beginning, or times that cannot be read",
            count=left_out.mistimed,
        )
        reasons.append(said)
    if left_out.beyond:
        said = say(
            "texts.beyond", "{count} beyond the first {most, number}", count=left_out.beyond, most=MAX_CUES
        )
        reasons.append(said)
    if reasons:
        yield say(
            "missing.texts",
            "Texts of the subtitles {subtitles} are not shown: {why}.",
            subtitles=subtitles,
            why=several(reasons),
        )


def missing_sound(audio: AudioExtracted) -> str:
    """Return the sentence on sound that could not be taken out."""
    return say("missing.sound", "The sound is missing: {why}", why=reason_of(audio.outcome.failed))


def not_analysed(
    plan: MediaIndex, chunks: Sequence[ChunkPart], audio: AudioExtracted, timeline: Timeline
) -> list[str]:
    """Return the sentences on what is withheld from analysis; a single one where all is, for one reason."""
    reasons = {part.withheld for part in chunks if not part.frames and part.made}
    if audio.withheld and not audio.HasField("speech"):
        reasons.add(worded(audio.withheld, audio.withheld_wording))
    if len(reasons) == 1 and not any(part.frames for part in chunks) and not audio.HasField("speech"):
        return [not_analysed_at(IT, reason) for reason in reasons if reason]
    return list(_passages_not_analysed(plan, chunks, audio, timeline))


def _passages_not_analysed(
    plan: MediaIndex, chunks: Sequence[ChunkPart], audio: AudioExtracted, timeline: Timeline
) -> Iterator[str]:
    for planned, part in zip(plan.chunks, chunks, strict=True):
        if part.withheld:
            say_it = analysed_in_part if part.frames else not_analysed_at
            yield say_it(_where(planned.span, timeline), part.withheld)
    if audio.withheld:
        say_it = analysed_in_part if audio.HasField("speech") else not_analysed_at
        yield say_it(THE_SOUND, worded(audio.withheld, audio.withheld_wording))


def _where(span: Span, timeline: Timeline) -> str:
    frames = range(span.first_frame, span.first_frame + max(1, span.frames))
    return _from_to(
        span.start_pts, span.end_pts, timeline, range(0) if timeline.frame_rate is None else frames
    )


def _from_to(start_pts: int, end_pts: int, timeline: Timeline, frames: range = range(0)) -> str:
    return passage_text(float(timeline.seconds(start_pts)), float(timeline.seconds(end_pts)), frames)
