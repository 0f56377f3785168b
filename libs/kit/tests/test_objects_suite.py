"""What every object store promises, the fake and the real ones alike."""

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from framewell_kit.objects import LocalObjects, Objects
from framewell_kit.outcomes import Busy, NotFound

DATA = b"picture" * 1000
DIGEST = sha256(DATA).hexdigest()


async def test_an_object_is_named_by_its_content(objects: Objects) -> None:
    ref = await objects.put(DATA, media_type="image/jpeg", suffix=".jpg")
    assert ref.key == f"{DIGEST[:2]}/{DIGEST}.jpg"
    assert (ref.sha256, ref.size, ref.media_type) == (DIGEST, len(DATA), "image/jpeg")
    assert await objects.read(ref) == DATA
    assert await objects.read(ref.key) == DATA
    assert await objects.size(ref) == len(DATA)
    assert (await objects.put(DATA, media_type="image/jpeg", suffix=".jpg")).key == ref.key


async def test_a_file_is_stored_and_stays_where_it_is(objects: Objects, tmp_path: Path) -> None:
    path = tmp_path / "original.mp4"
    path.write_bytes(DATA)
    ref = await objects.put_file(path, media_type="video/mp4", suffix=".mp4")
    assert (ref.sha256, ref.size) == (DIGEST, len(DATA))
    assert await objects.read(ref) == DATA
    assert path.read_bytes() == DATA


async def test_ranges(objects: Objects) -> None:
    ref = await objects.put(b"0123456789", media_type="text/plain")
    assert await objects.read_range(ref, 2, 3) == b"234"
    assert await objects.read_range(ref, 8, 10) == b"89"
    assert await objects.read_range(ref, 10, 5) == b""


async def test_a_local_path_to_read_from(objects: Objects) -> None:
    ref = await objects.put(DATA, media_type="video/mp4", suffix=".init.mp4")
    async with objects.local(ref) as path:
        assert path.read_bytes() == DATA
        assert path.name.endswith(".init.mp4")


async def test_what_is_not_there(objects: Objects) -> None:
    missing = f"aa/aa{'0' * 62}.jpg"
    assert not await objects.exists(missing)
    assert not await objects.delete(missing)
    for reading in (objects.read(missing), objects.read_range(missing, 0, 1), objects.size(missing)):
        with pytest.raises(NotFound):
            await reading
    with pytest.raises(NotFound):
        async with objects.local(missing):
            pass


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "", "aa/bb", f"ab/cd{'0' * 62}", f"aa/aa{'0' * 62}/../x"]
)
async def test_no_key_leaves_the_store(objects: Objects, key: str) -> None:
    with pytest.raises(NotFound):
        await objects.read(key)


async def test_deleting(objects: Objects) -> None:
    ref = await objects.put(DATA, media_type="x/y")
    assert await objects.delete(ref)
    assert not await objects.exists(ref)


async def test_a_full_disk_is_busy_and_names_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalObjects(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Busy, match="no room left"):
        await store.put(DATA, media_type="x/y")
    assert [name for _, _, names in os.walk(tmp_path) for name in names] == []
