"""An original that lies in S3 is copied into the scratch folder, once for all of its chunks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from framewell_kit.objects.s3 import S3Objects
from framewell_media.testing import Clip, make_clip


class CountingObjects(S3Objects):
    """Objects in S3 that count their downloads, by key."""

    def __init__(self, scratch: Path) -> None:
        super().__init__("", scratch, store=MemoryStore())
        self.downloads: Counter[str] = Counter()

    async def _download(self, key: str, path: Path) -> None:
        self.downloads[key] += 1
        await super()._download(key, path)


@pytest.fixture
def objects(tmp_path: Path) -> CountingObjects:
    (tmp_path / "scratch").mkdir()
    return CountingObjects(tmp_path / "scratch")


async def test_an_original_is_fetched_once_for_all_its_chunks(
    transcode, objects: CountingObjects, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "closed.mp4", Clip()))
    ended = await transcode.transcode(asset)
    assert ended.chunk_count > 1
    assert objects.downloads[asset.original.key] == 1
    assert all(count == 1 for count in objects.downloads.values())
