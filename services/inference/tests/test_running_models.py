"""Runs of models: ended in time whatever they do, queued by priority, and never each other's trouble."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.onnx_model import OnnxModel
from framewell_inference.adapters.serving.process_memory import LOOK_SECONDS, own_bytes
from framewell_inference.adapters.serving.run_slots import OLDEST_EVERY, ModelQueue, RunSlots
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import (
    Call,
    CallEndedError,
    DeadlineError,
    ModelBusyError,
    Priority,
    RunEndedError,
    RunFailedError,
    TimeLimitError,
    calling,
    current_call,
)
from framewell_inference.testing.graphs import (
    STRING,
    doubling,
    echo,
    endless,
    growing,
    hungry,
    long_operator,
    manifest_of,
)
from framewell_kit.testing.waiting import PATIENCE, wait_until
from framewell_models.folders import ModelFolder
from framewell_models.manifest import Limits

ONE = {"x": np.zeros(1, np.float32)}
ROWS = {"x": np.ones((3, 2), np.float32)}


@pytest.fixture(scope="module")
def loader() -> OnnxLoader:
    return OnnxLoader(1, slots=2, waiting=2)


def load(loader: OnnxLoader, graph: bytes, *, trusted: bool = False, seconds: float = 30) -> OnnxModel:
    return loader.load_bytes(manifest_of(graph, limits=Limits(seconds)), graph, trusted=trusted)


@pytest.mark.parametrize("trusted", [True, False])
def test_a_run_without_end_is_ended_at_limit_deadline_and_when_the_caller_goes(
    loader: OnnxLoader, trusted: bool
) -> None:
    model = load(loader, endless(), trusted=trusted, seconds=0.3)
    assert model.engine == ("direct" if trusted else "isolated")
    started = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"0\.3 s"):
        model.run(ONE)
    with pytest.raises(DeadlineError):
        model.measured(ONE, Call(deadline=time.monotonic() + 0.1))  # time: it ends then
    gone = Call()
    threading.Timer(0.1, lambda: gone.end("the caller has gone")).start()
    with pytest.raises(CallEndedError, match="the caller has gone"):
        model.measured(ONE, gone)
    with pytest.raises(CallEndedError):
        model.measured(ONE, gone)
    assert time.monotonic() - started < PATIENCE
    assert model.statistics.counts.failed.count == 4
    model.close()


def test_one_operator_that_does_not_end_is_killed_with_its_process_and_the_model_serves_on(
    loader: OnnxLoader,
) -> None:
    model = load(loader, long_operator(), seconds=0.3)
    started = time.monotonic()
    with pytest.raises(TimeLimitError):
        model.run({"x": np.zeros((6000, 6000), np.float32)})
    assert time.monotonic() - started < PATIENCE
    assert model.run({"x": np.eye(3, dtype=np.float32)})["y"].tolist() == np.eye(3).tolist()
    model.close()


def test_a_model_that_asks_for_all_memory_fails_alone(loader: OnnxLoader) -> None:
    model, neighbour = load(loader, hungry()), load(loader, doubling(), trusted=True)
    for size in (10**11, 4 * 10**8, 3 * 10**8, -5):
        with pytest.raises((RunFailedError, InvalidInputError)) as failed:
            model.run({"size": np.array([size], np.int64)})
        reason = str(failed.value).removeprefix("site/tried@1.0")
        assert not re.search(r"/|\.cc|::|0x", reason), reason
    assert model.run({"size": np.array([2], np.int64)})["y"].tolist() == [0, 0]
    assert neighbour.run(ROWS)["y"].tolist() == [[2, 2]] * 3
    model.close()


def test_a_loop_that_grows_without_end_fails_alone_and_its_model_serves_on(loader: OnnxLoader) -> None:
    model, neighbour = load(loader, growing()), load(loader, doubling(), trusted=True)
    for _ in range(2):
        with pytest.raises((RunFailedError, TimeLimitError)) as failed:
            model.run(ONE)
        assert not re.search(r"\.cc|::|0x", str(failed.value)), failed.value
    assert neighbour.run(ROWS)["y"].tolist() == [[2, 2]] * 3
    model.close()


@pytest.mark.parametrize("trusted", [True, False])
def test_weights_that_change_under_a_running_replica_are_not_loaded(tmp_path: Path, trusted: bool) -> None:
    graph, changed = doubling(), echo(TensorProto.FLOAT)
    folder = ModelFolder(manifest_of(graph), tmp_path)
    folder.graph.write_bytes(graph)
    loader = OnnxLoader(1, slots=2)
    model = loader.load(folder, trusted=trusted)
    folder.graph.write_bytes(changed)
    assert model.run(ROWS)["y"].tolist() == [[2, 2]] * 3  # what was checked is in memory
    model.close()
    with pytest.raises(RunFailedError, match="is not what the manifest pins any more") as refused:
        model.run(ROWS)
    assert str(tmp_path) not in str(refused.value)
    folder.graph.write_bytes(graph)
    assert model.run(ROWS)["y"].tolist() == [[2, 2]] * 3
    folder.graph.unlink()
    model.close()
    with pytest.raises(RunFailedError, match="cannot be read any more"):
        model.run(ROWS)


def test_what_a_process_holds_counts_against_the_bound_on_memory() -> None:
    graph = hungry()
    loader = OnnxLoader(1, slots=2, memory_bytes=200 << 20)
    model = load(loader, graph)
    small, before = {"size": np.array([2], np.int64)}, loader.resident_bytes
    model.run(small)
    assert before <= loader.resident_bytes < 150 << 20
    model.run({"size": np.array([50 << 20], np.int64)})  # 200 MiB, which the arena of the process keeps
    assert loader.resident_bytes == 0
    assert model.run(small)["y"].tolist() == [0, 0]
    model.close()


def test_what_runs_leave_in_this_process_is_given_back_over_the_bound() -> None:
    graph, sizes = hungry(), {n: {"size": np.array([n], np.int64)} for n in (2, 50 << 20)}
    held = {}
    for bound in (100 << 20, 1 << 40):
        loader = OnnxLoader(1, memory_bytes=bound)
        model = load(loader, graph, trusted=True)
        model.run(sizes[2])  # ONNX Runtime never gives back the first region of the arena of a process
        before = own_bytes()
        model.run(sizes[50 << 20])  # 200 MiB, which the arena keeps
        time.sleep(2 * LOOK_SECONDS)  # time: as often is looked
        model.run(sizes[2])
        held[bound] = own_bytes() - before
    assert held[100 << 20] < 100 << 20 < held[1 << 40]


def test_a_process_that_dies_fails_its_run_and_the_next_one_has_another(loader: OnnxLoader) -> None:
    model = load(loader, endless())
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(model.run, ONE)
        wait_until(lambda: _cpu_ticks(_processes_of_models()[-1]) > 10)
        os.kill(_processes_of_models()[-1], signal.SIGKILL)
        with pytest.raises(RunFailedError, match="process was killed"):
            run.result(20)
    with pytest.raises(DeadlineError):
        model.measured(ONE, Call(deadline=time.monotonic() + 1))  # time: it ends then
    model.close()


def test_a_process_outlives_the_thread_that_started_it_and_is_replaced_when_it_died_idle(
    loader: OnnxLoader,
) -> None:
    before = set(_processes_of_models())
    with ThreadPoolExecutor(1) as pool:
        model = pool.submit(load, loader, doubling()).result(20)
    (child,) = set(_processes_of_models()) - before
    assert model.run(ROWS)["y"].tolist() == [[2, 2]] * 3
    assert set(_processes_of_models()) - before == {child}
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert model.run(ROWS)["y"].tolist() == [[2, 2]] * 3
    model.close()


def _processes_of_models() -> list[int]:
    """Return the process ids of isolated models in the order of their numbers."""
    found = [
        int(pid) for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()
    ]
    return sorted(pid for pid in found if b"isolated_child" in Path(f"/proc/{pid}/cmdline").read_bytes())


def _cpu_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def test_strings_and_rare_numbers_load_and_what_numpy_lacks_is_named(loader: OnnxLoader) -> None:
    texts = np.array(["a", "İstanbul"], object)
    model = load(loader, echo(STRING))
    assert model.run({"x": texts})["y"].tolist() == texts.tolist()
    model.close()
    small = load(loader, echo(TensorProto.UINT16), trusted=True)
    assert small.run({"x": np.array([65535], np.uint16)})["y"].tolist() == [65535]
    with pytest.raises(InvalidInputError, match="bfloat16"):
        load(loader, echo(TensorProto.BFLOAT16))


def test_what_is_no_graph_is_refused_without_a_path(loader: OnnxLoader) -> None:
    for trusted in (True, False):
        with pytest.raises(InvalidInputError) as refused:
            loader.load_bytes(manifest_of(doubling()), b"no graph", trusted=trusted)
        assert "/" not in str(refused.value).removeprefix("site/tried@1.0")


def test_the_call_of_a_context_reaches_the_run() -> None:
    with calling(Call(Priority.LIVE)) as call:
        assert current_call() is call
    assert current_call().priority is Priority.ARCHIVE
    assert current_call().patient


def test_least_recently_used_models_leave_memory_and_come_back() -> None:
    graph = doubling()
    loader = OnnxLoader(1, memory_bytes=2 * len(graph))
    models = [
        loader.load_bytes(manifest_of(graph, name=f"site/m{at}"), graph, trusted=True) for at in range(5)
    ]
    assert [model._resident.engine is not None for model in models] == [False] * 3 + [True] * 2
    for model in models:
        assert model.run(ROWS)["y"].tolist() == [[2, 2]] * 3
    assert loader.resident_bytes == 2 * len(graph)


def test_processes_that_nobody_runs_end_and_the_next_run_starts_another() -> None:
    loader = OnnxLoader(1, slots=2, idle_seconds=0.2)
    before = set(_processes_of_models())
    model, neighbour = load(loader, doubling()), load(loader, doubling(), trusted=True)
    for _ in range(2):
        assert model.run(ROWS)["y"].tolist() == [[2, 2]] * 3
        wait_until(lambda: set(_processes_of_models()) == before)
        assert model._resident.engine is None
        assert neighbour._resident.engine is not None
    busy = load(loader, endless(), seconds=1)
    with pytest.raises(TimeLimitError):  # it was not ended for being idle
        busy.run(ONE)
    for one in (model, busy, neighbour):
        one.close()


class Holder:
    """Occupies a slot in a thread of its own until it is let go."""

    def __init__(self, slots: RunSlots, queue: ModelQueue, call: Call, log: Callable[[], None]) -> None:
        self._leave, self._run_slots, self._queue, self._call, self._log = (
            threading.Event(),
            slots,
            queue,
            call,
            log,
        )
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        try:
            with self._run_slots.entered(self._queue, self._call):
                self._log()
                self._leave.wait(20)
        except (RunEndedError, ModelBusyError) as error:
            self.error = error

    def let_go(self) -> None:
        self._leave.set()

    def join(self) -> None:
        self._thread.join(20)


def test_who_waits_is_let_in_by_priority_and_nobody_starves() -> None:
    slots, queue, order = RunSlots(1), ModelQueue("m", bound=2), list[str]()
    first = Holder(slots, queue, Call(), lambda: None)
    wait_until(lambda: slots.running == 1)
    waiting = []
    for at, priority in enumerate([Priority.BATCH, Priority.ARCHIVE, *[Priority.LIVE] * OLDEST_EVERY]):
        one = Holder(slots, queue, Call(priority), lambda name=f"{priority.name}": order.append(name))  # type: ignore[misc]
        one.let_go()
        waiting.append(one)
        wait_until(lambda at=at: queue.waiting == at + 1)  # type: ignore[misc]
    first.let_go()
    for one in (first, *waiting):
        one.join()
    assert order == [*["LIVE"] * (OLDEST_EVERY - 1), "BATCH", "LIVE", "ARCHIVE"]
    assert (slots.running, queue.waiting) == (0, 0)


def test_clients_over_the_bound_are_refused_with_a_time_and_the_patient_wait() -> None:
    slots, queue = RunSlots(1), ModelQueue("m", bound=1, mean_seconds=0.4)
    first = Holder(slots, queue, Call(), lambda: None)
    wait_until(lambda: slots.running == 1)
    second = Holder(slots, queue, Call(patient=False), lambda: None)
    wait_until(lambda: queue.waiting == 1)
    with pytest.raises(ModelBusyError) as refused, slots.entered(queue, Call(patient=False)):
        pass
    assert refused.value.retry_after == pytest.approx(0.8)
    third = Holder(slots, queue, Call(patient=True), lambda: None)
    wait_until(lambda: queue.waiting == 2)
    for one in (first, second, third):
        one.let_go()
        one.join()
    assert (second.error, third.error, slots.running) == (None, None, 0)


def test_who_waits_leaves_the_queue_at_its_deadline_and_when_its_caller_goes() -> None:
    slots, queue = RunSlots(1), ModelQueue("m", bound=8)
    first = Holder(slots, queue, Call(), lambda: None)
    wait_until(lambda: slots.running == 1)
    ends = Call(deadline=time.monotonic() + 0.05)  # time: it ends then
    with pytest.raises(DeadlineError), slots.entered(queue, ends):
        pass
    gone = Call()
    second = Holder(slots, queue, gone, lambda: None)
    wait_until(lambda: queue.waiting == 1)
    gone.end("the caller has gone")
    second.join()
    assert isinstance(second.error, CallEndedError)
    assert queue.waiting == 0
    first.let_go()
    first.join()
    assert slots.running == 0
