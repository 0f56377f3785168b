"""Copies of objects on a local disk: one for all who read at once, kept a while, gone for want of room."""

import asyncio
import errno
import shutil
from collections import Counter
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from framewell_kit.objects.local_copies import LocalCopies
from framewell_kit.objects.s3 import S3Objects
from framewell_kit.outcomes import Busy
from framewell_kit.testing.waiting import patient, remains

KEY = "aa/original.mxf"
OTHER = "bb/other.mxf"
SIZE = 1000


class Store:
    """An object store that counts what is fetched from it; the first `failing` fetches break off."""

    def __init__(self, failing: int = 0) -> None:
        self.fetched: Counter[str] = Counter()
        self._failing = failing

    async def download(self, path: Path) -> None:
        self.fetched[path.name.partition("-")[2].partition("-")[2]] += 1
        with path.open("wb") as file:
            file.write(b"x" * (SIZE // 2))
            await asyncio.sleep(0)
            if self._failing:
                self._failing -= 1
                raise Busy("the object store does not answer")
            file.write(b"x" * (SIZE // 2))


@pytest.fixture
def store() -> Store:
    return Store()


async def gone(folder: Path) -> None:
    """Wait until no copy is left: files are removed in a thread."""
    async with patient():
        while left(folder):  # noqa: ASYNC110 - a file system sets no event
            await asyncio.sleep(0.001)


def left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_all_who_read_at_once_and_soon_after_read_one_copy(tmp_path: Path, store: Store) -> None:
    copies = LocalCopies(tmp_path)

    async def read() -> bytes:
        async with copies.of(KEY, SIZE, store.download) as path:
            await asyncio.sleep(0)
            return path.read_bytes()

    found = await asyncio.gather(*(read() for _ in range(5)))
    assert {len(one) for one in found} == {SIZE}
    assert len(await read()) == SIZE
    assert store.fetched == {"original.mxf": 1}


async def test_a_copy_goes_some_time_after_its_last_reader(tmp_path: Path, store: Store) -> None:
    copies = LocalCopies(tmp_path, keep_seconds=0.01)
    async with copies.of(KEY, SIZE, store.download) as path:
        await remains(path.is_file, seconds=0.05)
    await gone(tmp_path)
    async with copies.of(KEY, SIZE, store.download):
        pass
    assert store.fetched == {"original.mxf": 2}


async def test_what_nobody_reads_makes_room(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = LocalCopies(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    async with copies.of(OTHER, SIZE, store.download) as read:
        async with copies.of(KEY, SIZE, store.download) as idle:
            pass
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=SIZE - 1))
        async with copies.of("cc/third.mxf", SIZE, store.download):
            assert not idle.exists()
            assert read.is_file()


async def test_copies_take_no_more_than_they_may_and_the_longest_unread_goes_first(
    tmp_path: Path, store: Store
) -> None:
    block = 4096  # what a small file takes of most disks

    async def write(path: Path) -> None:
        await asyncio.to_thread(path.write_bytes, b"x" * block)

    copies, kept = LocalCopies(tmp_path, most_bytes=2 * block), []
    for name in ("first", "second"):
        async with copies.of(f"aa/{name}", block, write) as path:
            kept.append(path)
    async with copies.of("aa/first", block, write):
        pass
    async with copies.of("aa/third", block, write) as path:
        assert [one.exists() for one in (*kept, path)] == [True, False, True]


async def test_the_copy_that_was_read_last_stays_however_large_it_is(tmp_path: Path, store: Store) -> None:
    copies = LocalCopies(tmp_path, most_bytes=1)
    for _ in range(2):
        async with copies.of(KEY, SIZE, store.download):
            pass
    assert store.fetched == {"original.mxf": 1}
    async with copies.of(OTHER, SIZE, store.download) as path:
        assert left(tmp_path) == [path]


async def test_a_fetch_that_broke_off_is_no_copy(tmp_path: Path) -> None:
    copies, store = LocalCopies(tmp_path), Store(failing=1)
    with pytest.raises(Busy):
        async with copies.of(KEY, SIZE, store.download):
            pass
    await gone(tmp_path)
    async with copies.of(KEY, SIZE, store.download) as path:
        assert path.stat().st_size == SIZE


async def test_who_waited_for_a_fetch_that_broke_off_fetches_anew(tmp_path: Path) -> None:
    copies, store = LocalCopies(tmp_path), Store(failing=1)

    async def read() -> int:
        async with copies.of(KEY, SIZE, store.download) as path:
            return path.stat().st_size

    found = await asyncio.gather(read(), read(), return_exceptions=True)
    assert isinstance(found[0], Busy)
    assert found[1] == SIZE


async def test_a_full_disk_is_busy(tmp_path: Path) -> None:
    async def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Busy, match="no room left for a copy of an object"):
        async with LocalCopies(tmp_path).of(KEY, SIZE, full):
            pass


async def test_objects_in_s3_are_copied_into_the_scratch_folder(tmp_path: Path) -> None:
    objects = S3Objects("", tmp_path, store=MemoryStore())
    ref = await objects.put(b"original", media_type="video/mp4", suffix=".mp4")
    async with objects.local(ref) as path:
        assert path.parent == tmp_path
        assert path.read_bytes() == b"original"


async def test_a_copy_that_is_read_again_while_room_is_made_stays(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = LocalCopies(tmp_path)
    for key in (KEY, OTHER):
        async with copies.of(key, SIZE, store.download):
            pass
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    async def third() -> None:
        async with copies.of("cc/third.mxf", SIZE, store.download):
            pass

    making = asyncio.create_task(third())
    await asyncio.sleep(0)  # the first copy is on its way out
    assert not copies.has(KEY)
    async with copies.of(OTHER, SIZE, store.download) as path:
        await making
        assert path.exists()
