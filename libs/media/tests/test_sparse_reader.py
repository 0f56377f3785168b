"""A hole is never read as zeros: the job answers which bytes it needs."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from framewell_media.sandbox.registry import Answer, JobFiles, Parameters
from framewell_media.sparse_reader import BytesAbsent, SparseReader, on_sparse_files

BLOCK = 64 << 10


@pytest.fixture
def sparse(tmp_path: Path) -> Iterator[BinaryIO]:
    """Return a file of four blocks, of which the first and the third are there."""
    path = tmp_path / "sparse"
    with path.open("w+b", buffering=0) as file:
        file.truncate(4 * BLOCK)
        os.pwrite(file.fileno(), b"a" * BLOCK, 0)
        os.pwrite(file.fileno(), b"c" * BLOCK, 2 * BLOCK)
        yield file


def test_bytes_are_read_up_to_a_hole_which_is_named(sparse: BinaryIO) -> None:
    reader = SparseReader(sparse)
    assert reader.read(10) == b"a" * 10
    assert reader.read(2 * BLOCK) == b"a" * (BLOCK - 10)
    with pytest.raises(BytesAbsent):
        reader.read(5)
    assert reader.absent == (BLOCK, 5)
    assert reader.seek(2 * BLOCK) == reader.tell() == 2 * BLOCK
    assert reader.read() == b"c" * BLOCK
    with pytest.raises(BytesAbsent):
        reader.read()
    assert reader.absent == (BLOCK, 5)  # the first ones
    assert reader.seek(-3, io.SEEK_END) == 4 * BLOCK - 3
    assert reader.seek(0, io.SEEK_END) == 4 * BLOCK
    assert reader.read(1) == b""


@pytest.mark.parametrize("swallows", [True, False])
def test_a_job_that_met_a_hole_answers_that_alone(sparse: BinaryIO, swallows: bool) -> None:
    def job(files: JobFiles, parameters: Parameters) -> Answer:
        try:
            return {"read": len(files.inputs[0].read(3 * BLOCK)) and len(files.inputs[0].read(1))}
        except OSError:
            if not swallows:
                raise
            return {"read": "wrong"}

    files = JobFiles((sparse,), ())
    assert on_sparse_files(job)(files, {"sparse": True}) == {"absent": [BLOCK, 1]}


def test_a_whole_file_is_read_as_it_is(sparse: BinaryIO) -> None:
    def job(files: JobFiles, parameters: Parameters) -> Answer:
        return {"read": len(files.inputs[0].read())}

    assert on_sparse_files(job)(JobFiles((sparse,), ()), {}) == {"read": 4 * BLOCK}


def test_an_error_of_the_job_stays_its_own(sparse: BinaryIO) -> None:
    def job(files: JobFiles, parameters: Parameters) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        on_sparse_files(job)(JobFiles((sparse,), ()), {"sparse": True})
