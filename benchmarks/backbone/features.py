"""Where the microseconds of our stage go: its CPU time, shared out among what it does for a message.

The stage runs as in the contest while its main thread is sampled a thousand times a second; the CPU time
since the last sample goes to the innermost frame that a rule below knows, so that what a library does for us
is counted where we asked for it. The shares add up to the CPU time that the contest measured. Nothing is
switched off for it.
"""

import json
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from timeit import repeat
from types import CodeType, FrameType

from benchmarks.backbone.contest import RUN_SECONDS, process_variables
from benchmarks.backbone.contestants import framewell_stage
from benchmarks.backbone.environment import Environment, Void
from benchmarks.backbone.task import Stopwatch, Task, Timing
from benchmarks.backbone.work import inputs
from framewell.asset.v1.asset_pb2 import AssetRejected

RUNS = 5
SAMPLE_SECONDS = 0.001
GOAL_US = 6.0

HANDLER = "the handler"
READING = "decode, validate"
DERIVING = "derive ids, encode"
TRACING = "trace context and spans"
REPORTING = "metrics, line, span a batch"
EXPORTING = "telemetry exporters"
RUNTIME = "key queues, offsets, retries, commits"
SENDING = "write: partition, batch, send"
POLLING = "read: fetch, unpack"
LOOP = "event loop, sockets"

# The first rule that fits a frame has it: a part of its file's path, and a function of that file or any. None
# leaves it to whoever called.
_RULES: tuple[tuple[str, frozenset[str], str | None], ...] = (
    ("framewell_kit/stream/aiokafka_compat/lost_connection.py", frozenset(), None),
    ("benchmarks/backbone/", frozenset({"__call__", "answer", "begin"}), HANDLER),
    ("framewell_contracts/cloudevents.py", frozenset({"encode_fact", "_shared_headers"}), DERIVING),
    ("framewell_contracts/cloudevents.py", frozenset(), READING),
    ("framewell_contracts/json_events.py", frozenset(), READING),
    ("framewell_contracts/identity.py", frozenset(), DERIVING),
    ("framewell_contracts/fact_types.py", frozenset({"topic"}), DERIVING),
    ("framewell_kit/stream/producer/outgoing.py", frozenset(), DERIVING),
    ("framewell_kit/telemetry/tracing.py", frozenset(), TRACING),
    ("framewell_kit/telemetry/context.py", frozenset(), TRACING),
    ("framewell_kit/telemetry/", frozenset(), REPORTING),
    ("framewell_kit/stream/producer/", frozenset(), SENDING),
    ("framewell_kit/stream/", frozenset(), RUNTIME),
    ("framewell_kafka/aiokafka_compat/batch_decoding.py", frozenset(), POLLING),
    ("aiokafka/producer/", frozenset(), SENDING),
    ("aiokafka/consumer/", frozenset(), POLLING),
    ("faststream/", frozenset(), POLLING),
)
FEATURES = (
    POLLING, READING, TRACING, HANDLER, DERIVING, RUNTIME, SENDING, REPORTING, EXPORTING, LOOP,
)  # fmt: skip
OBSERVING_AND_VALIDATING = (READING, TRACING, REPORTING, EXPORTING)


@dataclass(frozen=True, slots=True)
class Profile:
    """Microseconds of CPU a message, by feature: shares of what the contest measured without sampling.

    `parse_us` is what parsing the same message costs alone: no part of validation.
    """

    by_feature: dict[str, float]
    parse_us: float

    @property
    def observing_and_validating_us(self) -> float:
        """What the goal is about: everything that watches and checks, without the parsing itself."""
        return sum(self.by_feature[one] for one in OBSERVING_AND_VALIDATING) - self.parse_us


class Sampler(Stopwatch):
    """A stopwatch that also samples where its process is, while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._sampled = self._sampling = 0.0

    def begin(self) -> None:
        if not self._sampled:
            self._sampled = time.thread_time()
            signal.signal(signal.SIGALRM, self._sample)
            signal.setitimer(signal.ITIMER_REAL, SAMPLE_SECONDS, SAMPLE_SECONDS)
        super().begin()

    def timing(self, messages: int) -> Timing:
        signal.setitimer(signal.ITIMER_REAL, 0)
        taken = super().timing(messages)
        others = taken.cpu_seconds - self._sampling - sum(self.seconds.values())
        self.seconds[EXPORTING] += max(others, 0.0)
        return taken

    def _sample(self, _: int, frame: FrameType | None) -> None:
        now = time.thread_time()
        self.seconds[_feature_of(frame)] += now - self._sampled
        self._sampled = time.thread_time()
        self._sampling += self._sampled - now


def measure(environment: Environment, folder: Path, cpu_us: float, runs: int = RUNS) -> Profile:
    """Share out `cpu_us` by fresh runs of our stage. Raises Void when a run fails or loses an event.

    Shares, because sampling costs time too, and that spreads over everything.
    """
    found = [_profiled(environment, folder) for _ in range(runs)]
    usual = {one: median(run.get(one, 0.0) for run in found) for one in FEATURES}
    scale = cpu_us / sum(usual.values())
    return Profile({one: us * scale for one, us in usual.items()}, _parse_us())


def _profiled(environment: Environment, folder: Path) -> dict[str, float]:
    with (folder / "features.log").open("wb") as log:
        ended = subprocess.run(
            [sys.executable, "-m", "benchmarks.backbone.features", environment.task().dump()],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            timeout=RUN_SECONDS, check=False, env=process_variables(),
        )  # fmt: skip
    if ended.returncode:
        raise Void(f"the profiled stage ended with status {ended.returncode}: see {log.name}")
    environment.check()
    profile: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return profile


def _feature_of(frame: FrameType | None) -> str:
    while frame is not None:
        feature = _rule_for(frame.f_code)
        if feature is not None:
            return feature
        frame = frame.f_back
    return LOOP


@cache
def _rule_for(code: CodeType) -> str | None:
    for part, functions, feature in _RULES:
        if part in code.co_filename and (not functions or code.co_name in functions):
            return feature
    return None


def _parse_us() -> float:
    value = next(inputs(1)).value
    times = 10_000
    return min(repeat(lambda: AssetRejected.FromString(value), number=times, repeat=5)) / times * 1e6


def main() -> None:
    """Run one task under the sampler; microseconds a message by feature on the last line of stdout."""
    task = Task.parse(sys.argv[1])
    sampler = Sampler()
    framewell_stage.run(task, sampler)
    print(json.dumps({name: spent / task.messages * 1e6 for name, spent in sampler.seconds.items()}))


if __name__ == "__main__":
    main()
