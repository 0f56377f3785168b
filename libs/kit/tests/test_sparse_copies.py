"""Sparse copies hold the bytes that were asked for, and all of them where that is the cheaper way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from framewell_kit.objects import Objects
from framewell_kit.objects.s3 import S3Objects
from framewell_kit.objects.sparse import BLOCK_BYTES, SparseCopy, make_sparse
from framewell_kit.outcomes import NotFound

CONTENT = os.urandom(40 * BLOCK_BYTES + 123)


class Store:
    """An object that is read in ranges."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    async def read(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        return CONTENT[offset : offset + length]

    def copy(self, path: Path) -> SparseCopy:
        assert make_sparse(path, len(CONTENT))
        return SparseCopy(path, len(CONTENT), self.read, whole=False)


def there(path: Path) -> list[tuple[int, int]]:
    """Return the parts of a file that are no holes."""
    descriptor, found, at = os.open(path, os.O_RDONLY), list[tuple[int, int]](), 0
    try:
        while at < len(CONTENT):
            start = os.lseek(descriptor, at, os.SEEK_DATA)
            at = os.lseek(descriptor, start, os.SEEK_HOLE)
            found.append((start, at))
    except OSError:  # no more data
        pass
    finally:
        os.close(descriptor)
    return found


async def test_only_what_is_asked_for_is_fetched_and_once(tmp_path: Path) -> None:
    store = Store()
    copy = store.copy(tmp_path / "copy")
    await copy.fill(0, 10)
    await copy.fill(5 * BLOCK_BYTES + 7, BLOCK_BYTES)
    await copy.fill(4 * BLOCK_BYTES, 4 * BLOCK_BYTES)
    block = BLOCK_BYTES
    assert store.asked == [
        (0, block), (5 * block, 2 * block), (4 * block, block), (7 * block, block)
    ]  # fmt: skip
    assert there(copy.path) == [(0, block), (4 * block, 8 * block)]
    assert copy.path.read_bytes()[4 * block : 8 * block] == CONTENT[4 * block : 8 * block]
    assert (copy.fetched, copy.whole) == (5 * block, False)


async def test_the_end_of_an_object_is_no_whole_block(tmp_path: Path) -> None:
    store = Store()
    copy = store.copy(tmp_path / "copy")
    await copy.fill(len(CONTENT) - 5, 1000)
    assert store.asked == [(40 * BLOCK_BYTES, 123)]


async def test_a_reader_that_goes_on_gets_more_each_time(tmp_path: Path) -> None:
    store = Store()
    copy = store.copy(tmp_path / "copy")
    at = 0
    for _ in range(3):
        await copy.supply(at, 256 << 10)
        at = there(copy.path)[-1][1]
    assert [length // BLOCK_BYTES for _, length in store.asked] == [2, 4, 8]


@pytest.mark.parametrize("because", ["half of it", "there already", "too often"])
async def test_where_parts_do_not_help_the_whole_is_fetched(
    tmp_path: Path, because: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Store().copy(tmp_path / "copy")
    if because == "half of it":
        await copy.fill(0, len(CONTENT) // 2)
    if because == "there already":  # the file system shows a hole where zeros were written
        await copy.fill(0, 1)
        await copy.supply(0, 1)
    if because == "too often":
        monkeypatch.setattr("framewell_kit.objects.sparse._MOST_SUPPLIES", 0)
    if not copy.whole:
        await copy.supply(30 * BLOCK_BYTES, 1)
    assert copy.whole
    assert copy.path.read_bytes() == CONTENT


async def test_every_store_has_sparse_copies(objects: Objects) -> None:
    ref = await objects.put(CONTENT, media_type="video/mp4", suffix=".mp4")
    async with objects.sparse(ref) as copy:
        await copy.fill(100, 10)
        assert copy.path.stat().st_size == len(CONTENT)
        assert copy.path.read_bytes()[100:110] == CONTENT[100:110]
        await copy.supply(20 * BLOCK_BYTES, 1)
        await copy.fill(0, len(CONTENT))
        assert copy.path.read_bytes() == CONTENT
    with pytest.raises(NotFound):
        async with objects.sparse(f"aa/aa{'0' * 62}.mp4"):
            pass


async def test_readers_share_a_sparse_copy_and_use_a_whole_one_that_is_there(tmp_path: Path) -> None:
    objects = S3Objects("", tmp_path, store=MemoryStore())
    ref = await objects.put(CONTENT, media_type="video/mp4")
    async with objects.sparse(ref) as first:
        await first.fill(0, 10)
    async with objects.sparse(ref) as second:
        assert second is first
    async with objects.local(ref) as path, objects.sparse(ref) as third:
        assert (third.path, third.whole) == (path, True)


async def test_a_file_system_without_holes_gets_whole_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = S3Objects("", tmp_path, store=MemoryStore())
    ref = await objects.put(CONTENT, media_type="video/mp4")
    monkeypatch.setattr(os, "lseek", lambda *_: len(CONTENT))
    async with objects.sparse(ref) as copy:
        assert copy.whole
        assert copy.path.read_bytes() == CONTENT
