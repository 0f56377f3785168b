"""A declared model that takes for ever on real pictures: ended by time and by whoever disables it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import yaml

from framewell.model.v1.model_pb2 import ModelRegistered, ModelScope
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import TensorSpec
from framewell_inference.ports.calls import RunCounts, current_call
from framewell_inference.settings import InferenceSettings
from framewell_inference.steps import bounded_looks
from framewell_inference.testing import NO_ANALYSERS, InferenceBench
from framewell_inference.testing.campaigns import Spotter
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.waiting import PATIENCE
from framewell_models.manifest import Manifest
from framewell_models.manifest_reader import read

PICTURES = [np.full((36, 64, 3), value, np.uint8) for value in (10, 250)]
MANIFEST = read(
    yaml.safe_dump(
        {
            "name": "house/endless",
            "version": "1.0",
            "task": "classification",
            "intended_use": "Takes for ever.",
            "licence": {"code": "Apache-2.0", "weights": "Apache-2.0"},
            "files": [{"name": "model.onnx", "sha256": "0" * 64}],
            "preprocessing": {"name": "stretch", "parameters": {"side": 8}},
            "postprocessing": {"name": "scores"},
            "limits": {"seconds": 600},
        }
    )
)


@dataclass
class Endless:
    """A declared model that runs until its call is ended, as one in a process of its own does."""

    manifest: Manifest = MANIFEST
    labels: tuple[str, ...] = ("thing",)
    provider: str = "CPUExecutionProvider"
    fallback: str = ""
    engine: str = "direct"
    metadata: Mapping[str, str] = field(default_factory=dict)
    counts: RunCounts = field(default_factory=RunCounts)
    begun: threading.Event = field(default_factory=threading.Event)
    runs: int = 0

    @property
    def inputs(self) -> list[TensorSpec]:
        return [TensorSpec("x", np.dtype(np.float32), (-1, 3, 8, 8))]

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        self.runs += 1
        self.begun.set()
        while True:
            current_call().check()
            time.sleep(0.005)

    def close(self) -> None: ...


def opened(seconds: float) -> InferenceBench:
    analysers = replace(NO_ANALYSERS, pictures=[Spotter("quick")])
    return InferenceBench(analysers, settings=InferenceSettings(chunk_seconds=seconds))


def plugged_in(bench: InferenceBench) -> Endless:
    model = Endless()
    bench.registry.put(model, in_force=True)  # type: ignore[arg-type]
    bench.registry.enable("house/endless", [ModelScope()])
    return model


def outcomes(analysed: Any) -> dict[str, str]:
    return {one.analyser: one.outcome.failed.detail for one in analysed.results}


async def test_a_model_without_end_is_ended_at_its_time_and_the_others_stand() -> None:
    async with opened(0.1) as bench:
        model = plugged_in(bench)
        found = outcomes(
            await bench.analyse(PICTURES, f"{asset_called(1)}/0/0")
        )  # at once: it is not tried again
        limit = "0.1 s a chunk (FRAMEWELL_INFERENCE_CHUNK_SECONDS)"
        assert found == {
            "quick": "",
            "house.endless": f"the analyser house.endless was ended: it may take {limit}",
        }
        for number in range(1, 5):
            found = outcomes(
                await bench.analyse(PICTURES, f"{asset_called(1)}/0/{number}00", start=number * 100)
            )
        assert model.runs == 3, "then it holds up nobody any more for a while"
        assert "3 times in a row, and is left out for 10 min" in found["house.endless"]


@pytest.mark.parametrize("entry", [ModelRegistered(name="house/endless", revision=1)])
async def test_disabling_a_model_ends_its_look_of_which_people_are_told(
    entry: ModelRegistered, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(60) as bench:
        model = plugged_in(bench)
        looking = asyncio.create_task(bench.analyse(PICTURES, f"{asset_called(1)}/0/0"))
        await asyncio.to_thread(model.begun.wait, PATIENCE)
        monkeypatch.setattr(bounded_looks, "LONG_SECONDS", 0.0)
        (told,) = bench.service.notes["looks"]()
        assert told.startswith("house/endless@1.0 has looked at the pictures of a chunk for ")
        await bench.deliver(entry)
        found = outcomes(await asyncio.wait_for(looking, PATIENCE))
    assert found == {
        "quick": "",
        "house.endless": "the analyser house.endless was ended: the model was disabled or removed meanwhile",
    }
