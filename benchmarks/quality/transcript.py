"""Transcript: words that are wrong, languages found, and words made up where nobody speaks.

`material/read.tsv` holds what is read aloud (LibriVox, public domain; two readings come with `make setup`,
three are here), `spoken.tsv` what espeak-ng says where it is installed: no German recording is at hand with
terms that would let it be here. `words.tsv` holds what the transcript made of 30 words that a German speaker
says one by one (Debian ktuberling-data 22.12.3, GPL, not here): file, word by the file's name, word written
down. Noise and music are those of `sounds`.
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

WORDS_A_MINUTE: Final = 150


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said in a sound."""

    language: str
    text: str
    sound: Float


def measure() -> Iterator[Figure]:
    """Yield the figures of the transcript. Raises ModelMissingError where its model is not installed."""
    analyser = transcript()
    read = joined(readings())
    yield _wrong(analyser, read, "English, read aloud", most=0.1)
    yield _wrong(analyser, _over(read, noisy(read.sound, 10)), "the same over noise 10 dB below")
    for decibels in (10, 0):
        music_below = _over(read, over_music(read.sound, decibels, music()))
        yield _wrong(analyser, music_below, f"the same over a film's music {decibels} dB below")
    for language, name, most in (("en", "English", None), ("de", "German", 0.4)):
        if sentences := spoken(language):
            yield _wrong(analyser, joined(sentences), f"{name}, synthetic", most=most)
    pairs = [line.split("\t") for line in _lines("words.tsv")]
    right = [true.casefold() == heard.casefold() for _, true, heard in pairs]
    yield Figure("words wrong: German, single words of a person", 1 - float(np.mean(right)), len(right))
    for called, sound in [*made().items(), ("a film's music", music())]:
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


def spoken(language: str) -> list[Spoken]:
    """Return the sentences of a language as espeak-ng says them; none where it is not installed."""
    if shutil.which(SPEAKER) is None:
        return []
    texts = [text for one, text in (line.split("\t") for line in _lines("spoken.tsv")) if one == language]
    return [Spoken(language, text, _synthetic(language, text)) for text in texts]


def joined(sentences: Sequence[Spoken]) -> Spoken:
    """Return sentences one after another, half a second apart."""
    pause = np.zeros(RATE // 2, np.float32)
    sound = np.concatenate([part for one in sentences for part in (one.sound, pause)])
    return Spoken(sentences[0].language, " ".join(one.text for one in sentences), sound)


def errors(heard: str, said: str) -> tuple[int, int]:
    """Return how many words were added, left out or changed, and how many were said."""
    found, true = _words(heard), _words(said)
    row = list(range(len(true) + 1))
    for at, word in enumerate(found, start=1):
        before, row[0] = row[0], at
        for place, other in enumerate(true, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (word != other))
    return row[-1], len(true)


def _wrong(analyser: TranscriptAnalyser, said: Spoken, called: str, *, most: float | None = None) -> Figure:
    heard = " ".join(one.text for one in analyser.listen([said.sound]))
    wrong, words = errors(heard, said.text)
    return Figure(f"words wrong: {called}", wrong / words, words, most=most)


def _cost(analyser: TranscriptAnalyser, said: Spoken) -> Figure:
    began = time.perf_counter()
    analyser.listen([said.sound])
    seconds = (time.perf_counter() - began) / (len(said.sound) / RATE)
    return Figure("seconds of computing for a second of speech, one thread", seconds, unit="s", most=1)


def _over(said: Spoken, sound: Float) -> Spoken:
    return replace(said, sound=sound)


def _synthetic(language: str, text: str) -> Float:
    command = [SPEAKER, "-v", language, "-s", str(WORDS_A_MINUTE), "--stdout", text]
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
