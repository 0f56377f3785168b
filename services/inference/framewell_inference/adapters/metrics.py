"""Every metric of analysers, named once, and the wrappers that measure.

| metric | meaning |
|---|---|
| framewell_analyser_seconds | time an analyser took for one picture, or for one sound |
| framewell_analyser_step_seconds | the same time, added up by step: prepare, run, assemble |
| framewell_analyser_real_time_factor | seconds an analyser took for a second of programme |
| framewell_observations | observations an analyser reported |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry import metrics

from framewell_inference.domain.observations import Findings, SoundSegment
from framewell_inference.domain.pictures import Float, Frame
from framewell_inference.ports.analysers import Around, PictureAnalyser, PicturePass, SoundAnalyser
from framewell_inference.ports.step_times import StepTimes, timed
from framewell_kit.telemetry.metrics import QUICK

SAMPLE_RATE: Final = 16_000
"""Of the sound that analysers listen to."""

_meter: Final = metrics.get_meter("framewell_inference")

ANALYSER_SECONDS: Final = _meter.create_histogram(
    "framewell_analyser_seconds",
    unit="s",
    description="Time an analyser took for one picture or sound, by analyser.",
    explicit_bucket_boundaries_advisory=QUICK,
)
STEP_SECONDS: Final = _meter.create_counter(
    "framewell_analyser_step_seconds",
    unit="s",
    description="Time an analyser spent in a step, by analyser and step (prepare, run, assemble).",
)
REAL_TIME_FACTOR: Final = _meter.create_histogram(
    "framewell_analyser_real_time_factor",
    description="Seconds an analyser took for a second of programme, of each chunk or sound, by analyser.",
    explicit_bucket_boundaries_advisory=QUICK,
)
OBSERVATIONS: Final = _meter.create_counter(
    "framewell_observations", description="Observations an analyser reported."
)


@dataclass(frozen=True, slots=True)
class MeteredPictures(Around[PictureAnalyser]):
    """A picture analyser whose time is measured; behaves as the one inside."""

    def begin(self, *, still: bool = False) -> PicturePass:
        return _MeteredPass(self.inside.begin(still=still), {"analyser": self.name})


@dataclass(slots=True)
class _MeteredPass:
    inside: PicturePass
    labels: dict[str, str]
    seconds: float = 0.0
    programme_seconds: float = 0.0

    def look(self, frames: Sequence[Frame]) -> None:
        with timed() as times:
            self.inside.look(frames)
        for _ in frames:
            ANALYSER_SECONDS.record(times.total_seconds / len(frames), self.labels)
        self._note(times)
        self.programme_seconds += sum(frame.lasts_seconds for frame in frames)

    def finish(self) -> Findings:
        with timed() as times:
            found = self.inside.finish()
        self._note(times)
        _note_real_time_factor(self.seconds, self.programme_seconds, self.labels)
        OBSERVATIONS.add(len(found.observations), self.labels)
        return found

    def _note(self, times: StepTimes) -> None:
        self.seconds += times.total_seconds
        _note_steps(times, self.labels)


@dataclass(frozen=True, slots=True)
class MeteredSounds(Around[SoundAnalyser]):
    """A sound analyser whose time is measured; behaves as the one inside."""

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        labels, programme = {"analyser": self.name}, _Counted(blocks)
        with timed() as times:
            heard = self.inside.listen(programme)
        ANALYSER_SECONDS.record(times.total_seconds, labels)
        _note_steps(times, labels)
        _note_real_time_factor(times.total_seconds, programme.seconds, labels)
        OBSERVATIONS.add(len(heard), labels)
        return heard


@dataclass(slots=True)
class _Counted:
    """Blocks of sound on their way, and how many seconds went by when they were last iterated over."""

    inside: Iterable[Float]
    seconds: float = 0.0

    def __iter__(self) -> Iterator[Float]:
        self.seconds = 0.0
        for block in self.inside:
            self.seconds += len(block) / SAMPLE_RATE
            yield block


def _note_steps(times: StepTimes, labels: dict[str, str]) -> None:
    for step, seconds in times.seconds().items():
        STEP_SECONDS.add(seconds, {**labels, "step": step.value})


def _note_real_time_factor(seconds: float, programme_seconds: float, labels: dict[str, str]) -> None:
    """Note how much time a second of programme took; a still picture has no such second."""
    if programme_seconds > 0:
        REAL_TIME_FACTOR.record(seconds / programme_seconds, labels)
