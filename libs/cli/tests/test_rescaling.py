"""`framewell scale` beside a supervisor, which is this test: what it is asked, and what is waited for."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from framewell_cli.errors import MeshUnreachable, UsageProblem
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.locking import exclusive
from framewell_cli.mesh.process_table import Entry, ProcessTable, State
from framewell_cli.mesh.processes import Identity
from framewell_cli.mesh.rescaling import rescale
from framewell_cli.mesh.scale import read_scale
from framewell_cli.mesh.supervisor import SCALE_SIGNAL
from framewell_embedded.errors import CannotStart

OnSignal = Callable[[Callable[[], None]], None]


def replica(name: str, state: State = "ready", restarts: int = 0) -> Entry:
    return Entry(name, state, (1,), "its.log", restarts=restarts, reason="ended with status 1")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[MeshFolder]:
    found = MeshFolder(tmp_path / ".framewell")
    found.make()
    with exclusive(found.lock):
        yield found


def write(folder: MeshFolder, *entries: Entry) -> None:
    supervisor = Identity.of(os.getpid())
    assert supervisor is not None
    ProcessTable(supervisor, 7400, entries).write(folder)


@pytest.fixture
def when_asked() -> Iterator[OnSignal]:
    """Say what the supervisor does when it is asked to follow the scale."""
    before = signal.getsignal(SCALE_SIGNAL)

    def on_signal(does: Callable[[], None]) -> None:
        signal.signal(SCALE_SIGNAL, lambda *_: does())

    yield on_signal
    signal.signal(SCALE_SIGNAL, before)


def test_the_supervisor_is_asked_once_the_scale_is_written(folder: MeshFolder, when_asked: OnSignal) -> None:
    write(folder, replica("transcode"))
    seen: list[dict[str, int]] = []

    def follow() -> None:
        seen.append(read_scale(folder))
        write(folder, replica("transcode"), replica("transcode-1"))

    when_asked(follow)
    rescale(folder, {"transcode": 2}, lambda _: None)
    assert seen == [{"transcode": 2}]
    rescale(folder, {"transcode": 2}, lambda _: None)
    assert len(seen) == 1, "it is as wished already"


def test_a_replica_that_does_not_come_up_is_an_error_and_can_be_taken_back(
    folder: MeshFolder, when_asked: OnSignal
) -> None:
    write(folder, replica("transcode"))
    broken = replica("transcode-1", "restarting", restarts=4)
    when_asked(lambda: write(folder, replica("transcode"), broken))
    with pytest.raises(CannotStart, match="transcode-1 does not come up: ended with status 1"):
        rescale(folder, {"transcode": 2}, lambda _: None)
    when_asked(lambda: write(folder, replica("transcode")))
    rescale(folder, {"transcode": 1}, lambda _: None)
    assert read_scale(folder) == {}


def test_a_service_that_was_not_started_is_not_scaled(folder: MeshFolder) -> None:
    write(folder, replica("ingest"))
    with pytest.raises(UsageProblem, match="--only"):
        rescale(folder, {"transcode": 2}, lambda _: None)
    assert read_scale(folder) == {}


def test_without_a_supervisor_nothing_is_scaled(tmp_path: Path) -> None:
    with pytest.raises(MeshUnreachable, match="framewell up"):
        rescale(MeshFolder(tmp_path), {"transcode": 2}, lambda _: None)
