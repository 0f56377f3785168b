"""s3: URIs against a real S3 server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.adapters.fetchers.buckets import BucketFetcher
from framewell_ingest.domain.verdicts import Refused
from framewell_kit.testing.s3_server import S3Server, s3_server

CONTENT = os.urandom(20_000_000)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as made:
        made.put("news/späti 1.mp4", CONTENT)
        yield made


@pytest.fixture
def s3(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_an_object_is_fetched_from_a_bucket_that_is_allowed(s3: S3Server, tmp_path: Path) -> None:
    fetcher = BucketFetcher(tmp_path, (s3.bucket,), len(CONTENT))
    async with fetcher.fetch(MediaAddress(f"s3://{s3.bucket}/news/sp%C3%A4ti%201.mp4")) as source:
        assert source.path.read_bytes() == CONTENT
        assert source.file_name == "späti 1.mp4"
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("key", "most", "code"),
    [
        ("news/none.mp4", 1 << 30, "unreachable"),
        ("", 1 << 30, "unreachable"),
        ("news/späti 1.mp4", 99, "too_large"),
    ],
)
async def test_an_object_that_cannot_be_had_is_refused(
    s3: S3Server, tmp_path: Path, key: str, most: int, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        async with BucketFetcher(tmp_path, (s3.bucket,), most).fetch(MediaAddress(f"s3://{s3.bucket}/{key}")):
            pass
    assert refused.value.code == code
    assert left_in(tmp_path) == []


async def test_another_bucket_is_not_even_asked_for(s3: S3Server, tmp_path: Path) -> None:
    s3.begin_to_count()
    with pytest.raises(Refused, match="is not read by this mesh"):
        async with BucketFetcher(tmp_path, ("other",), 99).fetch(MediaAddress(f"s3://{s3.bucket}/a.mp4")):
            pass
    assert s3.requests == []
