"""Reading a file with holes: bytes that are not there are named, never taken for zeros."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO, Final, cast

from framewell_media.sandbox.registry import Answer, JobFiles, Parameters

ABSENT: Final = "absent"
"""Names, in the answer of a job, the bytes that it needs and did not find: offset and length."""
SPARSE: Final = "sparse"
"""Says, in the parameters of a job, that its first input has holes."""


class BytesAbsent(OSError):
    """The bytes that are wanted are not there."""


class SparseReader:
    """A file whose holes are bytes that are not there; `absent` are the first ones that were wanted."""

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor, self._at = file.fileno(), 0
        self._size = os.fstat(self._descriptor).st_size
        self.absent: tuple[int, int] | None = None

    def read(self, length: int = -1) -> bytes:
        """Return bytes, fewer than `length` before a hole. Raises BytesAbsent where one begins."""
        end = self._size if length < 0 else min(self._at + length, self._size)
        if self._at >= end:
            return b""
        stop = min(os.lseek(self._descriptor, self._at, os.SEEK_HOLE), end)
        if stop == self._at:
            self.absent = self.absent or (self._at, end - self._at)
            raise BytesAbsent(f"bytes from {self._at} on are not there")
        data = os.pread(self._descriptor, stop - self._at, self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, and return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return True."""
        return True


Job = Callable[[JobFiles, Parameters], Answer]


def on_sparse_files(job: Job) -> Job:
    """Return the job so that it reads a first input with holes, if its parameters say that it has some.

    Where bytes were missing its answer is `absent` alone, however it ended: without them it means nothing.
    """

    def done(files: JobFiles, parameters: Parameters) -> Answer:
        if not parameters.get(SPARSE):
            return job(files, parameters)
        source = SparseReader(files.inputs[0])
        given = replace(files, inputs=(cast(BinaryIO, source), *files.inputs[1:]))
        try:
            answer = job(given, parameters)
        except Exception:
            if source.absent is None:
                raise
            answer = {}
        return answer if source.absent is None else {ABSENT: list(source.absent)}

    return done
