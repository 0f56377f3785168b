"""Timed text inside a container: its subtitle tracks, and captions in its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field, replace
from fractions import Fraction
from typing import Any, Final, Protocol

import av.error
from av.stream import Discard, Disposition

from framewell_media.captions.cues import MAX_CUES, Cue, TidyCues, Unread, shifted, text_of_ass, tidy
from framewell_media.captions.files import read_scc, read_ttml
from framewell_media.captions.line21 import CaptionChannels, byte_pairs, pairs_of_triples
from framewell_media.captions.timed_text import cues_of
from framewell_media.errors import MediaError
from framewell_media.jobs.track_attributes import track_title
from framewell_media.programmes import programme_numbers
from framewell_media.source_clock import SourceClock
from framewell_media.tracks import END_OF_DEMUXING

BITMAPS: Final = frozenset({"dvbsub", "pgssub", "dvdsub", "xsub"})
"""Decoders of subtitles that are pictures."""
MAX_TRACKS: Final = 50
_DAY: Final = Fraction(24 * 3600)
_FOREVER: Final = 0xFFFF_FFFF
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class FoundCaptions:
    """One track of timed text."""

    format: str
    track_index: int
    language: str
    """As the container writes it."""
    kind: str
    """`subtitles`, `captions` or `forced`."""
    title: str
    is_default: bool
    text: TidyCues


def read_embedded(
    container: Any, pictures: Any, clock: SourceClock, length: Fraction
) -> tuple[list[FoundCaptions], list[tuple[int, Unread]]]:
    """Return the timed text of an open container, and which tracks are not read (indexes), and why.

    The container is demuxed once to its end; what belongs to another programme than the pictures is passed
    over. Cues stand on the clock of an asset of `length` seconds.
    """
    programmes = programme_numbers(container)
    wanted = (programmes.get(pictures.index, 0), 0)
    subtitles = [one for one in container.streams.subtitles if programmes.get(one.index, 0) in wanted]
    tracks = {stream.index: _collector(stream) for stream in subtitles[:MAX_TRACKS] if not is_bitmap(stream)}
    channels, place = CaptionChannels(), _Place(clock)
    for stream in container.streams:
        if stream is not pictures and stream.index not in tracks:
            stream.discard = Discard.all
    for packet in _packets(container):
        seconds = place.seconds(packet)
        if packet.stream_index == pictures.index:
            channels.take(seconds, byte_pairs(packet))
        elif packet.stream_index in tracks:
            tracks[packet.stream_index].take(seconds, packet)
    in_pictures = CaptionTrack(pictures, channels)
    found = [one for track in (*tracks.values(), in_pictures) for one in track.found(length)]
    unread = [(one.index, why) for one in subtitles if (why := _unread(one, tracks.get(one.index)))]
    if in_pictures.is_damaged:
        unread.append((pictures.index, Unread.DAMAGED))
    return [one for one in found if one.text.cues or any(astuple(one.text.left_out))], unread


def is_bitmap(stream: Any) -> bool:
    """Return whether the subtitles of a track are pictures."""
    return stream.codec_context is not None and stream.codec_context.name in BITMAPS


def _unread(stream: Any, collector: Collector | None) -> Unread | None:
    """Return why nothing of a subtitle track was read, None where something was or there is nothing."""
    if is_bitmap(stream):
        return Unread.PICTURES
    if collector is None:
        return Unread.BEYOND
    if collector.is_text:
        return None
    if stream.codec_context is None:
        return Unread.UNKNOWN
    return Unread.DAMAGED if collector.is_damaged else None


def _collector(stream: Any) -> Collector:
    is_line21 = stream.codec_context is not None and stream.codec_context.name == "cc_dec"
    return CaptionTrack(stream) if is_line21 else TextTrack(stream)


def _packets(container: Any) -> Iterator[Any]:
    try:
        for packet in container.demux():
            if packet.size and packet.pts is not None:
                yield packet
    except END_OF_DEMUXING:
        return


@dataclass(slots=True)
class _Place:
    """Follows the runs of the file's clock: a run begins with its first byte."""

    clock: SourceClock
    _run: int = 0

    def seconds(self, packet: Any) -> Fraction:
        source: Fraction = packet.pts * packet.time_base
        runs = self.clock.runs
        while self._run + 1 < len(runs) and runs[self._run + 1].begins_by(packet.pos):
            self._run += 1
        near = [run for run in (runs[self._run], runs[max(0, self._run - 1)]) if not run.distance(source)]
        return source + (near[0] if near else runs[self._run]).offset


class Collector(Protocol):
    """Collects the text of one subtitle track."""

    is_text: bool
    """Whether it held anything that can be read as text."""
    is_damaged: bool
    """Whether it held anything else."""

    def take(self, seconds: Fraction, packet: Any) -> None:
        """Take a packet that is shown at `seconds`; what cannot be decoded is passed over."""
        ...

    def found(self, length: Fraction) -> Iterator[FoundCaptions]:
        """Yield what was found, inside an asset of `length` seconds."""
        ...


@dataclass(slots=True)
class CaptionTrack:
    """Collects captions of CEA-608, of a track of their own or of pictures; one FoundCaptions a channel."""

    stream: Any
    channels: CaptionChannels = field(default_factory=CaptionChannels)
    is_text: bool = False
    is_damaged: bool = False

    def take(self, seconds: Fraction, packet: Any) -> None:
        self.channels.take(seconds, pairs_of_triples(bytes(packet)))

    def found(self, length: Fraction) -> Iterator[FoundCaptions]:
        stream, is_track = self.stream, self.stream.type == "subtitle"
        for number, file in self.channels.files():
            try:
                cues = read_scc(file, length)
            except MediaError:
                self.is_damaged = True
                continue
            self.is_text = True
            yield FoundCaptions(
                format="eia_608",
                track_index=stream.index,
                language=stream.metadata.get("language", "") if is_track else "",
                kind="captions",
                title=f"{track_title(stream)} CC{number}".strip() if is_track else f"CC{number}",
                is_default=is_track and bool(stream.disposition & Disposition.default),
                text=tidy(cues, length),
            )


@dataclass(slots=True)
class TextTrack:
    """Collects the cues of a track of subtitles."""

    stream: Any
    is_text: bool = False
    is_damaged: bool = False
    _cues: list[Cue] = field(default_factory=list)
    _beyond: int = 0

    def take(self, seconds: Fraction, packet: Any) -> None:
        if len(self._cues) >= MAX_CUES:
            self._beyond += 1
            return
        if self.stream.codec_context is None:
            self._cues += self._of_document(packet, seconds)
            return
        duration = (packet.duration or 0) * packet.time_base
        try:
            shown = self.stream.codec_context.decode2(packet)
        except (av.error.FFmpegError, ValueError):
            self.is_damaged = True
            return
        self.is_text = True
        if shown is not None:
            self._cues += _cues_shown(shown, seconds - packet.pts * packet.time_base, seconds, duration)

    def found(self, length: Fraction) -> Iterator[FoundCaptions]:
        stream, context = self.stream, self.stream.codec_context
        yield FoundCaptions(
            format=context.name if context is not None else "ttml",
            track_index=stream.index,
            language=stream.metadata.get("language", ""),
            kind=_kind(stream),
            title=track_title(stream),
            is_default=bool(stream.disposition & Disposition.default),
            text=tidy(self._cues, length, beyond=self._beyond),
        )

    def _of_document(self, packet: Any, seconds: Fraction) -> list[Cue]:
        """Return the cues of a sample of ISO/IEC 14496-30: a TTML document on the track's clock, or none."""
        data = bytes(packet)
        if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            self.is_damaged = True
            return []
        first = packet.pts * packet.time_base
        last = first + (packet.duration or 0) * packet.time_base
        try:
            document, _ = read_ttml(data)
            cues = list(_within(cues_of(document, last + _DAY), first, last))
        except (MediaError, ValueError, ArithmeticError, RecursionError):
            self.is_damaged = True
            return []
        self.is_text = True
        return shifted(cues, seconds - first)


def _within(cues: Iterable[Cue], first: Fraction, last: Fraction) -> Iterator[Cue]:
    """Yield cues of one sample's document, which may repeat those of its neighbours, within its time."""
    for cue in cues:
        end = cue.start if cue.end is None else cue.end
        if end <= cue.start:
            yield cue
        elif end > first and cue.start < last:
            yield replace(cue, start=max(cue.start, first), end=min(end, last))


def _cues_shown(shown: Any, offset: Fraction, seconds: Fraction, duration: Fraction) -> list[Cue]:
    start = seconds if shown.pts is None else Fraction(shown.pts, _MICROSECONDS) + offset
    milliseconds = shown.end_display_time
    end: Fraction | None = start + Fraction(milliseconds, 1000)
    if milliseconds in (0, _FOREVER):
        end = start + duration if duration else None
    start += Fraction(shown.start_display_time, 1000)
    lines = [line.ass.decode("utf-8", errors="replace") for line in shown if hasattr(line, "ass")]
    text = "\n".join(text_of_ass(line) for line in lines)
    return [Cue(start, end, text)] if text.strip() else []


def _kind(stream: Any) -> str:
    if stream.disposition & Disposition.forced:
        return "forced"
    made_for_deaf = stream.disposition & (Disposition.hearing_impaired | Disposition.captions)
    return "captions" if made_for_deaf else "subtitles"
