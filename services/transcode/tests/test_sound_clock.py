"""Sound is placed where the pictures of its run stand, however the clock of the file breaks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from framewell_media.source_clock import ClockRun, SourceClock
from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.ports.sound import SoundBlock
from framewell_transcode.transcoding.sound_clock import SoundClockState, place_on_clock

BLOCK = SOUND_RATE // 10
"""Samples of a block: a tenth of a second, so that a second's number is heard in ten of them."""


@dataclass
class Recorder:
    """A SoundEncoder that keeps what it gets."""

    limit: int | None
    samples: list[NDArray[np.float32]] = field(default_factory=list)
    written: int = 0

    @property
    def room(self) -> int:
        return 10**9 if self.limit is None else self.limit - self.written

    def put(self, block: NDArray[np.float32]) -> None:
        self.samples.append(block)
        self.written += block.shape[1]

    def put_silence(self, samples: int) -> None:
        self.put(np.zeros((2, samples), np.float32))

    def heard(self) -> list[int]:
        """What is heard in the middle of every tenth of a second."""
        sound = np.concatenate(self.samples, axis=1)[0]
        return [round(float(value)) for value in sound[BLOCK // 2 :: BLOCK]]


def blocks(
    numbers: Iterable[int], source: float, position: int | None = None, *, stamped: bool = True
) -> list[SoundBlock]:
    """Tenths of a second with these values, the first of them at `source` seconds of the file's clock."""
    start = Fraction(source).limit_denominator(1000)
    return [
        SoundBlock(
            start + Fraction(at, 10) if stamped or at == 0 else None,
            np.full((2, BLOCK), number, np.float32),
            position,
        )
        for at, number in enumerate(numbers)
    ]


def clock(*runs: tuple[float, float, float, int]) -> SourceClock:
    """Return a clock with runs of (source start, source end, start, first byte)."""
    exact = [(*(Fraction(value).limit_denominator(1000) for value in run[:3]), run[3]) for run in runs]
    return SourceClock(tuple(ClockRun(*run) for run in exact))


ONE_RUN = clock((20, 24, 0, 0))
BACK = clock((20, 24, 0, 0), (18, 22, 4, 1000))


def placed(found: Iterable[SoundBlock], on: SourceClock | None, seconds: int | None) -> list[int]:
    encoder, state = Recorder(None if seconds is None else seconds * SOUND_RATE), SoundClockState()
    place_on_clock(found, on, encoder, state)
    return encoder.heard()


def test_early_sound_is_cut_and_late_sound_is_preceded_by_silence() -> None:
    assert placed(blocks(range(1, 51), 19.5), ONE_RUN, 4) == [*range(6, 46)]
    assert placed(blocks(range(1, 31), 21), ONE_RUN, 4) == [0] * 10 + [*range(1, 31)]


def test_sound_alone_starts_with_its_first_sample() -> None:
    assert placed(blocks(range(1, 21), 77.3), None, None) == [*range(1, 21)]
    assert placed(blocks(range(1, 21), 77.3, stamped=False), None, None) == [*range(1, 21)]


@pytest.mark.parametrize("positions", [(None, None), (500, 1500)], ids=["by-time", "by-position"])
@pytest.mark.parametrize("step", [0.1, 2, 6, 9.4, 30])
def test_a_step_back_of_pictures_and_sound_loses_nothing(
    step: float, positions: tuple[int | None, int | None]
) -> None:
    back = clock((100, 104, 0, 0), (104 - step, 108 - step, 4, 1000))
    before, behind = positions
    sound = [*blocks(range(1, 41), 100, before), *blocks(range(41, 81), 104 - step, behind)]
    assert placed(sound, back, 8) == [*range(1, 81)]


def test_a_step_back_of_the_pictures_that_sound_hides_is_found_by_its_position() -> None:
    back = clock((20, 24, 0, 0), (23.7, 27.7, 4, 1000))
    sound = [*blocks(range(1, 41), 20, 500), *blocks(range(41, 78), 24, 1500)]
    assert placed(sound, back, 8) == [*range(1, 41), 0, 0, 0, *range(41, 78)]


def test_an_outage_is_silent_and_sound_goes_on_behind_it() -> None:
    outage = clock((20, 38, 0, 0))
    sound = [*blocks(range(1, 21), 20), *blocks(range(21, 41), 36)]
    assert placed(sound, outage, 18) == [*range(1, 21), *[0] * 140, *range(21, 41)]


def test_a_splice_follows_the_pictures_and_a_broken_clock_of_sound_alone_goes_on() -> None:
    splice = clock((20, 24, 0, 0), (4000, 4004, 4, 1000))
    assert placed([*blocks(range(1, 41), 20), *blocks(range(41, 81), 4000)], splice, 8) == [*range(1, 81)]
    assert placed([*blocks(range(1, 21), 20), *blocks(range(21, 41), 9000)], ONE_RUN, 4) == [*range(1, 41)]


def test_sound_that_overhangs_the_pictures_of_its_run_is_cut_at_the_next_one() -> None:
    sound = [*blocks(range(1, 43), 20, 500), *blocks(range(43, 83), 18, 1500)]
    assert placed(sound, BACK, 8) == [*range(1, 43), *range(45, 83)]


def test_a_run_without_sound_stays_silent() -> None:
    three = clock((20, 24, 0, 0), (10, 14, 4, 1000), (5, 9, 8, 2000))
    sound = [*blocks(range(1, 41), 20, 500), *blocks(range(41, 81), 5, 2500)]
    assert placed(sound, three, 12) == [*range(1, 41), *[0] * 40, *range(41, 81)]


def test_placing_goes_on_in_another_process_as_if_it_had_never_ended() -> None:
    sound = [*blocks(range(1, 41), 20, 500), *blocks(range(41, 81), 18, 1500)]
    encoder, state = Recorder(8 * SOUND_RATE), SoundClockState()
    for first in range(0, len(sound), 7):
        place_on_clock(sound[first : first + 7], BACK, encoder, state)
        state = SoundClockState(**json.loads(json.dumps(asdict(state))))
    assert encoder.heard() == [*range(1, 81)]
    assert state.heard == 8 * SOUND_RATE


def test_a_moment_of_the_asset_lies_in_a_run_of_the_file() -> None:
    assert [BACK.run_at(Fraction(at)) for at in (-1, 0, 3, 4, 9)] == [0, 0, 0, 1, 1]
