"""Transcript: words that are wrong, languages found, and words made up where nobody speaks.

`material/read.tsv` holds what is read aloud (LibriVox, public domain; two readings come with `make setup`,
three are here), `spoken.tsv` what espeak-ng says where it is installed: no German recording is at hand with
terms that would let it be here. Noise and music are those of `sounds`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Final

import numpy as np

from benchmarks.quality.figure import MATERIAL, Figure
from benchmarks.quality.pictures import SOURCES, analysers
from benchmarks.quality.sounds import RATE, made, music, noisy, over_music
from framewell_inference.adapters.media_objects import FlacSounds
from framewell_inference.analysers.transcript.analyser import TranscriptAnalyser
from framewell_inference.domain.pictures import Float
from framewell_models.folders import ModelMissingError

SPEAKER: Final = "espeak-ng"

RATES: Final = {"slowly": 140, "at 170 words a minute": 170}
"""Words a minute of espeak-ng."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said in a sound."""

    language: str
    text: str
    sound: Float


def measure() -> Iterator[Figure]:
    """Yield the figures of the transcript. Raises ModelMissingError where its model is not installed."""
    analyser = transcript()
    read = readings()
    yield _wrong(analyser, read, "English, read aloud", most=0.1)
    for under, decibels in (("noise", 10), ("noise", 0), ("a film's music", 10), ("a film's music", 0)):
        over = [replace(one, sound=_over(one.sound, under, decibels)) for one in read]
        yield _wrong(analyser, over, f"English, read aloud over {under} {decibels} dB below")
    for language, name in (("en", "English"), ("de", "German")):
        for called, words_a_minute in RATES.items():
            if said := spoken(language, words_a_minute):
                yield _wrong(analyser, said, f"{name}, synthetic, {called}")
                yield _language(analyser, said, f"{name}, synthetic, {called}")
    for called, sound in [*made().items(), ("the film's music", music())]:
        words = [word for one in analyser.listen([sound]) for word in one.words]
        yield Figure(f"words in {called}", len(words), unit="words", most=0)
    yield _cost(analyser, read)


def transcript() -> TranscriptAnalyser:
    """Return the analyser. Raises ModelMissingError where its model is not installed."""
    for one in analysers().sounds:
        if isinstance(one, TranscriptAnalyser):
            return one
    raise ModelMissingError("Whisper is not installed: framewell models pull --with transcript")


def readings() -> list[Spoken]:
    """Return five sentences of Sense and Sensibility, as two readers say them."""
    texts = dict(line.split("\t") for line in _lines("read.tsv"))
    places = [path for folder in (SOURCES, MATERIAL) for path in folder.glob("reading-*")]
    sounds = {path.name: np.concatenate(list(FlacSounds().blocks(path))) for path in places}
    return [Spoken("en", text, sounds[name]) for name, text in texts.items()]


def spoken(language: str, words_a_minute: int) -> list[Spoken]:
    """Return the sentences of a language as espeak-ng says them; none where it is not installed."""
    if shutil.which(SPEAKER) is None:
        return []
    texts = [text for one, text in (line.split("\t") for line in _lines("spoken.tsv")) if one == language]
    return [Spoken(language, text, _synthetic(language, text, words_a_minute)) for text in texts]


def errors(heard: str, said: str) -> tuple[int, int]:
    """Return how many words were added, left out or changed, and how many were said."""
    found, true = _words(heard), _words(said)
    row = list(range(len(true) + 1))
    for at, word in enumerate(found, start=1):
        before, row[0] = row[0], at
        for place, other in enumerate(true, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (word != other))
    return row[-1], len(true)


def _wrong(
    analyser: TranscriptAnalyser, said: Sequence[Spoken], called: str, *, most: float | None = None
) -> Figure:
    counts = [errors(" ".join(each.text for each in analyser.listen([one.sound])), one.text) for one in said]
    wrong, words = (sum(each) for each in zip(*counts, strict=True))
    return Figure(f"words wrong: {called}", wrong / words, words, most=most)


def _language(analyser: TranscriptAnalyser, said: Sequence[Spoken], called: str) -> Figure:
    found = [{each.language for each in analyser.listen([one.sound])} == {one.language} for one in said]
    return Figure(f"sentences in the right language: {called}", float(np.mean(found)), len(found))


def _cost(analyser: TranscriptAnalyser, read: Sequence[Spoken]) -> Figure:
    sound = np.concatenate([one.sound for one in read])
    began = time.perf_counter()
    analyser.listen([sound])
    seconds = (time.perf_counter() - began) / (len(sound) / RATE)
    return Figure("seconds of computing for a second of speech, one thread", seconds, unit="s", most=1)


def _over(sound: Float, under: str, decibels: float) -> Float:
    return noisy(sound, decibels) if under == "noise" else over_music(sound, decibels, music())


def _synthetic(language: str, text: str, words_a_minute: int) -> Float:
    command = [SPEAKER, "-v", language, "-s", str(words_a_minute), "--stdout", text]
    return _at_16_khz(subprocess.run(command, capture_output=True, check=True).stdout)


def _at_16_khz(data: bytes) -> Float:
    with wave.open(BytesIO(data)) as source:
        rate = source.getframerate()
        samples = np.frombuffer(source.readframes(1 << 30), "<i2").astype(np.float32) / 32768
    at = np.arange(0, len(samples), rate / RATE)
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float32)


def _lines(name: str) -> list[str]:
    return (MATERIAL / name).read_text(encoding="utf-8").splitlines()


def _words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", " ", text.casefold()).split()
