"""CEA-608 captions for tests: byte pairs, and clips that carry them inside their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import av

from framewell_media.testing.captioned import dark_picture

Pair = tuple[int, int]

_SEI: Final = b"\0\0\0\1\x06"
_ERASE: Final = (0x14, 0x2C)


def pop_on(text: str, *, channel: int = 0) -> list[Pair]:
    """Return the pairs that load a caption and show it, control codes twice as they are sent."""
    control = 0x1C if channel else 0x14
    letters = text.encode("ascii") + b"\0" * (len(text) % 2)
    codes = [(control, 0x20), (control, 0x2E), (control, 0x70)]
    shown = [(letters[at], letters[at + 1]) for at in range(0, len(letters), 2)]
    return [code for code in codes for _ in (0, 1)] + shown + [(control, 0x2F)] * 2


def erase() -> list[Pair]:
    """Return the pairs that take the caption away."""
    return [_ERASE] * 2


def write_with_captions(
    path: Path, captions: Mapping[int, Sequence[Pair]], *, frames: int = 150, b_frames: int = 0
) -> Path:
    """Write H.264 as MPEG-TS; from each of these pictures on, its pairs are in field 1, one a picture."""
    pairs = {at + place: pair for at, pairs in captions.items() for place, pair in enumerate(pairs)}
    with av.open(str(path), "w") as output:
        video: Any = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        parameters = f"keyint=25:min-keyint=25:scenecut=0:bframes={b_frames}:b-adapt=0:threads=1"
        video.codec_context.options = {"preset": "ultrafast", "x264-params": parameters}
        video.codec_context.max_b_frames = b_frames
        for packet in _encoded(video, frames):
            shown = round(packet.pts * packet.time_base * 25)
            output.mux(_captioned(packet, pairs.get(shown, (0, 0))))
    return path


def _encoded(video: Any, frames: int) -> Iterator[Any]:
    for number in range(frames):
        yield from video.encode(dark_picture(number))
    yield from video.encode(None)


def _captioned(packet: Any, pair: Pair) -> Any:
    """Return the packet with a SEI message of ATSC A/53 in front of its first slice."""
    data = bytes(packet)
    starts = [
        at for at in range(len(data) - 4) if data[at : at + 3] == b"\0\0\1" and data[at + 3] & 31 in (1, 5)
    ]
    at = starts[0] - (data[starts[0] - 1 : starts[0]] == b"\0")
    triples = bytes([0xFC, *(_with_parity(one) for one in pair), 0xFD, 0x80, 0x80])
    payload = b"\xb5\0\x31GA94\x03\x42\xff" + triples + b"\xff"
    message = _SEI + bytes([4, len(payload)]) + payload + b"\x80"
    changed = av.Packet(data[:at] + message + data[at:])
    changed.stream, changed.time_base = packet.stream, packet.time_base
    changed.pts, changed.dts, changed.is_keyframe = packet.pts, packet.dts, packet.is_keyframe
    return changed


def _with_parity(value: int) -> int:
    return value if value.bit_count() % 2 else value | 0x80
