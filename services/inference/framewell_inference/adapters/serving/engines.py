"""One interface, two engines: `Direct` on a CPU, `Batched` (in its own module) on a GPU."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from framewell_inference.adapters.serving.run_slots import ModelQueue, RunSlots
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import Tensors
from framewell_inference.ports.calls import Call, Run


class Runner(Protocol):
    """Runs one graph somewhere. Safe from any thread, blocks the caller's."""

    @property
    def provider(self) -> str: ...

    @property
    def fallback(self) -> str:
        """Return why it is not on the device that the site asks for; empty where it is."""
        ...

    @property
    def tensors(self) -> Tensors: ...

    @property
    def held_bytes(self) -> int:
        """Return how many bytes are its own, as measured after its last run; 0 where that is not known."""
        ...

    def run(self, inputs: Mapping[str, Array], call: Call, seconds: float) -> dict[str, Array]:
        """Return all outputs by name. The run ends with the call, and after so many seconds.

        Raises RunEndedError, RunFailedError, or InvalidInputError for inputs that the runtime refuses.
        """
        ...

    def close(self) -> None:
        """Let go of the graph; runs under way may finish."""
        ...


class Engine(Protocol):
    """Decides when and with whom a run computes. Safe from any thread, blocks the caller's."""

    @property
    def name(self) -> str: ...

    @property
    def runner(self) -> Runner: ...

    def run(self, inputs: Mapping[str, Array], call: Call) -> Run:
        """Return what the run gave. Raises as Runner.run, and ModelBusyError over the queue's bound."""
        ...

    def close(self) -> None:
        """Take no further runs."""
        ...


@dataclass(frozen=True, slots=True)
class Direct:
    """Computes in the caller's thread, when one of the slots is free.

    Measured on a CPU: 1.2-1.9 times the rate of a batching queue, since batching buys nothing there.
    """

    runner: Runner
    slots: RunSlots
    queue: ModelQueue
    seconds: float
    """The longest that one run may take."""
    name: str = "direct"

    def run(self, inputs: Mapping[str, Array], call: Call) -> Run:
        with self.slots.entered(self.queue, call) as waited:
            started = time.perf_counter()
            outputs = self.runner.run(inputs, call, self.seconds)
            return Run(outputs, waited, time.perf_counter() - started)

    def close(self) -> None:
        self.runner.close()
