"""The benchmark itself: that it runs, and that it notices an event without an output. It times nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from confluent_kafka import Producer

from benchmarks.backbone.contest import CONTESTANTS
from benchmarks.backbone.environment import Environment, Void
from benchmarks.backbone.work import answer
from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.media.v1.media_pb2 import Work

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


def test_every_contestant_answers_every_event() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.backbone", "--quick", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    measured = json.loads(ended.stdout)
    assert [row["name"] for row in measured["rates"]] == [one.name for one in CONTESTANTS]
    assert measured["latency"]["p50_ms"] > 0
    assert sum(measured["features"]["by_feature"].values()) > 0


def test_a_run_that_loses_an_event_is_void(broker: str) -> None:
    environment = Environment.prepared(broker, 3, "")
    task = environment.task()
    producer = Producer({"bootstrap.servers": broker})
    for number in (0, 2):
        fact = AssetRejected(work=Work(asset_id="a", generation=number))
        producer.produce(task.writes, answer(fact).SerializeToString())
    producer.flush(10)
    with pytest.raises(Void, match="1 of 3 events have no output, first 1"):
        environment.check()
