"""The AAC rendition cut into segments, by the boxes of its fragments alone."""

from __future__ import annotations

from framewell_transcode.domain.boxes import boxes
from framewell_transcode.domain.sound import AAC_FRAME, SOUND_RATE, SoundSegment


def group_fragments(media: bytes, segment_seconds: float) -> list[SoundSegment]:
    """Return segments of at least `segment_seconds` made of whole fragments; the last may be shorter.

    A fragment is one `moof` and what follows it; without any there is no segment.
    """
    starts = [
        (content - 8, _decode_time(media, content, end))
        for kind, content, end in boxes(media)
        if kind == b"moof"
    ]
    if not starts:
        return []
    segments: list[SoundSegment] = []
    ends = [offset for offset, _ in starts[1:]] + [len(media)]
    times = [at for _, at in starts[1:]]
    first: tuple[int, float] | None = None
    for index, ((offset, at), end) in enumerate(zip(starts, ends, strict=True)):
        first = first or (offset, at / SOUND_RATE)
        last = index == len(starts) - 1
        until = (at + _fragment_samples(media, offset, end) if last else times[index]) / SOUND_RATE
        if last or until - first[1] >= segment_seconds:
            segments.append(SoundSegment(first[0], end - first[0], first[1], until - first[1]))
            first = None
    return segments


def _decode_time(media: bytes, start: int, end: int) -> int:
    """Return the `tfdt` of a `moof`, in samples. Raises ValueError when there is none."""
    for kind, content, until in boxes(media, start, end):
        if kind == b"traf":
            return _decode_time(media, content, until)
        if kind == b"tfdt":
            width = 8 if media[content] else 4
            return int.from_bytes(media[content + 4 : content + 4 + width], "big")
    raise ValueError("a fragment without a decode time")


def _fragment_samples(media: bytes, offset: int, end: int) -> int:
    """Return the samples of a fragment: AAC frames by the sample count of its `trun`."""
    for kind, content, until in boxes(media, offset, end):
        if kind != b"moof":
            continue
        for inner, inner_content, inner_until in boxes(media, content, until):
            if inner != b"traf":
                continue
            for box, body, _ in boxes(media, inner_content, inner_until):
                if box == b"trun":
                    return int.from_bytes(media[body + 4 : body + 8], "big") * AAC_FRAME
    return 0
