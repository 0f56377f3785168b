"""Whisper over one piece of sound: language, words, and when each is said.

The likeliest token follows the likeliest token, without chance, so that a rerun says the same. What Whisper
is known to make up, over music or when it has lost the thread, is unlikely by its own reckoning or goes round
in circles; such a piece has no words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from framewell_inference.analysers.transcript.alignment import token_times
from framewell_inference.analysers.transcript.features import RATE, log_mel
from framewell_inference.analysers.transcript.tokens import Tokens
from framewell_inference.domain.observations import Word
from framewell_inference.domain.pictures import Array, Float
from framewell_inference.ports.models import Model
from framewell_inference.ports.step_times import Step, taking

TOKENS_A_SECOND: Final = 12
"""More than anybody says, in languages that take many tokens a word."""

MOST_TOKENS: Final = 220
"""Tokens of a piece at most, as Whisper was trained."""

MOST_REPETITIONS: Final = 4
"""So often a run of up to LONGEST_RUN tokens may stand behind itself."""

LONGEST_RUN: Final = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """What is said in one piece of sound; times count from its first sample."""

    words: Sequence[Word]
    language: str
    language_score: float


@dataclass(frozen=True)
class Recogniser:
    """Runs the two graphs. `thresholds` of the decoder's manifest: `likelihood` and `language`."""

    encoder: Model
    decoder: Model
    languages: Sequence[str] = ()
    """Languages that may be spoken (BCP 47); none: any that the model knows."""

    def __post_init__(self) -> None:
        """Raise ValueError for a language that the model does not know."""
        known = {self.tokens.language(number) for number in self.tokens.languages}
        if unknown := sorted(set(self.languages) - known):
            raise ValueError(
                f"{self.decoder.manifest.ref} knows no language {', '.join(unknown)}; it knows "
                f"{', '.join(sorted(known))}"
            )

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.decoder.labels)

    def __call__(self, samples: Float, expected: str = "") -> Piece:
        """Return what is said in at most 30 seconds at 16 kHz. Blocks.

        `expected` is the language before, which stays unless another one is likely enough.
        """
        with taking(Step.PREPARE):
            mel = log_mel(samples)[None]
        with taking(Step.RUN):
            decoder = _Decoder(self.decoder, self.encoder.run({"mel": mel}))
            language, score = self._language(decoder, expected)
            steering = [language, self.tokens.transcribe, self.tokens.without_times]
            numbers, likelihood = self._written(decoder, steering, len(samples) / RATE)
            if not numbers or likelihood < self.decoder.manifest.thresholds["likelihood"]:
                return Piece((), self.tokens.language(language), score)
            logits, attention = decoder.whole([self.tokens.start, *steering, *numbers, self.tokens.end])
        begun = token_times(attention[0, :, len(steering) : -1], len(samples) / RATE)
        shares = _softmax(logits[0, len(steering) : -2])
        scores = shares[np.arange(len(numbers)), numbers]
        name = self.tokens.language(language)
        return Piece(self._words(numbers, begun, scores, name), name, score)

    def _language(self, decoder: _Decoder, expected: str) -> tuple[int, float]:
        """Return the token of the likeliest language, and how likely it is among those that may be spoken."""
        languages = [
            number
            for number in self.tokens.languages
            if not self.languages or self.tokens.language(number) in self.languages
        ]
        shares = _softmax(decoder.next([self.tokens.start])[languages])
        best = int(shares.argmax())
        if expected and shares[best] < self.decoder.manifest.thresholds["language"]:
            best = next(at for at, number in enumerate(languages) if self.tokens.language(number) == expected)
        return languages[best], float(shares[best])

    def _written(self, decoder: _Decoder, steering: Sequence[int], seconds: float) -> tuple[list[int], float]:
        """Return the tokens of the text, and the mean of the logarithms of their probabilities.

        A text that goes round in circles has none.
        """
        numbers: list[int] = []
        total, logits = 0.0, decoder.next(steering)
        most = min(MOST_TOKENS, 10 + round(seconds * TOKENS_A_SECOND))
        while len(numbers) < most:
            allowed = logits + (self._allowed if numbers else self._allowed_first)
            best = int(allowed.argmax())
            total += float(allowed[best] - _log_sum(allowed))
            if best == self.tokens.end:
                break
            numbers.append(best)
            if goes_round(numbers):
                return [], total / len(numbers)
            logits = decoder.next([best])
        return numbers, total / (len(numbers) + 1)

    def _words(self, numbers: Sequence[int], begun: Float, scores: Float, language: str) -> list[Word]:
        words, at = [], 0
        for text, count in self.tokens.words(numbers, language):
            if text.strip():
                start, end = float(begun[at]), float(begun[at + count])
                words.append(Word(text, start, end, float(scores[at : at + count].mean())))
            at += count
        return words

    @cached_property
    def _allowed(self) -> Float:
        """Return what is added to the logits: nothing, and minus infinity for tokens of no words."""
        step = self.decoder.manifest.postprocessing
        added = np.zeros(len(self.tokens.texts), np.float32)
        added[list(step.parameters["suppressed"]) if step else []] = -np.inf
        added[self.tokens.end + 1 :] = -np.inf
        return added

    @cached_property
    def _allowed_first(self) -> Float:
        """Return the same for the first token, which is neither the end nor a lone space."""
        added = self._allowed.copy()
        added[[self.tokens.end, self.tokens.texts.index("Ġ")]] = -np.inf
        return added


class _Decoder:
    """The decoder over one sound, which remembers the tokens before."""

    def __init__(self, model: Model, sound: Mapping[str, Array]) -> None:
        self._model, self._sound = model, dict(sound)
        self._before = self._nothing()

    def next(self, tokens: Sequence[int]) -> Float:
        """Take in more tokens and return the logits of the one that follows, [vocabulary]."""
        outputs = self._model.run(self._inputs(tokens, self._before))
        self._before = {name: outputs[f"next_{name}"] for name in self._before}
        return np.asarray(outputs["logits"][0, -1], np.float32)

    def whole(self, tokens: Sequence[int]) -> tuple[Float, Float]:
        """Return logits and attention of all tokens at once, whatever was taken in before."""
        outputs = self._model.run(self._inputs(tokens, self._nothing()))
        return outputs["logits"], outputs["attention"]

    def _inputs(self, tokens: Sequence[int], before: Mapping[str, Array]) -> dict[str, Array]:
        return {"tokens": np.array([tokens], np.int64), **self._sound, **before}

    def _nothing(self) -> dict[str, Array]:
        """Return the keys and values of nobody, which stand before those of all tokens."""
        before = [spec for spec in self._model.inputs if spec.name.startswith(("keys_", "values_"))]
        shapes = {spec.name: [1, *(abs(size) for size in spec.shape[1:])] for spec in before}
        return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


def goes_round(numbers: Sequence[int]) -> bool:
    """Return whether tokens end with a run that stands there MOST_REPETITIONS times behind itself."""
    for length in range(1, LONGEST_RUN + 1):
        runs = MOST_REPETITIONS + 1
        if len(numbers) >= length * runs:
            last = list(numbers[-length * runs :])
            if last == last[-length:] * runs:
                return True
    return False


def _log_sum(logits: Float) -> float:
    highest = float(logits.max())
    return highest + float(np.log(np.exp(logits - highest).sum()))


def _softmax(logits: Float) -> Float:
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), np.float32)
