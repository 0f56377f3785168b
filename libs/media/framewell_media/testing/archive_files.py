"""Recordings as archives hold them: odd packets, padding, trailers, lengths that were never filled in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from framewell_media.testing.clips import Clip, beeps, make_clip

_TS_PACKET: Final = 188
_UNKNOWN: Final = 0xFFFFFFFF


def _junk(length: int) -> bytes:
    return np.random.default_rng(7).integers(0, 256, length, np.uint8).tobytes()


def _transport(path: Path) -> bytes:
    return make_clip(path, Clip(b_frames=2), container="mpegts").read_bytes()


def _blu_ray(path: Path) -> bytes:
    options = {"mpegts_m2ts_mode": "1"}
    return make_clip(path, Clip(b_frames=2, container_options=options), container="mpegts").read_bytes()


def _with_code_behind_packets(path: Path) -> bytes:
    stream = _transport(path)
    packets = (stream[at : at + _TS_PACKET] for at in range(0, len(stream), _TS_PACKET))
    return b"".join(packet + bytes(16) for packet in packets)


def _film(path: Path) -> bytes:
    return make_clip(path, Clip(b_frames=2), container="mp4").read_bytes()


def _tape(path: Path) -> bytes:
    clip = Clip(codec="dvvideo", width=720, height=576, frames=50, sound=False)
    return make_clip(path, clip, container="dv").read_bytes()


RECORDINGS: Final[dict[str, Callable[[Path], bytes]]] = {
    "camera.m2ts": _blu_ray,
    "reed-solomon.ts": _with_code_behind_packets,
    "begun-in-a-packet.ts": lambda path: _transport(path)[100:],
    "junk-before.ts": lambda path: _junk(777) + _transport(path),
    "padded.ts": lambda path: bytes(20_000) + _transport(path),
    "padded.m2ts": lambda path: bytes(3_000) + _blu_ray(path),
    "trailing-text.mp4": lambda path: _film(path) + b"Edited with something that signs its work. " * 20,
    "trailing-zeros.mp4": lambda path: _film(path) + bytes(5_000),
    "trailing-box-of-a-camera.mp4": lambda path: _film(path) + b"\x7f\xff\xff\xffSEFT" + _junk(200),
    "tape.dv": _tape,
}
"""Name of each recording of pictures, and what makes it."""


def make_recording(folder: Path, name: str) -> Path:
    """Write the recording of that name, one of RECORDINGS, and return its path."""
    path = folder / name
    path.write_bytes(RECORDINGS[name](folder / f"plain-{name}"))
    return path


def _sound(path: Path, container: str, codec: str = "pcm_s16le", **options: str) -> bytes:
    with av.open(str(path), "w", format=container, options=options) as output:
        stream: Any = output.add_stream(codec, rate=48_000, layout="mono")
        for block in beeps(SOUND_SECONDS):
            for packet in stream.encode(block):
                output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)
    return path.read_bytes()


def _wav(riff: Callable[[int], int], data: Callable[[int], int]) -> Callable[[Path], bytes]:
    """Return what makes a WAV whose lengths of the file and of its samples are changed like this."""

    def make(path: Path) -> bytes:
        wav = bytearray(_sound(path, "wav"))
        at = wav.index(b"data")
        for place, change in ((4, riff), (at + 4, data)):
            length = change(int.from_bytes(wav[place : place + 4], "little"))
            wav[place : place + 4] = length.to_bytes(4, "little")
        return bytes(wav)

    return make


def _same(length: int) -> int:
    return length


SOUND_SECONDS: Final = 3.0
SOUNDS: Final[dict[str, Callable[[Path], bytes]]] = {
    "rf64.wav": lambda path: _sound(path, "wav", rf64="always"),
    "bw64.wav": lambda path: b"BW64" + _sound(path, "wav", rf64="always")[4:],
    "counts-its-header.wav": _wav(lambda length: length + 8, _same),
    "never-closed.wav": _wav(lambda _: 0, lambda _: 0),
    "streamed.wav": _wav(lambda _: _UNKNOWN, lambda _: _UNKNOWN),
    "still-growing.wav": _wav(lambda length: length + 1_000_000, _same),
    "riff-unset.wav": _wav(lambda _: 0, _same),
    "sound.aiff": lambda path: _sound(path, "aiff", "pcm_s16be"),
    "sound.aifc": lambda path: _sound(path, "aiff", "pcm_s16le"),
    "raw.aac": lambda path: _sound(path, "adts", "aac"),
    "tagged.aac": lambda path: _sound(path, "adts", "aac", write_id3v2="1"),
}
"""Name of each recording of sound, SOUND_SECONDS long, and what makes it."""


def make_sound(folder: Path, name: str) -> Path:
    """Write the sound of that name, one of SOUNDS, and return its path."""
    path = folder / name
    path.write_bytes(SOUNDS[name](folder / f"plain-{name}"))
    return path
