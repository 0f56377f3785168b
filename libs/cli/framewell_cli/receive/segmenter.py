"""Cutting live input or a growing file into segments that begin with a keyframe, by the program ffmpeg.

ffmpeg was chosen because every house has it and it reads what broadcast sends (UDP, RTP, SRT, growing MXF);
GStreamer and TSDuck were considered. It copies the streams, decodes nothing, and runs as whoever calls it.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from framewell_cli.errors import CommandError
from framewell_cli.watch_folder.completeness import is_open_for_writing

PROTOCOLS: Final = ("udp", "rtp", "srt", "rtmp", "tcp")
"""Schemes of live input that ffmpeg listens to or fetches from."""
_LOOK_SECONDS: Final = 0.2
_PIECE_BYTES: Final = 1 << 18
_END_SECONDS: Final = 10.0
_SECOND_SIGNAL: Final = 0.3
_ANALYSE_MICROSECONDS: Final = 1_000_000
"""How long ffmpeg listens before it cuts: tables of a transport stream come twice a second at least."""
_STREAM_SUFFIXES: Final = (".ts", ".m2ts", ".mts", ".mpg", ".mpeg")


@dataclass(slots=True)
class Segmenter:
    """Cuts one input into files of a folder, numbered from `first`.

    A file is followed while it grows, until nothing came for `settle_seconds` and nobody has it open for
    writing; it must be one that can be read from front to back (a transport stream, fragmented MP4 or MOV,
    MXF). Live input is cut until it ends, or `stop` is called.
    """

    source: str
    folder: Path
    first: int = 0
    segment_seconds: float = 4.0
    settle_seconds: float = 10.0
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _stopped: bool = field(default=False, init=False)

    @property
    def file(self) -> Path | None:
        """Return the growing file, None for live input."""
        return None if self.source.partition("://")[0] in PROTOCOLS else Path(self.source)

    async def segments(self) -> AsyncIterator[Path]:
        """Yield each segment as soon as it is complete.

        Raises CommandError when ffmpeg is not installed, and when it ends without a single segment.
        """
        process = self._process = await self._started()
        feeding: asyncio.Future[None] | None = None
        count = 0
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            if self.file is not None and process.stdin is not None:
                feeding = asyncio.ensure_future(self._feed(self.file, process.stdin))
            errors = asyncio.ensure_future(process.stderr.read())
            async for line in process.stdout:
                count += 1
                yield self.folder / line.decode().strip()
            code = await process.wait()
            said = (await errors).decode(errors="replace").strip().splitlines()
            if not count and not self._stopped:
                raise CommandError(f"{self.source}: ffmpeg made no segment of it: {_last(said, code)}")
        finally:
            if feeding is not None:
                feeding.cancel()
            await self._end()

    def stop(self) -> None:
        """End the input; the segment that is being cut is still completed."""
        self._stopped = True
        if self.file is None:
            self._interrupt()

    def _interrupt(self) -> None:
        """Have ffmpeg end in order: once it no longer listens, the second time it lets go of a read."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
            asyncio.get_running_loop().call_later(_SECOND_SIGNAL, self._interrupt_once)

    def _interrupt_once(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)

    def command(self) -> list[str]:
        """Return the command line of ffmpeg. Raises CommandError when it is not installed."""
        program = shutil.which("ffmpeg")
        if program is None:
            raise CommandError(
                "Receiving needs the program ffmpeg, which is not installed here: install it (on Debian and "
                "Ubuntu: apt install ffmpeg) and try again"
            )
        is_stream = self.file is None or self.file.suffix.lower() in _STREAM_SUFFIXES
        form = (
            "mpegts" if is_stream else "matroska"
        )  # a transport stream does not carry every codec of a file
        name = "%06d.ts" if is_stream else "%06d.mkv"
        source = self.source if self.file is None else "pipe:0"
        times = [] if is_stream else ["-fflags", "+genpts"]  # MXF without its index has decoding times alone
        return [
            *(program, "-nostdin", "-hide_banner", "-loglevel", "error"),
            *("-analyzeduration", str(_ANALYSE_MICROSECONDS), *times, "-i", source),
            *("-map", "0:v:0", "-map", "0:a?", "-c", "copy", "-f", "segment"),
            *("-segment_time", str(self.segment_seconds), "-segment_format", form),
            *("-segment_start_number", str(self.first)),
            *("-segment_list", "pipe:1", "-segment_list_type", "flat", str(self.folder / name)),
        ]

    async def _started(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.command(),
            stdin=asyncio.subprocess.DEVNULL if self.file is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours, so that the last segment is announced
        )

    async def _feed(self, path: Path, pipe: asyncio.StreamWriter) -> None:
        """Give ffmpeg the file as it grows, then its end, for which it would wait itself for ever."""
        clock, since = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        try:
            with path.open("rb") as file:
                while not self._stopped:
                    if data := await asyncio.to_thread(file.read, _PIECE_BYTES):
                        pipe.write(data)
                        await pipe.drain()
                        since = clock.time()
                    elif clock.time() - since >= self.settle_seconds and not is_open_for_writing(path):
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


def _last(said: Sequence[str], code: int) -> str:
    return said[-1] if said else f"it ended with code {code} and no word"
