"""Who takes part, and one run: a fresh process, its timing, and the proof that it lost nothing."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.backbone.environment import Environment, Void
from benchmarks.backbone.task import Timing

RUN_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """One row of the table.

    `module` runs it; `goal` is the least ratio of our rate to its rate; `slow` ones get fewer messages.
    """

    name: str
    module: str
    goal: float | None = None
    slow: bool = False


LIMIT = Contestant("librdkafka, pipelined", "librdkafka_pipelined", goal=0.60)
OURS = Contestant("framewell Stage, everything on", "framewell_stage")
CONTESTANTS = (
    LIMIT,
    Contestant("librdkafka, flush and commit a batch", "librdkafka_flush"),
    Contestant("aiokafka, getmany + send + commit", "raw_aiokafka", goal=1.15),
    Contestant("FastStream batch, instrumented", "faststream_batch", goal=8.0, slow=True),
    Contestant("FastStream single, instrumented", "faststream_single", goal=40.0, slow=True),
    OURS,
)


def run(contestant: Contestant, environment: Environment, folder: Path) -> Timing:
    """Run it once in a process of its own. Raises Void when it fails, takes too long or loses an event."""
    log = folder / f"{contestant.module}.log"
    with log.open("wb") as stderr:
        try:
            ended = subprocess.run(
                [
                    sys.executable, "-m", "benchmarks.backbone.contestants",
                    contestant.module, environment.task().dump(),
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
                timeout=RUN_SECONDS, check=False, env=process_variables(),
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            raise Void(f"{contestant.name} did not end within {RUN_SECONDS:.0f} s") from late
    if ended.returncode:
        tail = " | ".join(log.read_text(errors="replace").splitlines()[-3:])
        raise Void(f"{contestant.name} ended with status {ended.returncode}: {tail}")
    try:
        environment.check()
    except Void as loss:
        raise Void(f"{contestant.name}: {loss}") from loss
    return Timing(**json.loads(ended.stdout.splitlines()[-1]))


def process_variables() -> dict[str, str]:
    """Without a person's own settings of the mesh."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FRAMEWELL_")}
