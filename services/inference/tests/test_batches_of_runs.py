"""The batching engine, tried on a CPU: who is joined with whom, and who pays for whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.serving.batched import Batched, Batches, padded_rows
from framewell_inference.adapters.serving.devices import CPU, CUDA
from framewell_inference.adapters.serving.in_process import InProcess
from framewell_inference.adapters.serving.run_slots import ModelQueue
from framewell_inference.adapters.serving.sessions import open_session, tensors
from framewell_inference.adapters.serving.watch import Watch
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, Tensors, TensorSpec
from framewell_inference.ports.calls import Call, CallEndedError, DeadlineError, ModelBusyError, Priority, Run
from framewell_inference.testing.graphs import doubling, manifest_of
from framewell_kit.testing.waiting import wait_until

PATIENT = 5.0


class Device:
    """A runner that doubles rows, one batch at a time when told to wait; a row of -1 fails its batch."""

    provider = "TestExecutionProvider"
    fallback = ""
    held_bytes = 0
    tensors = Tensors((TensorSpec("x", np.dtype("float32"), (-1, 2)),), (), {})

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.seen: list[Array] = []
        self.ended: list[str] = []

    def run(self, inputs: Mapping[str, Array], call: Call, seconds: float) -> dict[str, Array]:
        self.seen.append(inputs["x"])
        with call.on_end(lambda: self.ended.append("ended")):
            while not self.go.wait(0.01) and not self.ended:
                assert seconds
        call.check()
        if (inputs["x"] < 0).any():
            raise InvalidInputError("a row is below nothing")
        return {"y": inputs["x"] * 2}

    def close(self) -> None:
        """Nothing is held."""


def engine(device: Device, *, bound: int = 100, **batches: object) -> Batched:
    return Batched(device, ModelQueue("m", bound), Batches(**{"rows": 8, "delay_seconds": 0.2} | batches), 5)  # type: ignore[arg-type]


def rows(*values: float) -> dict[str, Array]:
    return {"x": np.array([[value, value] for value in values], np.float32)}


def held(device: Device, pool: ThreadPoolExecutor, batched: Batched) -> list[Future[Run]]:
    """Occupy both batches that may be under way, so that what comes next has to wait."""
    device.go.clear()
    first = []
    for at in range(2):
        first.append(
            pool.submit(batched.run, {"x": np.full((1, 3 + at), 9, np.float32)}, Call(deadline=None))
        )
        wait_until(lambda at=at: len(device.seen) == at + 1)  # type: ignore[misc]
    return first


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(40)


def test_runs_that_wait_together_are_one_batch_and_each_gets_its_rows(pool: ThreadPoolExecutor) -> None:
    device = Device()
    batched = engine(device)
    first = held(device, pool, batched)
    runs = [pool.submit(batched.run, rows(at, at + 0.5), Call()) for at in range(4)]
    wait_until(lambda: batched._queue.waiting == 4)
    device.go.set()
    for at, run in enumerate(runs):
        got = run.result(PATIENT)
        assert got.outputs["y"].tolist() == [[2 * at] * 2, [2 * at + 1] * 2]
        assert got.queue_seconds > 0
    assert [one.result(PATIENT).outputs["y"].shape for one in first] == [(1, 3), (1, 4)]
    assert sorted(batched.batch_sizes) == [1, 1, 8]


def test_a_batch_is_never_larger_than_allowed_and_kinds_are_not_mixed(pool: ThreadPoolExecutor) -> None:
    device = Device()
    batched = engine(device, rows=3)
    held(device, pool, batched)
    runs = [pool.submit(batched.run, rows(at), Call()) for at in range(7)]
    other = pool.submit(batched.run, {"x": np.ones((1, 5), np.float32)}, Call())
    wait_until(lambda: batched._queue.waiting == 8)
    device.go.set()
    assert sorted(run.result(PATIENT).outputs["y"][0, 0] for run in runs) == [2 * at for at in range(7)]
    assert other.result(PATIENT).outputs["y"].shape == (1, 5)
    assert max(batched.batch_sizes) == 3


def test_live_runs_come_first(pool: ThreadPoolExecutor) -> None:
    device = Device()
    batched = engine(device, rows=1, delay_seconds=0.0)
    held(device, pool, batched)
    for at, priority in enumerate([Priority.BATCH, Priority.ARCHIVE, Priority.LIVE]):
        pool.submit(batched.run, rows(at), Call(priority))
        wait_until(lambda at=at: batched._queue.waiting == at + 1)  # type: ignore[misc]
    batched._picks = 0
    device.go.set()
    wait_until(lambda: len(device.seen) == 5)
    assert sorted(value[0, 0] for value in device.seen[2:4]) == [1, 2]


def test_one_bad_run_in_a_batch_fails_alone(pool: ThreadPoolExecutor) -> None:
    device = Device()
    batched = engine(device)
    held(device, pool, batched)
    good = [pool.submit(batched.run, rows(at), Call()) for at in (1, 2)]
    bad = pool.submit(batched.run, rows(-1), Call())
    wait_until(lambda: batched._queue.waiting == 3)
    device.go.set()
    assert [run.result(PATIENT).outputs["y"][0, 0] for run in good] == [2, 4]
    with pytest.raises(InvalidInputError):
        bad.result(PATIENT)


def test_what_was_called_off_is_not_computed_and_a_batch_ends_only_when_all_have(
    pool: ThreadPoolExecutor,
) -> None:
    device = Device()
    batched = engine(device)
    held(device, pool, batched)
    gone, stays = Call(), Call()
    first, second = pool.submit(batched.run, rows(1), gone), pool.submit(batched.run, rows(2), stays)
    wait_until(lambda: batched._queue.waiting == 2)
    gone.end("the caller has gone")
    with pytest.raises(CallEndedError):
        first.result(PATIENT)
    with pytest.raises(DeadlineError):
        batched.run(rows(3), Call(deadline=time.monotonic() + 0.05))  # time: it ends then
    assert batched._queue.waiting == 1
    device.go.set()
    assert second.result(PATIENT).outputs["y"].tolist() == [[4, 4]]
    assert [value[0, 0] for value in device.seen[2:]] == [2]
    device.go.clear()
    third = pool.submit(batched.run, rows(4), stays)
    wait_until(lambda: len(device.seen) == 4)
    stays.end("the caller has gone")
    with pytest.raises(CallEndedError):
        third.result(PATIENT)
    wait_until(lambda: device.ended == ["ended"])


def test_over_the_bound_clients_are_refused(pool: ThreadPoolExecutor) -> None:
    device = Device()
    batched = engine(device, bound=1)
    held(device, pool, batched)
    waits = pool.submit(batched.run, rows(1), Call(patient=False))
    wait_until(lambda: batched._queue.waiting == 1)
    with pytest.raises(ModelBusyError):
        batched.run(rows(2), Call(patient=False))
    device.go.set()
    assert waits.result(PATIENT).outputs["y"].tolist() == [[2, 2]]


def test_batches_are_filled_up_to_a_power_of_two_and_nobody_sees_the_zeros(pool: ThreadPoolExecutor) -> None:
    device = Device()
    batched = engine(device, padded=True, delay_seconds=0.0)
    assert batched.run(rows(1, 2, 3), Call()).outputs["y"].tolist() == [[2, 2], [4, 4], [6, 6]]
    assert device.seen[0].shape == (4, 2)
    assert batched.run(rows(*range(1, 12)), Call()).outputs["y"].shape == (11, 2)


def test_on_a_device_models_are_batched_and_on_the_cpu_they_are_not() -> None:
    class On(Device):
        def __init__(self, provider: str) -> None:
            super().__init__()
            self.provider = provider

    loader, manifest = OnnxLoader(1), manifest_of(doubling())
    engines = [loader.engine_for(On(provider), manifest) for provider in (CUDA, CPU)]
    assert [one.name for one in engines] == ["batched", "direct"]


@pytest.mark.parametrize(
    ("rows", "batch", "run"), [(1, 16, 1), (3, 16, 4), (9, 12, 12), (16, 16, 16), (17, 16, 32), (40, 16, 48)]
)
def test_a_batch_has_one_of_a_few_sizes(rows: int, batch: int, run: int) -> None:
    assert padded_rows(rows, batch) == run


def test_a_real_graph_gives_the_same_rows_joined_or_not() -> None:
    session = open_session(doubling(), 1).session
    batched = Batched(
        InProcess("m", session, tensors(session), Watch()), ModelQueue("m", 100), Batches(16, 0.01), 5
    )
    values = np.random.default_rng(1).normal(size=(40, 3, 2)).astype(np.float32)
    with ThreadPoolExecutor(40) as many:
        runs = list(many.map(lambda value: batched.run({"x": value}, Call()), values))
    assert all(np.array_equal(run.outputs["y"], value * 2) for run, value in zip(runs, values, strict=True))
    assert max(batched.batch_sizes) > 3
    batched.close()
