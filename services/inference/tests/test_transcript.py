"""What is said: pieces of speech, words at their borders, times, sentences; Whisper itself where it is."""

from __future__ import annotations

import os
import wave
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.analysers.speech import SpeechAnalyser
from framewell_inference.analysers.transcript.alignment import token_times, warped
from framewell_inference.analysers.transcript.analyser import TranscriptAnalyser, placed, sentences
from framewell_inference.analysers.transcript.features import log_mel
from framewell_inference.analysers.transcript.pieces import Cut, Reader, Stretch, next_cut
from framewell_inference.analysers.transcript.recogniser import Piece, Recogniser, goes_round
from framewell_inference.analysers.transcript.tokens import Tokens
from framewell_inference.domain.observations import SoundSegment, Word
from framewell_inference.domain.pictures import Array, Float
from framewell_models.folders import default_root, is_there, open_folder, shipped

RATE = 16_000


def said(*words: tuple[str, float, float], language: str = "de") -> Piece:
    return Piece([Word(text, start, end, 0.5) for text, start, end in words], language, 0.9)


def test_a_piece_ends_in_a_pause_and_leaves_long_ones_out() -> None:
    stretches = [Stretch(1, 10), Stretch(11, 20), Stretch(21, 40), Stretch(60, 61)]
    first = next_cut(stretches, 0)
    assert first == Cut(0.8, 20.2, goes_on=False)
    assert next_cut(stretches, first.end) == Cut(20.8, 40.2, goes_on=False)
    assert next_cut(stretches, 40.2) == Cut(59.8, 61.2, goes_on=False)
    assert next_cut(stretches, 61.2) is None


def test_speech_without_a_pause_is_cut_where_a_piece_must_end() -> None:
    assert next_cut([Stretch(10, 100)], 0) == Cut(9.8, 37.8, goes_on=True)
    assert next_cut([Stretch(10, 100)], 35) == Cut(35, 63, goes_on=True)
    assert next_cut([Stretch(10, 100)], 90) == Cut(90, 100.2, goes_on=False)


@pytest.mark.parametrize("block", [7, 1000, 100_000])
def test_pieces_are_read_forward_and_a_little_back(block: int) -> None:
    sound = np.arange(60_000, dtype=np.float32)
    read = Reader([sound[at : at + block] for at in range(0, len(sound), block)], 1000)
    for start, end in ((0.5, 10), (9, 37), (36.5, 60), (59, 70)):
        assert np.array_equal(read(start, end), sound[round(start * 1000) : round(end * 1000)])


@dataclass
class Speaks:
    """Finds speech where it is told."""

    segments: Sequence[tuple[float, float]]

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        for _ in blocks:
            pass
        return [SoundSegment(start, end, 1, "speech") for start, end in self.segments]


@dataclass
class Counts:
    """Hears a word every second, whose text is the second of the asset in which it begins."""

    heard: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, samples: Float, expected: str = "") -> Piece:
        first = int(samples[0]) if len(samples) else 0
        self.heard.append((first, len(samples)))
        ends = range(-(-first // RATE), (first + len(samples)) // RATE)
        return said(*((f" {at}", at - first / RATE, at + 0.9 - first / RATE) for at in ends))


def counted(*segments: tuple[float, float], seconds: int = 120) -> tuple[Sequence[SoundSegment], Counts]:
    sound = np.arange(seconds * RATE, dtype=np.float64)
    blocks = [sound[at : at + 4096] for at in range(0, len(sound), 4096)]
    recogniser = Counts()
    analyser = TranscriptAnalyser(Speaks(segments), recogniser)  # type: ignore[arg-type]
    return analyser.listen(blocks), recogniser  # type: ignore[arg-type]


def test_no_word_is_lost_or_said_twice_where_pieces_meet() -> None:
    found, recogniser = counted((2, 101))
    words = [word.text for sentence in found for word in sentence.words]
    assert words == [str(at) for at in range(2, 101)]
    assert len(recogniser.heard) == 4
    assert max(length for _, length in recogniser.heard) <= 30 * RATE


def test_nothing_is_said_where_nobody_speaks() -> None:
    found, recogniser = counted()
    assert (found, recogniser.heard) == ([], [])
    found, _ = counted((10, 12), (14.5, 15.5))
    assert [word.text for sentence in found for word in sentence.words] == ["10", "11", "12", "14"]


@dataclass
class SilentWhenLong(Counts):
    """Loses the thread in pieces of more than 12 seconds."""

    def __call__(self, samples: Float, expected: str = "") -> Piece:
        piece = super().__call__(samples, expected)
        return piece if len(samples) <= 12 * RATE else said()


def test_a_piece_of_which_nothing_comes_is_heard_anew_in_shorter_ones() -> None:
    recogniser = SilentWhenLong()
    sound = np.arange(60 * RATE, dtype=np.float64)
    segments = [(2, 9), (10, 18), (19, 27)]
    found = TranscriptAnalyser(Speaks(segments), recogniser).listen([sound])  # type: ignore[arg-type,list-item]
    words = {word.text for sentence in found for word in sentence.words}
    assert words >= {str(at) for first, last in segments for at in range(first, last)}


def test_words_outside_of_speech_are_made_up() -> None:
    cut = Cut(10, 20, goes_on=False)
    piece = placed(said((" ja", 1, 2), (" Musik", 6, 8)), cut, [Stretch(10.5, 12.5)])
    assert [(word.text, word.start_seconds) for word in piece.words] == [(" ja", 11)]


def test_sentences_end_with_their_mark_at_a_pause_and_before_they_are_too_long() -> None:
    piece = said((" Guten", 0, 0.4), (" Abend.", 0.4, 1), (" Heute", 1, 1.5), (" hier", 2.6, 3))
    found = list(sentences(piece))
    assert [one.text for one in found] == ["Guten Abend.", "Heute", "hier"]
    assert [(one.start_seconds, one.end_seconds) for one in found] == [(0, 1), (1, 1.5), (2.6, 3)]
    assert [word.text for word in found[0].words] == ["Guten", "Abend."]
    assert {(one.kind, one.language, one.language_score) for one in found} == {("transcript", "de", 0.9)}
    abbreviated = said(
        (" Dr.", 0, 0.3), (" Müller", 0.3, 1), (" am", 1, 1.2), (" 19.", 1.2, 2), (" Mai", 2, 3)
    )
    assert [one.text for one in sentences(abbreviated)] == ["Dr. Müller am 19. Mai"]
    long = said(*((f" Wort{at:02d}", at * 0.2, at * 0.2 + 0.2) for at in range(30)))
    assert max(len(one.text) for one in sentences(long)) <= 84


def byte_tokens(*texts: str) -> Tokens:
    """Return tokens of these texts, in the characters that stand for their bytes, behind one a byte."""
    to_character = {byte: character for character, byte in Tokens([])._bytes.items()}
    return Tokens(["".join(to_character[byte] for byte in text.encode()) for text in texts])


def test_words_are_put_together_of_tokens_with_their_punctuation() -> None:
    tokens = byte_tokens(" Mü", "ß", "ig", ",", " „", "brodt", "“", " 5")
    assert tokens.text(range(8)) == " Müßig, „brodt“ 5"
    assert tokens.words(range(8), "de") == [(" Müßig,", 4), (" „brodt“", 3), (" 5", 1)]


def test_a_character_may_be_several_tokens() -> None:
    tokens = Tokens([*byte_tokens(" K").texts, "Ã", "¶", *byte_tokens("ln").texts])
    assert tokens.words(range(4), "de") == [(" Köln", 4)]
    assert tokens.words(range(4), "ja") == [(" K", 1), ("ö", 2), ("ln", 1)]


def test_the_cheapest_path_is_the_cheapest_of_all() -> None:
    def cheapest(costs: Array) -> float:
        rows, columns = costs.shape
        best = np.full((rows, columns), np.inf)
        for row in range(rows):
            for column in range(columns):
                before = [
                    best[row - down, column - right]
                    for down, right in ((1, 1), (1, 0), (0, 1))
                    if row >= down and column >= right
                ]
                best[row, column] = costs[row, column] + min(before, default=0)
        return float(best[-1, -1])

    for seed in range(20):
        costs = np.random.default_rng(seed).random((1 + seed % 5, 3 + seed % 7))
        rows, columns = warped(costs)
        assert (rows[0], columns[0], rows[-1], columns[-1]) == (0, 0, *np.subtract(costs.shape, 1))
        assert costs[rows, columns].sum() == pytest.approx(cheapest(costs))


def test_a_token_begins_where_the_decoder_looks() -> None:
    looked = np.full((2, 3, 1500), -9.0, np.float32)
    for token, (first, last) in enumerate(((0, 50), (50, 120), (120, 150))):
        looked[:, token, first:last] = 9
    assert token_times(looked, 3) == pytest.approx([0, 1, 2.4], abs=0.1)


def test_a_text_that_goes_round_in_circles_is_known() -> None:
    assert goes_round([1, 2, *[7, 8, 9] * 5])
    assert not goes_round([1, 2, *[7, 8, 9] * 4])
    assert not goes_round([1, 2, 3])


def test_a_tone_stands_in_its_band_and_silence_is_even() -> None:
    at = np.arange(RATE) / RATE
    bands = log_mel(np.sin(2 * np.pi * 1000 * at).astype(np.float32))
    assert bands.shape == (80, 3000)
    assert bands[:, 50].argmax() in (25, 26)
    assert np.ptp(log_mel(np.zeros(0, np.float32))) == 0


@pytest.fixture(scope="module")
def transcript() -> TranscriptAnalyser:
    """Return the analyser with the models of FRAMEWELL_TEST_MODELS, where CI has the optional ones."""
    root = Path(os.environ.get("FRAMEWELL_TEST_MODELS", default_root()))
    refs = {manifest.name: manifest.ref for manifest in shipped()}
    if not is_there(root, refs["speech/whisper-decoder"]):
        pytest.skip("Whisper is not installed: framewell models pull --with transcript")
    loader = OnnxLoader(1)
    vad, encoder, decoder = (
        loader.load(open_folder(root, refs[f"speech/{name}"]), trusted=True)
        for name in ("silero-vad", "whisper-encoder", "whisper-decoder")
    )
    return TranscriptAnalyser(SpeechAnalyser(vad), Recogniser(encoder, decoder))


def test_whisper_writes_a_reading_down_with_times(
    transcript: TranscriptAnalyser, media: Callable[[str], Path]
) -> None:
    with wave.open(str(media("reading-1.wav"))) as source:
        samples = np.frombuffer(source.readframes(source.getnframes()), "<i2")
    spoken = np.asarray(samples / 32768, np.float32)
    before = np.zeros(10 * RATE, np.float32)
    found = transcript.listen([before, spoken, before])
    text = " ".join(one.text for one in found)
    assert text == (
        "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power "
        "to do for them."
    )
    assert {one.language for one in found} == {"en"}
    words = [word for one in found for word in one.words]
    assert 10 < words[0].start_seconds < 10.8
    assert 10 + len(samples) / RATE - 1 < words[-1].end_seconds < 10 + len(samples) / RATE + 0.3
    assert all(one.start_seconds <= one.end_seconds for one in words)
    assert [one.start_seconds for one in words] == sorted(one.start_seconds for one in words)
    again = transcript.listen([before, spoken, before])
    assert again == found, "a rerun says the same"


def test_whisper_makes_nothing_up_over_noise(transcript: TranscriptAnalyser) -> None:
    noise = np.random.default_rng(1).standard_normal(10 * RATE).astype(np.float32) * 0.1
    piece = transcript.recogniser(noise)
    assert not piece.words, " ".join(word.text for word in piece.words)


def test_a_language_that_the_model_does_not_know_is_refused(transcript: TranscriptAnalyser) -> None:
    whisper = transcript.recogniser
    with pytest.raises(ValueError, match="knows no language deutsch; it knows af, am"):
        Recogniser(whisper.encoder, whisper.decoder, ["en", "deutsch"])
    known = Recogniser(whisper.encoder, whisper.decoder, ["de"])
    assert known(np.zeros(RATE, np.float32)).language == "de"
