"""The `transcript` analyser: sentences with their words, when each is said, and in which language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from framewell_inference.analysers.speech import SAMPLE_RATE, SpeechAnalyser
from framewell_inference.analysers.transcript.pieces import OVERLAP, SHORTER, Cut, Reader, Stretch, next_cut
from framewell_inference.analysers.transcript.recogniser import Piece, Recogniser
from framewell_inference.domain.observations import SoundSegment, Word
from framewell_inference.domain.pictures import Float
from framewell_models.manifest import ModelRef

NAME: Final = "transcript"
DESCRIPTION: Final = "What is said: sentences with words, times and language."

LONGEST_PAUSE: Final = 0.8
"""Seconds; a sentence with a longer pause in it is two."""

LONGEST_SECONDS, LONGEST_TEXT = 7.0, 84
"""Of a sentence: what is shown as one caption of two lines at most."""

OUTSIDE: Final = 0.3
"""Seconds by which a word may lie outside of what was found as speech: the times of words are that rough."""

SHORT_LETTERS, SHORT_PAUSE = 3, 0.3
"""A word of so few letters may be an abbreviation, unless so many seconds follow it."""

_ENDS: Final = (".", "?", "!", "…", "。", "？", "！")


@dataclass(frozen=True, slots=True)
class TranscriptAnalyser:
    """Writes down what `speech` finds, a piece at a time, so that memory is bounded whatever the length."""

    speech: SpeechAnalyser
    recogniser: Recogniser

    @property
    def name(self) -> str:
        return NAME

    @property
    def description(self) -> str:
        return DESCRIPTION

    @property
    def models(self) -> Sequence[ModelRef]:
        graphs = (self.recogniser.decoder, self.recogniser.encoder, self.speech.model)
        return [model.manifest.ref for model in graphs]

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        """Return the sentences in order of time; `blocks` are gone through twice."""
        found = self.speech.listen(blocks)
        stretches = [Stretch(one.start_seconds, one.end_seconds) for one in found]
        pieces = list(self._pieces(stretches, Reader(blocks, SAMPLE_RATE)))
        return [sentence for piece in joined(pieces) for sentence in sentences(piece)]

    def _pieces(self, stretches: Sequence[Stretch], read: Reader) -> Iterator[Piece]:
        begin, language = 0.0, ""
        while (cut := next_cut(stretches, begin)) is not None:
            piece = placed(self.recogniser(read(cut.start, cut.end), language), cut, stretches)
            shorter = next_cut(stretches, begin, SHORTER) or cut
            if not piece.words and shorter.end < cut.end:
                cut = shorter
                piece = placed(self.recogniser(read(cut.start, cut.end), language), cut, stretches)
            begin = piece.words[-1].end_seconds if cut.goes_on and piece.words else cut.end
            if cut.goes_on and begin <= cut.start:
                begin = cut.end
            if piece.words:
                language = piece.language
                yield piece


def placed(piece: Piece, cut: Cut, stretches: Sequence[Stretch]) -> Piece:
    """Return the piece on the asset's clock, without words where nobody speaks.

    Of one that ends in the middle of speech the last OVERLAP seconds are left to the next piece, which begins
    behind the last word that is kept: so no word is cut, and none said twice.
    """
    moved = [
        replace(word, start_seconds=word.start_seconds + cut.start, end_seconds=word.end_seconds + cut.start)
        for word in piece.words
    ]
    latest = cut.end - OVERLAP if cut.goes_on else cut.end
    kept = [word for word in moved if word.end_seconds <= latest] or moved
    return replace(piece, words=[word for word in kept if _is_said(word, stretches)])


def _is_said(word: Word, stretches: Sequence[Stretch]) -> bool:
    return any(
        word.start_seconds < one.end + OUTSIDE and word.end_seconds > one.start - OUTSIDE for one in stretches
    )


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces of one language that follow each other as one: a sentence does not end with its piece."""
    whole: list[Piece] = []
    for piece in pieces:
        if whole and whole[-1].language == piece.language:
            score = max(whole[-1].language_score, piece.language_score)
            whole[-1] = Piece([*whole[-1].words, *piece.words], piece.language, score)
        else:
            whole.append(piece)
    return whole


def sentences(piece: Piece) -> Iterator[SoundSegment]:
    """Yield the sentences of words that follow each other, each short enough to be shown as a caption."""
    held: list[Word] = []
    for word, following in pairwise([*piece.words, None]):
        assert word is not None
        held.append(word)
        if following is None or _ends(held, following):
            yield _sentence(held, piece)
            held = []


def _ends(held: Sequence[Word], following: Word) -> bool:
    last = held[-1]
    pause = following.start_seconds - last.end_seconds
    short = sum(letter.isalnum() for letter in last.text) <= SHORT_LETTERS  # Dr., 19., z. B.
    return (
        (last.text.endswith(_ENDS) and not (short and pause < SHORT_PAUSE))
        or pause > LONGEST_PAUSE
        or following.end_seconds - held[0].start_seconds > LONGEST_SECONDS
        or len(_text([*held, following])) > LONGEST_TEXT
    )


def _sentence(words: Sequence[Word], piece: Piece) -> SoundSegment:
    return SoundSegment(
        start_seconds=words[0].start_seconds,
        end_seconds=words[-1].end_seconds,
        score=sum(word.score for word in words) / len(words),
        kind=NAME,
        text=_text(words),
        words=tuple(replace(word, text=word.text.strip()) for word in words),
        language=piece.language,
        language_score=piece.language_score,
    )


def _text(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words).strip()
