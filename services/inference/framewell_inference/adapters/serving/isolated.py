"""Runs a graph from outside in processes of its own, which can be killed.

Nothing that such a graph does reaches a neighbour: it may loop, allocate, crash the runtime or sit in one
operator for ever. A run costs about a millisecond more than in the process, and a model its own interpreter
in memory. Processes start when they are needed and are kept; there are as many as runs at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from framewell_inference.adapters.serving.devices import CPU
from framewell_inference.adapters.serving.frames import (
    BrokenFrameError,
    Frame,
    read_frame,
    read_spec,
    write_frame,
)
from framewell_inference.adapters.serving.process_memory import own_bytes
from framewell_inference.adapters.serving.watch import Watch
from framewell_inference.adapters.serving.weights import Weights
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, Tensors
from framewell_inference.ports.calls import Call, RunEndedError, RunFailedError, TimeLimitError
from framewell_media.sandbox.layers import SandboxReport

START_SECONDS: Final = 60.0
"""How long a process may take to load its graph."""

_RUNTIME_BYTES: Final = 256 << 20
"""Interpreter and runtime, beside what the model may use."""

_PROGRAM: Final = "framewell_inference.adapters.serving.isolated_child"

_PIPE_BYTES: Final = 1 << 20

_SPAWNER: Final = ThreadPoolExecutor(1, thread_name_prefix="isolated")
"""Starts all processes: the kernel ends a process when the thread that started it ends, not its process."""

_GONE: Final = (OSError, EOFError, BrokenFrameError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the processes of one model may use."""

    memory_bytes: int
    threads: int


class Isolated:
    """A Runner over processes of its own."""

    provider = CPU
    fallback = ""
    """A process of a model's own has no device, whatever the site asks for: it may open no file."""

    def __init__(self, name: str, weights: Weights, allowance: Allowance, watch: Watch) -> None:
        """Start the first process and load the graph in it. Raises InvalidInputError when that fails.

        Of files the process gets the open ones: this one never holds their weights.
        """
        self.name = name
        self._weights, self._allowance, self._watch = weights, allowance, watch
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._lock = threading.Lock()
        self._closed = False
        first = self._start(Call())
        self.tensors = first.tensors
        self._give_back(first)

    @property
    def held_bytes(self) -> int:
        """Return what its processes hold beyond files that all of them share, after their last runs."""
        with self._lock:
            return sum(process.held_bytes for process in self._all)

    def run(self, inputs: Mapping[str, Array], call: Call, seconds: float) -> dict[str, Array]:
        process = self._take() or self._start_again(call)
        try:
            with self._watch.over(call, seconds, end=process.end, force=process.kill):
                return self._answer(process.ask(inputs))
        except _GONE as error:
            if isinstance(error, InvalidInputError):
                raise
            raise RunFailedError(f"{self.name}: {process.ending()}") from None
        finally:
            self._give_back(process)

    def close(self) -> None:
        """End the processes that do nothing; those that run end after their run."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for process in idle:
            self._end(process)

    def _answer(self, frame: Frame) -> dict[str, Array]:
        if "invalid" in frame.header:
            raise InvalidInputError(f"{self.name}: {frame.header['invalid']}")
        if "done" not in frame.header:
            raise RunFailedError(f"{self.name}: {frame.header['error']}")
        return {spec.name: frame.arrays[spec.name] for spec in self.tensors.outputs}

    def _start_again(self, call: Call) -> _Process:
        try:
            return self._start(call)
        except InvalidInputError as error:  # it was loaded before: the fault is not the caller's
            raise RunFailedError(str(error)) from None

    def _start(self, call: Call) -> _Process:
        self._weights.check(self.name)
        process = _Process(self._weights, self._allowance)
        with self._lock:
            self._all.add(process)
        try:
            with self._watch.over(call, START_SECONDS, end=process.kill, force=process.kill):
                process.load()
        except RunEndedError as error:
            self._end(process)
            if isinstance(error, TimeLimitError):
                raise InvalidInputError(f"{self.name}: it takes over {START_SECONDS:g} s to load") from None
            raise
        except InvalidInputError as error:
            self._end(process)
            raise InvalidInputError(f"{self.name}: {error}") from None
        except _GONE:
            process.kill()
            reason = process.ending()
            self._end(process)
            raise InvalidInputError(f"{self.name}: the graph cannot be loaded: {reason}") from None
        return process

    def _take(self) -> _Process | None:
        """Return a process that does nothing and still lives; None when there is none."""
        while True:
            with self._lock:
                process = self._idle.pop() if self._idle else None
            if process is None or process.alive:
                return process
            self._end(process)

    def _give_back(self, process: _Process) -> None:
        process.measure()
        with self._lock:
            keep = process.usable and not self._closed
            if keep:
                self._idle.append(process)
        if not keep:
            self._end(process)

    def _end(self, process: _Process) -> None:
        with self._lock:
            self._all.discard(process)
        process.close()


@dataclass(slots=True, eq=False)
class _Process:
    weights: Weights
    allowance: Allowance
    tensors: Tensors = field(default_factory=lambda: Tensors((), (), {}))
    usable: bool = False
    held_bytes: int = 0
    _child: subprocess.Popen[bytes] = field(init=False)
    _requests: IO[bytes] = field(init=False)
    _answers: IO[bytes] = field(init=False)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        with ExitStack() as files:
            opened = [files.enter_context(path.open("rb")) for path in self.weights.outside.values()]
            numbers = [one.fileno() for one in (self._graph_file(files), *opened)]
            self._child = _SPAWNER.submit(
                subprocess.Popen,
                [sys.executable, "-I", "-m", _PROGRAM, *map(str, numbers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=numbers,
                env={"PATH": os.defpath, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
            ).result()
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._requests, self._answers = self._child.stdin, self._child.stdout
        for stream in (self._requests, self._answers):
            with suppress(OSError):  # beyond what the user may have: then in smaller pieces
                fcntl(stream, F_SETPIPE_SZ, _PIPE_BYTES)

    def _graph_file(self, files: ExitStack) -> IO[bytes]:
        if isinstance(self.weights.graph, Path):
            return files.enter_context(self.weights.graph.open("rb"))
        files.enter_context(file := TemporaryFile())  # noqa: SIM115 - it closes with the others
        file.write(self.weights.graph)
        file.seek(0)
        return file

    def load(self) -> None:
        """Wait until the graph is loaded. Raises InvalidInputError or, for a process that ended, _GONE."""
        setup = {
            "parent": os.getpid(),
            "threads": self.allowance.threads,
            "memory_bytes": self.allowance.memory_bytes + 4 * self.weights.size + _RUNTIME_BYTES,
            "outside": list(self.weights.outside),
        }
        self._write(Frame(setup))
        missing = SandboxReport(read_frame(self._answers).header["layers"]).missing()
        if missing:
            raise InvalidInputError(f"models from outside are not run here: no {', '.join(missing)}")
        answer = read_frame(self._answers).header
        if "error" in answer:
            raise InvalidInputError(str(answer["error"]))
        self.tensors = Tensors(
            inputs=[read_spec(one) for one in answer["inputs"]],
            outputs=[read_spec(one) for one in answer["outputs"]],
            metadata={str(key): str(value) for key, value in answer["metadata"].items()},
        )
        self.usable = True

    def ask(self, inputs: Mapping[str, Array]) -> Frame:
        """Return the answer of one run. Raises one of _GONE when the process ended instead."""
        self.usable = False
        self._write(Frame({"do": "run"}, inputs))
        answer = read_frame(self._answers)
        self.usable = True
        return answer

    def measure(self) -> None:
        """Note how much memory it holds that no other process shares."""
        self.held_bytes = own_bytes(self._child.pid)

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    def end(self) -> None:
        """Ask the process to end its run. A process that does not read is killed soon after."""
        with suppress(OSError, ValueError):
            if self._writing.acquire(blocking=False):
                try:
                    write_frame(self._requests, Frame({"do": "end"}))
                finally:
                    self._writing.release()

    def kill(self) -> None:
        """End the process at once."""
        self._child.kill()

    def ending(self) -> str:
        """Return how the process ended, killing one that has not."""
        self.kill()
        code = self._child.wait()
        if code == -signal.SIGKILL:
            return "its process was killed"
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"its process ended by {name}"

    def close(self) -> None:
        """End the process and wait for it."""
        self.kill()
        self._child.wait()
        for stream in (self._requests, self._answers):
            with suppress(OSError):
                stream.close()

    def _write(self, frame: Frame) -> None:
        with self._writing:
            write_frame(self._requests, frame)
