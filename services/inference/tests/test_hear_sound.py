"""What analysers hear is kept, listed and erased; one that takes too long stops no other."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from framewell.audio.v1.audio_pb2 import AudioAnalysed, AudioExtracted
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import Work
from framewell_inference.adapters.media_objects import ArrowVectors
from framewell_inference.domain.observations import SoundSegment, Word
from framewell_inference.domain.pictures import Float
from framewell_inference.ports.analysers import SoundAnalyser
from framewell_inference.ports.calls import TimeLimitError
from framewell_inference.testing import NO_ANALYSERS, TIMELINE, InferenceBench
from framewell_kit.name_hashes import NameHashes
from framewell_kit.outcome_messages import done, is_done
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.service_bench import NAME_KEY
from framewell_models.manifest import ModelRef

ASSET = asset_called(1)


@dataclass
class Hears:
    """Reports the same whatever it hears, or fails."""

    name: str
    segments: Sequence[SoundSegment] = ()
    error: Exception | None = None
    description: str = "For tests."
    heard: list[int] = field(default_factory=list)

    @property
    def models(self) -> Sequence[ModelRef]:
        return (ModelRef(f"test/{self.name}", "1"),)

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        self.heard = [sum(len(block) for block in blocks) for _ in range(2)]
        if self.error is not None:
            raise self.error
        return self.segments


def sentence(start: float, text: str) -> SoundSegment:
    words = tuple(Word(word, start + at, start + at + 1, 0.5) for at, word in enumerate(text.split()))
    return SoundSegment(start, words[-1].end_seconds, 0.5, "transcript", "", text, words, "de", 0.75)


SAID = [
    sentence(1, "Heute spricht Jörg Müßigbrodt."),
    sentence(6, "Danach das Wetter."),
    sentence(10, "Am Apparat ist Jörg"),
    sentence(15, "Müßigbrodt aus Köln."),
]


async def hear(bench: InferenceBench, generation: int = 1) -> AudioAnalysed:
    work = Work(asset_id=ASSET, generation=generation, timeline=TIMELINE)
    work.timeline.duration_pts = 500
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(64_000))
    speech = await bench.objects.put(sound.getvalue(), media_type="audio/flac", suffix=".flac")
    await bench.decide(ASSET)
    fact = AudioExtracted(work=work, outcome=done(), present=True, rights_revision=1, speech=speech)
    (analysed,) = await bench.deliver(fact)
    assert isinstance(analysed, AudioAnalysed)
    return analysed


async def listed(bench: InferenceBench, **asked: Any) -> list[Any]:
    answer = await bench.call("ListObservations", api.ListObservationsRequest(asset_id=ASSET, **asked))
    return list(answer.observations)


def bench_with(*analysers: Hears) -> InferenceBench:
    sounds: Sequence[SoundAnalyser] = analysers
    return InferenceBench(replace(NO_ANALYSERS, sounds=sounds))


async def test_words_are_kept_with_their_times_and_found_by_their_text() -> None:
    transcript = Hears("transcript", SAID)
    async with bench_with(transcript) as bench:
        (result,) = (await hear(bench)).results
        assert (result.analyser, result.observation_count) == ("transcript", 4)
        assert transcript.heard == [32_000, 32_000], "a sound may be gone through again"
        (found,) = await listed(bench, text="WETTER")
        assert (found.id, found.text) == ("transcript/sound/1", "Danach das Wetter.")
        heard = found.speech_attributes
        assert (heard.language, heard.language_score, heard.start.seconds) == ("de", 0.75, 6)
        words = [(one.text, one.start.seconds, one.end.seconds, one.score) for one in heard.words]
        assert words == [("Danach", 6, 7, 0.5), ("das", 7, 8, 0.5), ("Wetter.", 8, 9, 0.5)]
        assert await listed(bench, text="nirgends") == []


async def test_a_spoken_name_that_is_forgotten_goes_also_across_sentences_and_never_comes_again() -> None:
    async with bench_with(Hears("transcript", SAID)) as bench:
        await hear(bench)
        hashes = [NameHashes(bytes.fromhex(NAME_KEY)).of("Jörg Müßigbrodt")]
        (answer,) = await bench.deliver(erasure_plan("e", class_ids=["x"], name_hashes=hashes))
        assert isinstance(answer, ErasureCompleted)
        assert {one.kind: one.count for one in answer.counts if one.count} == {"observation_sets": 3}
        assert [one.text for one in await listed(bench)] == ["Danach das Wetter."]
        await hear(bench, generation=2)
        assert [one.text for one in await listed(bench)] == ["Danach das Wetter."]
        for key in {one["key"] for one in await bench.documents.find("references", {})}:
            assert "Müßigbrodt".encode() not in await bench.objects.read(key)


async def test_an_analyser_that_takes_too_long_stops_no_other() -> None:
    slow = Hears("slow", error=TimeLimitError("its run took longer than 30 s"))
    async with bench_with(slow, Hears("transcript", SAID)) as bench:
        failed, kept = (await hear(bench)).results
        assert failed.outcome.failed.code == "not_heard"
        assert failed.outcome.failed.detail == (
            "the analyser slow was ended before it had heard all: its run took longer than 30 s"
        )
        assert is_done(kept.outcome)


async def test_sounds_that_a_model_describes_keep_their_vectors_window_by_window() -> None:
    vectors = [np.array(one, np.float32) for one in ((1, 0), (0.8, 0.6), (0, 1))]
    described = [SoundSegment(at, at + 1, 1, "sound", vector=vector) for at, vector in enumerate(vectors)]
    async with bench_with(Hears("house.voices", described)) as bench:
        (result,) = (await hear(bench)).results
        kept = ArrowVectors().decode(await bench.objects.read(result.vectors.key))
        assert kept.tolist() == np.stack(vectors).tolist()
        assert [one.vector_row for one in await listed(bench)] == [0, 1, 2]
