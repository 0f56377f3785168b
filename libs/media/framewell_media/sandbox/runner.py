"""The parent's side: hand a job to the zygote, enforce the wall-clock limit, check every answer."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from framewell_contracts.sentences import worded_as_kept
from framewell_media.errors import JobCrashed, JobFailed, MediaError, SandboxUnavailable
from framewell_media.sandbox import child
from framewell_media.sandbox.layers import Limits, SandboxReport
from framewell_media.sandbox.wire import FrameReader, Oversized, TimedOut, send_request

ANSWER_LIMIT: Final = 16 << 20
_START_SECONDS: Final = 60.0
_REAP_SECONDS: Final = 10.0
_SENT_BY_OTHERS: Final = frozenset((signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
"""Signals that come from outside: the kernel short of memory, an operator, the end of a session."""
LIBRARY_ENVIRONMENT: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
}
"""One thread for each library, or they start pools and a fork of the zygote is no longer safe.

And glibc keeps the memory of a picture for the next one (mallopt(3)): measured, mapping it anew for every
picture takes 3 % of the time of a chunk.
"""
_KEPT_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")


class Sandbox:
    """Runs media jobs in locked children of one warm zygote.

    Safe to use from several threads; `run` is the same for asyncio, with at most `concurrency`
    children at once. The zygote is started on first use and again when it died.
    """

    def __init__(self, preload: Sequence[str], *, concurrency: int = 2) -> None:
        self._preload = tuple(preload)
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="media-job")
        self._start_lock = threading.Lock()
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._report: SandboxReport | None = None

    @property
    def report(self) -> SandboxReport | None:
        """Return the layers that the latest child reported; None before the first job."""
        return self._report

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def run(
        self,
        job: str,
        parameters: Mapping[str, Any],
        *,
        inputs: Sequence[Path],
        outputs: Sequence[Path] = (),
        limits: Limits | None = None,
    ) -> dict[str, Any]:
        """Run `job` on the files and return its answer; see `run_blocking` for what is raised.

        A job whose child was ended by somebody else (a kill, the kernel's memory pressure) is started once
        more. Cancelling the caller stops the child at once.
        """
        try:
            return await self._run_once(job, parameters, inputs, outputs, limits)
        except JobCrashed as crash:
            if not crash.interrupted:
                raise
        return await self._run_once(job, parameters, inputs, outputs, limits)

    async def _run_once(
        self,
        job: str,
        parameters: Mapping[str, Any],
        inputs: Sequence[Path],
        outputs: Sequence[Path],
        limits: Limits | None,
    ) -> dict[str, Any]:
        job_id = uuid.uuid4().hex
        blocking = partial(self.run_blocking, inputs=inputs, outputs=outputs, limits=limits, job_id=job_id)
        work = asyncio.get_running_loop().run_in_executor(self._threads, blocking, job, parameters)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            work.cancel()
            self._kill(job_id)
            raise

    def run_blocking(
        self,
        job: str,
        parameters: Mapping[str, Any],
        *,
        inputs: Sequence[Path],
        outputs: Sequence[Path] = (),
        limits: Limits | None = None,
        job_id: str | None = None,
    ) -> dict[str, Any]:
        """Run `job` in a locked child and return its answer.

        Output files are created, or emptied, before the child starts.
        Raises MediaError (the file is at fault), JobCrashed (the child died or was stopped),
        JobFailed (a bug in the job), SandboxUnavailable (a required layer is not in force here).
        """
        limits = limits or Limits()
        job_id = job_id or uuid.uuid4().hex
        request: dict[str, Any] = {"do": "run", "id": job_id, "job": job, "parameters": dict(parameters)}
        request |= {"limits": asdict(limits), "inputs": len(inputs)}
        with ExitStack() as stack:
            descriptors = [_opened(stack, path, os.O_RDONLY) for path in inputs]
            descriptors += [_opened(stack, path, os.O_RDWR | os.O_CREAT | os.O_TRUNC) for path in outputs]
            answer_pipe, answer_end = _pipe(stack)
            status_pipe, status_end = _pipe(stack)
            try:
                send_request(self._control_socket(), request, [answer_end, status_end, *descriptors])
            finally:
                os.close(answer_end)
                os.close(status_end)
            reader = FrameReader(answer_pipe, ANSWER_LIMIT, time.monotonic() + limits.wall_seconds)
            try:
                return self._judge(reader, status_pipe, limits)
            finally:
                self._kill(job_id)

    def _judge(self, reader: FrameReader, status_pipe: int, limits: Limits) -> dict[str, Any]:
        try:
            first = reader.next()
            if first is None:
                raise _crash(_ending(status_pipe))
            report = SandboxReport({str(name): str(state) for name, state in first["report"].items()})
            self._report = report
            if not report.sufficient:
                raise SandboxUnavailable(
                    f"this machine refuses a required sandbox layer: "
                    f"{', '.join(f'{name} ({report.layers.get(name)})' for name in report.missing())}"
                )
            message = reader.next()
        except TimedOut:
            raise JobCrashed("time", f"stopped after {limits.wall_seconds:g} s of wall-clock time") from None
        except (Oversized, ValueError, KeyError, AttributeError) as error:
            raise JobCrashed("output", f"the child's answer cannot be used: {error}") from error
        if message is None:
            raise _crash(_ending(status_pipe))
        if "verdict" in message:
            verdict = message["verdict"]
            detail = worded_as_kept(str(verdict["detail"]), verdict.get("wording"))
            raise MediaError(str(verdict["code"]), detail)
        if "failure" in message:
            raise JobFailed(str(message["failure"]))
        answer = message.get("answer")
        if not isinstance(answer, dict):
            raise JobCrashed("output", "the child's answer is no object")
        return answer

    def start(self) -> None:
        """Start the zygote now rather than on first use, and return once it is warm."""
        self._control_socket()

    def close(self) -> None:
        """Stop the zygote and every child."""
        with self._start_lock:
            if self._control is not None:
                self._control.close()
            if self._zygote is not None:
                try:
                    self._zygote.wait(_REAP_SECONDS)
                except subprocess.TimeoutExpired:
                    self._zygote.kill()
                    self._zygote.wait()
            self._control = self._zygote = None
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _control_socket(self) -> socket.socket:
        with self._start_lock:
            if self._zygote is not None and self._zygote.poll() is not None:
                assert self._control is not None
                self._control.close()
                self._control = self._zygote = None
            if self._control is None:
                self._zygote, self._control = _start_zygote(self._preload)
            return self._control

    def _kill(self, job_id: str) -> None:
        control = self._control
        if control is None:
            return
        try:
            send_request(control, {"do": "kill", "id": job_id}, [])
        except OSError:
            return  # the zygote is gone, and its children with it


def _start_zygote(preload: Sequence[str]) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    environment |= LIBRARY_ENVIRONMENT
    command = [sys.executable, "-I", "-m", "framewell_media.sandbox.zygote"]
    command += ["--control", str(theirs.fileno()), "--preload", *preload]
    with theirs:
        process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env=environment, cwd="/", stdin=subprocess.DEVNULL
        )
    ours.settimeout(_START_SECONDS)
    try:
        ready = ours.recv(1024)
    except TimeoutError:
        ready = b""
    if not ready:
        ours.close()
        process.kill()
        process.wait()
        raise SandboxUnavailable("the process that reads media did not start; its own message is in the log")
    ours.settimeout(None)
    return process, ours


def _opened(stack: ExitStack, path: Path, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    stack.callback(os.close, descriptor)
    return descriptor


def _pipe(stack: ExitStack) -> tuple[int, int]:
    """Return (read end, write end) of a pipe; the stack closes the first, the caller the second."""
    read_end, write_end = os.pipe2(os.O_CLOEXEC)
    stack.callback(os.close, read_end)
    return read_end, write_end


def _ending(status_pipe: int) -> int | None:
    """Return the exit code of a child that ended without an answer, None when the zygote ended with it."""
    deadline = time.monotonic() + _REAP_SECONDS
    collected = b""
    while time.monotonic() < deadline:
        piece = os.read(status_pipe, 1024)
        if not piece:
            break
        collected += piece
    return int(json.loads(collected)["exit_code"]) if collected else None


def _crash(exit_code: int | None) -> JobCrashed:
    if exit_code is None:
        return JobCrashed("exit", "the process that starts media jobs ended")
    if exit_code == child.EXIT_NO_MEMORY:
        return JobCrashed("memory", "ran out of its memory allowance")
    if exit_code == -signal.SIGXCPU:
        return JobCrashed("processor", "used up its processor time")
    if -exit_code in _SENT_BY_OTHERS:
        return JobCrashed("exit", f"killed by {signal.Signals(-exit_code).name}")
    if exit_code < 0:
        return JobCrashed("signal", f"killed by {signal.Signals(-exit_code).name}")
    return JobCrashed("exit", f"ended without an answer (exit code {exit_code})")
