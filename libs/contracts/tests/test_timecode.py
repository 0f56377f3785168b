"""Timecode is exact: against the rules of ST 12 and against libavutil's own implementation."""

from __future__ import annotations

import ctypes
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell_contracts.timecode import Timecode, TimecodeError, nominal_rate

DAY_29_97 = 2_589_408
RATES = st.sampled_from(
    [
        Fraction(24000, 1001),
        Fraction(24),
        Fraction(25),
        Fraction(30000, 1001),
        Fraction(50),
        Fraction(60000, 1001),
    ]
)


@given(rate=RATES, frame=st.integers(0, 24 * 3600 * 24 - 1))
def test_a_label_reads_back_as_the_frame_it_names(rate: Fraction, frame: int) -> None:
    assert Timecode.parse(str(Timecode(frame, nominal_rate(rate))), rate).frame == frame


@given(fps=st.sampled_from([30, 60]), frame=st.integers(0, DAY_29_97 - 1))
def test_drop_frame_labels_read_back_as_the_frame_they_name(fps: int, frame: int) -> None:
    label = str(Timecode(frame, fps, drop_frame=True))
    assert Timecode.parse(label, Fraction(fps * 1000, 1001)) == Timecode(frame, fps, drop_frame=True)


def test_drop_frame_skips_two_labels_a_minute_but_not_every_tenth() -> None:
    assert str(Timecode(1799, 30, True)) == "00:00:59;29"
    assert str(Timecode(1800, 30, True)) == "00:01:00;02"
    assert str(Timecode(17982, 30, True)) == "00:10:00;00"
    assert str(Timecode(3600, 60, True)) == "00:01:00;04"


@pytest.mark.parametrize("fps", [30, 60])
def test_drop_frame_keeps_to_the_clock_over_a_day(fps: int) -> None:
    day = DAY_29_97 * fps // 30
    assert str(Timecode(day - 1, fps, True)) == f"23:59:59;{fps - 1}"
    assert str(Timecode(day, fps, True)) == "00:00:00;00"


@pytest.mark.parametrize(
    "label", ["00:01:00;00", "00:01:00;01", "25:00:00:00", "00:60:00:00", "00:00:00:30", "soon"]
)
def test_a_label_that_cannot_exist_is_refused(label: str) -> None:
    with pytest.raises(TimecodeError):
        Timecode.parse(label, Fraction(30000, 1001))


def test_drop_frame_is_refused_where_it_is_not_defined() -> None:
    with pytest.raises(TimecodeError, match="drop frame"):
        Timecode.parse("00:00:10;00", Fraction(25))


class _AvTimecode(ctypes.Structure):
    _fields_ = [
        ("start", ctypes.c_int),
        ("flags", ctypes.c_uint32),
        ("num", ctypes.c_int),
        ("den", ctypes.c_int),
        ("fps", ctypes.c_uint),
    ]


@pytest.mark.parametrize(("fps", "drop_frame"), [(30, True), (60, True), (30, False), (24, False)])
def test_labels_equal_those_of_libavutil(fps: int, drop_frame: bool) -> None:
    libraries = sorted((Path(av.__file__).parent.parent / "av.libs").glob("libavutil*.so*"))
    if not libraries:
        pytest.skip("this PyAV carries no libavutil of its own")
    library = ctypes.CDLL(str(libraries[0]))
    reference = _AvTimecode(0, int(drop_frame), fps * 1000, 1001, fps)
    text = ctypes.create_string_buffer(32)
    for frame in range(0, DAY_29_97 * fps // 30, 997):
        library.av_timecode_make_string(ctypes.byref(reference), text, frame)
        assert str(Timecode(frame, fps, drop_frame)) == text.value.decode()
