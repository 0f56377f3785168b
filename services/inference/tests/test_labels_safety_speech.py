"""Labels, safety and speech on real pictures and real sound."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from framewell_inference.analysers.runs import LabelRuns
from framewell_inference.analysers.speech import SpeechAnalyser
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.ports.analysers import Analysers

Sampled = Callable[..., list[Frame]]


def test_similar_pictures_have_near_features(
    analysers: Analysers, frames: Sampled, man_in_car: list[Picture], astronaut: Picture
) -> None:
    one = analysers.pictures[2].begin()
    one.look(frames([man_in_car[0], man_in_car[1], astronaut]))
    found = one.finish()
    assert [one.vector for one in found.observations if one.kind == "picture"] == [0, 1, 2]
    assert found.vectors is not None
    unit = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > 0.8 > unit[0] @ unit[2]


def test_a_portrait_is_neutral(analysers: Analysers, frames: Sampled, astronaut: Picture) -> None:
    one = analysers.pictures[3].begin(still=True)
    one.look(frames([astronaut]))
    (observation,) = one.finish().observations
    assert (observation.kind, observation.label) == ("safety", "neutral")
    assert observation.score > 0.9


def test_runs_join_equal_labels_and_end_at_cuts_and_gaps(frames: Sampled) -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    runs = LabelRuns("label")
    labels: list[dict[str, float]] = [{"a": 0.5}, {"a": 0.9}, {}, {"a": 0.4}, {"a": 0.4}]
    for frame, scores in zip(frames([picture] * 5, shots=[0, 0, 0, 0, 1]), labels, strict=True):
        runs.note(frame, scores)
    found = runs.finish()
    assert [(one.span.start_pts, one.span.end_pts, one.score) for one in found] == [
        (0, 20, 0.9),
        (30, 40, 0.4),
        (40, 50, 0.4),
    ]
    assert found[0].moment == (10, 10)


def reading(path: Path) -> Float:
    with wave.open(str(path)) as source:
        assert (source.getframerate(), source.getnchannels()) == (16_000, 1)
        samples = np.frombuffer(source.readframes(source.getnframes()), "<i2")
    return samples.astype(np.float32) / 32768


def test_speech_is_found_between_silence(analysers: Analysers, media: Callable[[str], Path]) -> None:
    speech = reading(media("reading-1.wav"))
    silence = np.zeros(3 * 16_000, np.float32)
    blocks = [silence, speech, silence]
    heard = analysers.sounds[0].listen(iter(blocks))
    assert heard
    assert 2.8 < heard[0].start_seconds < 4.5
    assert heard[-1].end_seconds < 3 + len(speech) / 16_000 + 0.3
    assert sum(one.end_seconds - one.start_seconds for one in heard) > 0.6 * len(speech) / 16_000


def test_silence_is_not_speech(analysers: Analysers) -> None:
    assert list(analysers.sounds[0].listen([np.zeros(16_000, np.float32)])) == []
    assert list(analysers.sounds[0].listen([])) == []


def test_block_sizes_change_nothing(analysers: Analysers, media: Callable[[str], Path]) -> None:
    analyser = analysers.sounds[0]
    assert isinstance(analyser, SpeechAnalyser)
    speech = np.tile(reading(media("reading-1.wav")), 6)  # longer than one run of the network
    whole = analyser.probabilities([speech])
    odd = analyser.probabilities([speech[at : at + 1000] for at in range(0, len(speech), 1000)])
    assert len(whole) == -(-len(speech) // 512)
    assert np.array_equal(whole, odd)
