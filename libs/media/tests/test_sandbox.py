"""A hostile file can waste its own time and nothing else."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from framewell_kit.testing.waiting import PATIENCE
from framewell_media.errors import JobCrashed, JobFailed, SandboxUnavailable
from framewell_media.sandbox import Limits, Sandbox, SandboxReport
from framewell_media.sandbox.doctor import report
from framewell_media.sandbox.layers import IN_FORCE
from framewell_media.sandbox.seccomp import filter_program
from framewell_media.sandbox.syscalls import AARCH64, X86_64, Architecture


def test_nothing_that_a_hostile_file_would_try_is_allowed() -> None:
    health = report()
    assert health.healthy, health
    assert health.layers["seccomp"] == IN_FORCE


def test_a_job_reads_and_writes_the_files_it_was_given_and_no_others(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "in").write_bytes(b"twelve bytes")
    answer = sandbox.run_blocking(
        "test.echo", {"a": [1, None]}, inputs=[tmp_path / "in"], outputs=[tmp_path / "out"]
    )
    assert answer["bytes"] == 12
    assert answer["parameters"] == {"a": [1, None]}
    assert (tmp_path / "out").read_bytes() == b"twelve bytes"
    assert sandbox.run_blocking("self_check", {}, inputs=[])["allowed"] == []


@pytest.mark.parametrize(
    ("job", "limits", "cause"),
    [
        ("test.sleep", Limits(wall_seconds=0.3), "time"),
        ("test.spin", Limits(cpu_seconds=1, wall_seconds=20), "processor"),
        ("test.segfault", Limits(), "signal"),
        ("test.hoard", Limits(memory_bytes=1 << 29), "memory"),
        ("test.flood", Limits(), "output"),
        ("test.lie", Limits(wall_seconds=3), "output"),
    ],
)
def test_a_job_that_misbehaves_is_stopped_and_named(
    sandbox: Sandbox, job: str, limits: Limits, cause: str
) -> None:
    with pytest.raises(JobCrashed) as crash:
        sandbox.run_blocking(job, {}, inputs=[], limits=limits)
    assert crash.value.cause == cause
    assert crash.value.final == (cause != "signal")
    assert crash.value.explanation.endswith((" copy.", " again."))
    assert "hostile" not in crash.value.explanation
    assert sandbox.run_blocking("test.echo", {}, inputs=[])["bytes"] == 0


def test_a_job_cannot_fill_the_disk(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises((JobCrashed, JobFailed)):
        sandbox.run_blocking(
            "test.fill", {}, inputs=[], outputs=[tmp_path / "out"], limits=Limits(output_bytes=1 << 20)
        )
    assert (tmp_path / "out").stat().st_size <= 1 << 20


def test_a_bug_in_a_job_is_told_from_a_verdict_on_a_file(sandbox: Sandbox) -> None:
    with pytest.raises(JobFailed, match="KeyError"):
        sandbox.run_blocking("test.bug", {}, inputs=[])
    with pytest.raises((JobFailed, JobCrashed)):
        sandbox.run_blocking("test.no_such_job", {}, inputs=[])


def test_an_input_that_is_a_link_is_not_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        sandbox.run_blocking("test.echo", {}, inputs=[tmp_path / "link"])


async def test_a_cancelled_caller_stops_its_child(sandbox: Sandbox) -> None:
    running = asyncio.create_task(sandbox.run("test.sleep", {}, inputs=[], limits=Limits(wall_seconds=600)))
    await asyncio.sleep(0.2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    both = await asyncio.gather(*(sandbox.run("test.echo", {}, inputs=[]) for _ in range(2)))
    # The job itself would take ten minutes, longer than any test may.
    assert {answer["bytes"] for answer in both} == {0}


async def test_a_child_that_somebody_kills_is_started_once_more_and_is_no_fault_of_the_file() -> None:
    with Sandbox(["framewell_media.testing.hostile_jobs"]) as own:
        own.start()
        assert own._zygote is not None
        running = asyncio.create_task(own.run("test.sleep", {}, inputs=[], limits=Limits(wall_seconds=600)))
        killed = set[int]()
        for _start in range(2):
            killed.add(child := await asyncio.to_thread(_wait_for_child_of, own._zygote.pid, killed))
            os.kill(child, signal.SIGKILL)
        with pytest.raises(JobCrashed) as crash:
            await running
    assert (crash.value.interrupted, crash.value.final) == (True, False)
    assert "no fault of the file" in crash.value.explanation


def test_a_dead_zygote_is_replaced() -> None:
    with Sandbox(["framewell_media.testing.hostile_jobs"]) as own:
        own.start()
        assert own._zygote is not None
        os.kill(own._zygote.pid, signal.SIGKILL)
        own._zygote.wait()
        assert own.run_blocking("test.echo", {}, inputs=[])["bytes"] == 0


def test_children_end_with_their_zygote() -> None:
    with Sandbox(["framewell_media.testing.hostile_jobs"]) as own:
        own.start()
        assert own._zygote is not None
        with ThreadPoolExecutor(1) as waiting:
            job = waiting.submit(own.run_blocking, "test.sleep", {}, inputs=[])
            child = _wait_for_child_of(own._zygote.pid)
            os.kill(own._zygote.pid, signal.SIGKILL)
            with pytest.raises(JobCrashed):
                job.result(timeout=PATIENCE)
    assert _ended(child)


def test_a_child_whose_zygote_is_gone_before_it_could_ask_for_its_end_ends_at_once() -> None:
    code = (
        "import os, sys; from framewell_media.sandbox.layers import die_with_parent\n"
        "die_with_parent(os.getppid() + int(sys.argv[1]))"
    )
    alone, together = (
        subprocess.run([sys.executable, "-c", code, away], capture_output=True, text=True, check=False)
        for away in ("1", "0")
    )
    assert "ProcessLookupError" in alone.stderr
    assert together.returncode == 0, together.stderr


def _wait_for_child_of(parent: int, known: Set[int] = frozenset()) -> int:
    for _ in range(200):
        for entry in Path("/proc").glob("[0-9]*/stat"):
            pid = int(entry.parent.name)
            fields = _stat_of(pid)
            if fields and int(fields[1]) == parent and pid not in known:
                return pid
        time.sleep(0.02)
    raise AssertionError("the zygote never forked")


def _stat_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _ended(pid: int) -> bool:
    for _ in range(100):
        if _stat_of(pid)[:1] in ([], ["Z"]):
            return True
        time.sleep(0.02)
    return False


def test_a_missing_required_layer_is_never_sufficient() -> None:
    layers = {"limits": IN_FORCE, "no_new_privs": IN_FORCE, "seccomp": "unavailable: ENOSYS"}
    assert SandboxReport(layers).missing() == ("seccomp",)
    assert not SandboxReport({}).sufficient


def test_a_machine_without_the_filter_reads_nothing(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    monkeypatch.setattr(SandboxReport, "missing", lambda self: ("seccomp",))
    with pytest.raises(SandboxUnavailable, match="seccomp"):
        sandbox.run_blocking("test.echo", {}, inputs=[])


def test_both_filters_are_whole_programs_without_calls_that_open_or_connect() -> None:
    for machine in (X86_64, AARCH64):
        program = filter_program(machine, own_pid=1)
        assert len(program) % 8 == 0
        assert len(program) // 8 < 256, "a jump reaches at most 255 instructions"
        assert not {"openat", "open", "socket", "connect", "execve", "fork", "ptrace"} & set(machine.allowed)
        assert len(set(machine.allowed.values())) == len(machine.allowed)
    portable = set(X86_64.allowed) - {"poll"}
    assert portable == set(AARCH64.allowed)


def decide(program: bytes, arch: int, number: int, *arguments: int) -> int:
    """Run a classic BPF program over one seccomp_data, as the kernel would."""
    data = struct.pack("=iIQ", number, arch, 0) + b"".join(
        struct.pack("=Q", a) for a in (*arguments, 0, 0, 0, 0)
    )
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("=HBBI", program, 8 * at)
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
            continue
        passed = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[
            code
        ]
        at += if_true if passed else if_false


@pytest.mark.parametrize("machine", [X86_64, AARCH64])
def test_the_filter_decides_call_by_call(machine: Architecture) -> None:
    allow, refuse, kill = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
    program, arch = filter_program(machine, own_pid=4711), machine.audit_arch
    assert {decide(program, arch, number) for number in machine.allowed.values()} == {allow}
    allowed = {*machine.allowed.values(), machine.clone, machine.clone3, machine.tgkill, machine.newfstatat}
    assert {decide(program, arch, number) for number in set(range(500)) - allowed} == {refuse}
    assert decide(program, arch, machine.clone, 0x10000) == allow
    assert decide(program, arch, machine.clone, 17) == refuse
    assert decide(program, arch, machine.clone3) == 0x00050000 | errno.ENOSYS
    assert decide(program, arch, machine.tgkill, 4711) == allow
    assert decide(program, arch, machine.tgkill, 1) == refuse
    assert decide(program, arch, machine.newfstatat, 3, 0, 0, 0x1000) == allow
    assert decide(program, arch, machine.newfstatat, 3, 0, 0, 0) == refuse
    assert decide(program, arch ^ 1, machine.allowed["read"]) == kill
    if machine.foreign_abi_bit:
        assert decide(program, arch, machine.foreign_abi_bit | 1) == kill
