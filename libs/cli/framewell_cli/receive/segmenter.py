"""Cutting live input or a growing file into segments that begin with a keyframe, by the program ffmpeg.

ffmpeg was chosen because every house has it and it reads what broadcast sends (UDP, RTP, SRT, growing MXF);
GStreamer and TSDuck were considered. It copies the streams, decodes nothing, and runs as whoever calls it.
"""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from framewell_cli.errors import CommandError
from framewell_cli.receive import ffmpeg
from framewell_cli.receive.open_sockets import is_open
from framewell_cli.receive.transport_stream import holds_an_access_unit
from framewell_cli.watch_folder.completeness import is_open_for_writing

_LOOK_SECONDS: Final = 0.2
_RETRY_SECONDS: Final = 1.0
_ANALYSE_SECONDS: Final = 1.0
"""How long ffmpeg listens before it cuts: tables of a transport stream come twice a second at least."""
_MOST_ANALYSE_SECONDS: Final = 32.0
"""Keyframes further apart than this are found by chance."""
_PIECE_BYTES: Final = 1 << 18
_LINE_BYTES: Final = 1 << 12
_END_SECONDS: Final = 10.0
_SECOND_SIGNAL: Final = 0.3
_UNNOTICED_SECONDS: Final = 5.0
_REPORTED_LINES: Final = 40
"""Last lines of ffmpeg's errors that are kept: over days of bad reception there are millions."""


def _unreported(_: str) -> None:
    """Report nothing."""


def _listened() -> None:
    """Report nothing."""


@dataclass(slots=True)
class Segmenter:
    """Cuts one input into files of a folder, numbered from `first`.

    A file is followed while it grows, until nothing came for `settle_seconds` and nobody has it open for
    writing; it must be one that can be read from front to back (a transport stream, fragmented MP4 or MOV,
    MXF). Live input is waited for as long as it takes, and cut until nothing came for `patience_seconds` or
    `stop` is called; one that broke off is listened to again. `waiting` gets the reason, once each.
    `listening` is called once, as soon as a sender of live input may begin.
    """

    source: str
    folder: Path
    first: int = 0
    segment_seconds: float = 4.0
    settle_seconds: float = 10.0
    patience_seconds: float = 60.0
    waiting: Callable[[str], None] = _unreported
    listening: Callable[[], None] = _listened
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=_REPORTED_LINES), init=False)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _count: int = field(default=0, init=False)
    _grown_at: float = field(default=0.0, init=False)
    _listens: bool = field(default=False, init=False)
    _silent: bool = field(default=False, init=False)
    _analyse_seconds: float = field(default=_ANALYSE_SECONDS, init=False)

    @property
    def file(self) -> Path | None:
        """Return the growing file, None for live input."""
        return None if ffmpeg.is_live(self.source) else Path(self.source)

    async def segments(self) -> AsyncIterator[Path]:
        """Yield each segment as soon as it is complete.

        Raises CommandError when ffmpeg is not installed, when a file ends without a single segment, and for
        an address that cannot be listened to.
        """
        waited_for = ""
        while True:
            async for path in self._cut():
                yield path
            if self._stopped.is_set() or self._silent:
                return
            code = self._process.returncode if self._process is not None else None
            why = ffmpeg.reason(self._lines, code or 0)
            again = why == ffmpeg.NO_KEYFRAME and self._analyse_seconds < _MOST_ANALYSE_SECONDS
            if not self._count and not again and (self.file is not None or ffmpeg.is_for_good(self._lines)):
                raise CommandError(f"{self.source}: ffmpeg made no segment of it: {why}.")
            if self._count and (self.file is not None or self._since_growth() >= self.patience_seconds):
                return
            if why != waited_for:
                self.waiting(why)
                waited_for = why
            if again:  # ffmpeg always listens so long, hence no longer than it has to
                self._analyse_seconds = min(2 * self._analyse_seconds, _MOST_ANALYSE_SECONDS)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), _RETRY_SECONDS)

    def stop(self) -> None:
        """End the input; the segment that is being cut is still completed."""
        self._stopped.set()
        if self.file is None:
            self._interrupt()

    async def _cut(self) -> AsyncIterator[Path]:
        """Yield what one process cuts, also what it leaves unfinished; an unreadable rest is deleted."""
        if self._stopped.is_set():
            return
        process = self._process = await self._started()
        assert process.stdout is not None
        assert process.stderr is not None
        tasks = [asyncio.ensure_future(self._keep_lines(process.stderr))]
        if self.file is None:
            tasks.append(asyncio.ensure_future(self._watch_growth()))
        elif process.stdin is not None:
            tasks.append(asyncio.ensure_future(self._feed(self.file, process.stdin)))
        try:
            async for line in process.stdout:
                path = self.folder / line.decode().strip()
                self.first = int(path.stem) + 1
                if path.stat().st_size:
                    self._count += 1
                    yield path
            await process.wait()
            await tasks[0]
            if holds_an_access_unit(rest := self._growing):
                self.first += 1
                self._count += 1
                yield rest
        finally:
            for task in tasks:
                task.cancel()
            await self._end()
            self._growing.unlink(missing_ok=True)

    @property
    def _growing(self) -> Path:
        """Return the file that is being cut."""
        return self.folder / f"{self.first:06d}.{'ts' if ffmpeg.is_stream(self.source) else 'mkv'}"

    async def _keep_lines(self, errors: asyncio.StreamReader) -> None:
        self._lines.clear()
        rest = ""
        while data := await errors.read(_LINE_BYTES):
            *lines, rest = (rest + data.decode(errors="replace")).splitlines(keepends=True)
            self._lines.extend(line.strip() for line in lines)
            rest = rest[-_LINE_BYTES:]
        self._lines.append(rest.strip())

    async def _watch_growth(self) -> None:
        """Note when something came last; end a recording where ffmpeg does not see that nothing comes."""
        before = (self.first, -1)
        self._grown_at = self._grown_at if self._count else self._now()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._look_whether_open()
            with suppress(FileNotFoundError):
                now = (self.first, self._growing.stat().st_size)
                if now != before:
                    before, self._grown_at = now, self._now()
            begun = self._count or before[1] > 0
            if begun and self._since_growth() >= self.patience_seconds + _UNNOTICED_SECONDS:
                self._silent = True
                self._interrupt()
                return

    def _look_whether_open(self) -> None:
        if not self._listens and self._process is not None and is_open(self._process.pid):
            self._listens = True
            self.listening()

    def _since_growth(self) -> float:
        return self._now() - self._grown_at

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _interrupt(self) -> None:
        """Have ffmpeg end in order: once it no longer listens, the second time it lets go of a read."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
            asyncio.get_running_loop().call_later(_SECOND_SIGNAL, self._interrupt_once)

    def _interrupt_once(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)

    async def _started(self) -> asyncio.subprocess.Process:
        command = ffmpeg.cutting_command(
            self.source,
            self.folder,
            self.first,
            segment_seconds=self.segment_seconds,
            analyse_seconds=self._analyse_seconds,
            silence_seconds=self.patience_seconds,
        )
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL if self.file is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours, so that the last segment is announced
        )

    async def _feed(self, path: Path, pipe: asyncio.StreamWriter) -> None:
        """Give ffmpeg the file as it grows, then its end, for which it would wait itself for ever."""
        since = self._now()
        try:
            with path.open("rb") as file:
                while not self._stopped.is_set():
                    if data := await asyncio.to_thread(file.read, _PIECE_BYTES):
                        pipe.write(data)
                        await pipe.drain()
                        since = self._now()
                    elif self._now() - since >= self.settle_seconds and not is_open_for_writing(path):
                        break
                    else:
                        await asyncio.sleep(_LOOK_SECONDS)
        except (BrokenPipeError, ConnectionResetError):
            return  # ffmpeg has ended, and says why
        pipe.close()

    async def _end(self) -> None:
        """Leave no process behind."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._interrupt()
        try:
            await asyncio.wait_for(process.wait(), _END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
