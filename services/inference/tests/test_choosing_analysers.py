"""Who looks at a chunk: declared models that are enabled for it, and no more than a live programme leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import numpy as np
import pytest
import yaml

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkTranscoded
from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import Span, Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE, Lane
from framewell.model.v1.model_pb2 import ModelScope
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Array, Frame
from framewell_inference.domain.tensors import TensorSpec
from framewell_inference.ports.calls import Call, Priority, RunCounts, calling
from framewell_inference.steps.live_budget import LiveBudget
from framewell_inference.steps.look_at_frames import LookAtFrames, SkippedError
from framewell_inference.testing import TIMELINE, InferenceBench, frame_bundle
from framewell_kit.outcome_messages import done
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.waiting import PATIENCE
from framewell_models.manifest import Manifest, ModelRef
from framewell_models.manifest_reader import read

Sampled = Callable[..., list[Frame]]

PICTURES = [np.full((36, 64, 3), value, np.uint8) for value in (10, 250)]


def declared(name: str, **more: Any) -> Manifest:
    return read(
        yaml.safe_dump(
            {
                "name": name,
                "version": "1",
                "task": "classification",
                "intended_use": "Tells bright pictures from dark ones.",
                "licence": {"code": "Apache-2.0", "weights": "Apache-2.0"},
                "files": [{"name": "model.onnx", "sha256": "0" * 64}],
                "preprocessing": {"name": "stretch", "parameters": {"side": 8}},
                "postprocessing": {"name": "scores"},
                **more,
            }
        )
    )


@dataclass
class Brightness:
    """A declared model: as sure as the picture is bright."""

    manifest: Manifest
    labels: Sequence[str] = ("bright",)
    provider: str = "CPUExecutionProvider"
    engine: str = "direct"
    metadata: Mapping[str, str] = field(default_factory=dict)
    counts: RunCounts = field(default_factory=RunCounts)
    rows: int = 0

    @property
    def inputs(self) -> list[TensorSpec]:
        return [TensorSpec("x", np.dtype(np.float32), (-1, 3, 8, 8))]

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        self.rows += len(inputs["x"])
        return {"scores": inputs["x"].mean(axis=(1, 2, 3))[:, None]}

    def close(self) -> None: ...


@pytest.fixture
async def bench() -> Any:
    async with InferenceBench() as one:
        yield one


def plug_in(bench: InferenceBench, model: Brightness, *scopes: ModelScope) -> None:
    bench.registry.put(model, in_force=True)  # type: ignore[arg-type]
    bench.registry.enable(model.manifest.name, scopes)


async def test_an_enabled_model_looks_at_every_chunk_and_is_named(bench: InferenceBench) -> None:
    plug_in(bench, Brightness(declared("house/bright")), ModelScope())
    analysed = await bench.analyse(PICTURES, f"{asset_called(1)}/0/0")
    (result,) = analysed.results
    assert (result.analyser, result.model.name, result.model.version) == ("house.bright", "house/bright", "1")
    seen = ObservationSet.FromString(await bench.objects.read(result.observation_set))
    (bright,) = seen.observations
    assert (bright.id, bright.label, bright.span.start_pts) == ("house.bright/0/0/0", "bright", 10)
    assert bright.model.name == "house/bright"


async def test_a_model_that_is_not_enabled_for_the_programme_looks_at_nothing(bench: InferenceBench) -> None:
    model = Brightness(declared("house/bright"))
    plug_in(bench, model, ModelScope(series="Abendschau"))
    assert not (await bench.analyse(PICTURES, f"{asset_called(1)}/0/0")).results
    assert model.rows == 0


async def test_an_enabled_model_does_not_look_at_what_may_not_be_analysed(bench: InferenceBench) -> None:
    model = Brightness(declared("house/bright"))
    plug_in(bench, model, ModelScope())
    await bench.decide(asset_called(1), 1, (10, 20))
    analysed = await bench.analyse(PICTURES, f"{asset_called(1)}/0/0")
    assert [one.observation_count for one in analysed.results] == [0]
    assert model.rows == 1
    await bench.decide(asset_called(2), 1, allowed=False)
    analysed = await bench.analyse(PICTURES, f"{asset_called(2)}/0/0")
    assert analysed.outcome.failed.code == "withheld"
    assert model.rows == 1


async def test_a_model_that_runs_elsewhere_is_not_shown_what_stays_on_site(bench: InferenceBench) -> None:
    model = Brightness(declared("house/far", source="oip://127.0.0.1:9/bright"))
    plug_in(bench, model, ModelScope())
    analysed = await analyse(bench, LANE_ARCHIVE, labels={"on-site": "true"})
    (result,) = analysed.results
    assert (result.analyser, result.outcome.failed.code) == ("house.far", "stays_on_site")
    assert "stays on site" in result.outcome.failed.detail
    assert model.rows == 0


async def analyse(bench: InferenceBench, lane: Lane.ValueType, **work: Any) -> ChunkAnalysed:
    await bench.decide(asset_called(9))
    fact = ChunkTranscoded(
        work=Work(asset_id=asset_called(9), generation=1, timeline=TIMELINE, lane=lane, **work),
        chunk_id=f"{asset_called(9)}/0/0",
        span=Span(start_pts=0, end_pts=20, frames=20),
        outcome=done(),
        frames=await bench.objects.put(frame_bundle(PICTURES), media_type="application/arrow"),
    )
    analysed, *_ = await bench.deliver(fact, group="inference.analyse_chunk")
    assert isinstance(analysed, ChunkAnalysed)
    return analysed


@dataclass
class Slow:
    """An analyser that takes so many seconds of a clock for each picture."""

    name: str
    seconds: float
    clock: list[float]
    looked: int = 0
    description: str = "Nothing."
    models: Sequence[ModelRef] = (ModelRef("slow/model", "1"),)

    def begin(self, *, still: bool = False) -> Slow:
        return self

    def look(self, frames: Sequence[Frame]) -> None:
        self.looked += len(frames)
        self.clock[0] += self.seconds * len(frames)

    def finish(self) -> Findings:
        return Findings(self.name, self.models[0], ())


@pytest.fixture
def slow() -> tuple[LookAtFrames, list[Slow]]:
    clock = [0.0]
    analysers = [
        Slow(name, seconds, clock) for name, seconds in (("dear", 0.5), ("cheap", 0.1), ("fair", 0.2))
    ]
    return LookAtFrames(now=lambda: clock[0]), analysers


def test_the_dearest_is_skipped_where_time_is_short_and_it_is_said(
    slow: tuple[LookAtFrames, list[Slow]], frames: Sampled
) -> None:
    look, analysers = slow
    sampled = frames(PICTURES * 2)  # 4 pictures: 0.4 s, 0.8 s and 2.0 s
    first = look(sampled, analysers, budget_seconds=2.0)
    assert not any(isinstance(one, Exception) for one in first.values()), "nobody has been measured yet"
    second = look(sampled, analysers, budget_seconds=2.0)
    assert {name: type(one) for name, one in second.items()} == {
        "cheap": Findings,
        "fair": Findings,
        "dear": SkippedError,
    }
    assert str(second["dear"]) == (
        "the analyser dear was skipped to keep up with the programme, "
        "as 2.0 s were not enough for all analysers"
    )
    assert [one.looked for one in analysers] == [4, 8, 8]


def test_without_a_budget_everybody_looks(slow: tuple[LookAtFrames, list[Slow]], frames: Sampled) -> None:
    look, analysers = slow
    for _ in range(3):
        assert not any(isinstance(one, Exception) for one in look(frames(PICTURES), analysers).values())


@dataclass
class Waiting(Slow):
    """Looks only while another one of its kind does."""

    others: Barrier = field(default_factory=lambda: Barrier(2, timeout=PATIENCE))

    def look(self, frames: Sequence[Frame]) -> None:
        self.others.wait()
        if self.seconds < 0:
            raise ZeroDivisionError(self.name)


def test_at_a_live_chunk_analysers_look_at_the_same_time(frames: Sampled) -> None:
    both, sampled = Barrier(2, timeout=PATIENCE), frames(PICTURES)
    sound, broken = Waiting("sound", 1, [0.0], others=both), Waiting("broken", -1, [0.0], others=both)
    look = LookAtFrames(threads=2)
    with calling(Call(Priority.LIVE)):
        found = look(sampled, [sound, broken], tolerate=True)
        assert {name: type(one) for name, one in found.items()} == {
            "sound": Findings,
            "broken": ZeroDivisionError,
        }
        with pytest.raises(ZeroDivisionError, match="broken"):
            look(sampled, [sound, broken])


@pytest.mark.parametrize(
    ("lane", "waited", "share", "seconds"),
    [
        (LANE_ARCHIVE, 90, 1.0, None),
        (LANE_LIVE, 30, 1.0, None),
        (LANE_LIVE, 90, 1.0, 0.8),
        (LANE_LIVE, 90, 0.0, None),
    ],
)
def test_only_a_live_programme_that_lags_has_a_budget(
    lane: Lane.ValueType, waited: int, share: float, seconds: float | None
) -> None:
    """A second of analysis for a second of programme: the chunk lasts 20 ticks of 1/25 s."""
    clock = HeldClock()
    fact = ChunkTranscoded(work=Work(timeline=TIMELINE, lane=lane), span=Span(start_pts=0, end_pts=20))
    budget = LiveBudget(share, 60, clock).seconds(fact, clock.now() - timedelta(seconds=waited))
    assert budget == (seconds and pytest.approx(seconds))


async def test_the_budget_counts_from_when_the_chunk_was_transcoded(
    bench: InferenceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []

    def seconds(_: LiveBudget, fact: ChunkTranscoded, transcoded_at: datetime) -> None:
        asked.append(transcoded_at)

    monkeypatch.setattr(LiveBudget, "seconds", seconds)
    assert (await analyse(bench, LANE_LIVE)).outcome.HasField("done")
    assert asked == [bench.clock.now()]
