"""Rates and lengths that no recording has are refused in words, before any work begins."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.plausibility import check_measured
from framewell_media.probing import probe
from framewell_media.sandbox import Sandbox
from framewell_media.testing import Clip, make_clip

THIRTY_YEARS = 30 * 365.25 * 86_400


def one_sample_a_second(path: Path) -> Path:
    samples = bytes(1_500_000)
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(samples),
        b"WAVE",
        b"fmt ",
        16,
        1,
        2,
        1,
        4,
        4,
        16,
        b"data",
        len(samples),
    )
    path.write_bytes(header + samples)
    return path


def a_picture_a_nanosecond(path: Path) -> Path:
    data = bytearray(make_clip(path, Clip(codec="mpeg4", sound=False)).read_bytes())
    at = data.index(b"strh") + 8 + 20
    data[at : at + 8] = struct.pack("<II", 1, 1_000_000_000)
    path.write_bytes(data)
    return path


def lasting_thirty_years(path: Path) -> Path:
    data = bytearray(make_clip(path, Clip(sound=False)).read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    data[at : at + 8] = struct.pack(">d", THIRTY_YEARS * 1000)
    path.write_bytes(data)
    return path


def a_fast_timescale(path: Path) -> Path:
    data = bytearray(make_clip(path, Clip(sound=False)).read_bytes())
    at = data.index(b"mdhd") + 4 + 12
    data[at : at + 4] = struct.pack(">I", 2_000_000_000)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("make", "name", "says"),
    [
        (one_sample_a_second, "slow.wav", "1 sample a second; sound has between 2,000 and 768,000"),
        (a_picture_a_nanosecond, "fast.avi", "1,000,000,000 pictures a second; at most 1,000"),
        (a_fast_timescale, "fast.mp4", "pictures a second; at most 1,000"),
        (lasting_thirty_years, "long.mkv", "10,958 days; at most 7 days"),
    ],
)
async def test_absurd_headers_are_refused_in_words(
    sandbox: Sandbox, tmp_path: Path, make: Callable[[Path], Path], name: str, says: str
) -> None:
    with pytest.raises(MediaError) as verdict:
        await probe(sandbox, make(tmp_path / name), file_name=name)
    assert verdict.value.code == UNREADABLE
    assert says in verdict.value.detail


@pytest.mark.parametrize(("pictures", "seconds"), [(1_000_000, Fraction(1)), (300, Fraction(8 * 86_400))])
def test_what_was_measured_is_held_to_the_same_limits(pictures: int, seconds: Fraction) -> None:
    with pytest.raises(MediaError):
        check_measured(pictures, seconds)


def test_a_single_picture_of_any_length_and_a_day_of_pictures_are_plausible() -> None:
    check_measured(1, Fraction(1, 90_000))
    check_measured(24 * 3600 * 25, Fraction(24 * 3600))
