"""The whole files that the corpus breaks: one small one of every format that is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import av

from framewell_media.testing.archive_files import make_recording, make_sound
from framewell_media.testing.captioned import SubtitleTrack, write_captioned
from framewell_media.testing.clips import Clip, beeps, make_clip
from framewell_media.testing.line21 import erase, pop_on, write_with_captions
from framewell_media.testing.stills import make_still

_SMALL: Final = {"frames": 30, "width": 160, "height": 96, "key_every": 10}
_H264: Final = Clip(**_SMALL, b_frames=2)  # type: ignore[arg-type]
_MPEG2: Final = Clip(**_SMALL, codec="mpeg2video", b_frames=2, sound=False)  # type: ignore[arg-type]
_MPEG4: Final = Clip(**_SMALL, codec="mpeg4")  # type: ignore[arg-type]
_FRAGMENTED: Final = Clip(
    **_SMALL,  # type: ignore[arg-type]
    container_options={"movflags": "empty_moov+default_base_moof+frag_keyframe"},
)
_M2TS: Final = Clip(**_SMALL, container_options={"mpegts_m2ts_mode": "1"})  # type: ignore[arg-type]
_DV: Final = Clip(frames=4, codec="dvvideo", width=720, height=576, sound=False)


def _film(clip: Clip, container: str | None = None) -> Callable[[Path, str], Path]:
    return lambda folder, name: make_clip(folder / name, clip, container=container)


def _audio(codec: str, container: str) -> Callable[[Path, str], Path]:
    def make(folder: Path, name: str) -> Path:
        with av.open(str(folder / name), "w", format=container) as output:
            stream: Any = output.add_stream(codec, rate=48_000, layout="mono")
            for block in beeps(1.0):
                block.pts = None
                for packet in stream.encode(block):
                    output.mux(packet)
            for packet in stream.encode(None):
                output.mux(packet)
        return folder / name

    return make


ORIGINALS: Final[dict[str, Callable[[Path, str], Path]]] = {
    "film.mp4": _film(_H264),
    "fragments.mp4": _film(_FRAGMENTED),
    "film.mov": _film(_H264),
    "film.mkv": _film(_H264),
    "film.ts": _film(_H264),
    "camera.m2ts": _film(_M2TS, "mpegts"),
    "film.flv": _film(Clip(**_SMALL)),  # type: ignore[arg-type]
    "film.avi": _film(_MPEG4),
    "film.mxf": _film(_MPEG2),
    "film.mpg": _film(_MPEG2),
    "film.m2v": _film(_MPEG2, "mpeg2video"),
    "film.asf": _film(_MPEG4, "asf"),
    "tape.dv": _film(_DV, "dv"),
    "sound.flac": _audio("flac", "flac"),
    "sound.ogg": _audio("libopus", "ogg"),
    "sound.mp3": _audio("libmp3lame", "mp3"),
    **dict.fromkeys(("riff-unset.wav", "rf64.wav", "sound.aiff", "raw.aac"), make_sound),
    **dict.fromkeys(("plain.jpg", "progressive.jpg", "veiled.png", "plain.gif", "plain.bmp"), make_still),
    **dict.fromkeys(("print.tif", "plain.jp2", "plain.avif", "camera.heic", "veiled.webp"), make_still),
    "padded.ts": make_recording,
}


_SCC: Final = (
    "Scenarist_SCC V1.0\n\n00:00:00:05\t94ae 94ae 9420 9420 9470 9470 c8e5 ecec ef80 942f 942f\n\n"
    "00:00:01:00\t942c 942c\n\n"
)
_TEXTS: Final = ((100, 500, "Guten Abend"), (600, 1000, "Zwei\nZeilen"))


def _texts(*codecs: str, scc: str = "") -> Callable[[Path, str], Path]:
    tracks = [SubtitleTrack(codec, texts=_TEXTS) for codec in codecs]
    return lambda folder, name: write_captioned(folder / name, tracks, frames=30, scc=scc)


def _captions_inside(folder: Path, name: str) -> Path:
    return write_with_captions(folder / name, {5: pop_on("HELLO"), 25: erase()}, frames=30)


CAPTIONED: Final[dict[str, Callable[[Path, str], Path]]] = {
    "texts.mkv": _texts("subrip", "ass", "webvtt"),
    "texts.mp4": _texts("mov_text", "ttml"),
    "captions.mov": _texts(scc=_SCC),
    "captions.ts": _captions_inside,
}


def make_originals(folder: Path) -> dict[str, bytes]:
    """Make every original and return its bytes by its name."""
    return {name: make(folder, name).read_bytes() for name, make in (ORIGINALS | CAPTIONED).items()}
