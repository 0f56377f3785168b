"""Objects over HTTP: whole, in ranges, cached for ever, and nothing else of the disk."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from framewell_gateway.domain.addresses import ByteRange, UnsatisfiableError, parse_range
from framewell_kit.objects import LocalObjects

CONTENT = bytes(range(256)) * 8192  # two pieces


@pytest.fixture
async def key(mesh: Any) -> str:
    return (await mesh.objects.put(CONTENT, media_type="video/iso.segment", suffix=".m4s")).key


async def test_a_whole_object(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.get(f"/v1/objects/{key}")
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "video/iso.segment"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=5-9", 5, 9), ("bytes=-3", len(CONTENT) - 3, len(CONTENT) - 1)],
)
async def test_a_range(gateway: httpx.AsyncClient, key: str, wanted: str, first: int, last: int) -> None:
    answer = await gateway.get(f"/v1/objects/{key}", headers={"range": wanted})
    assert answer.status_code == 206
    assert answer.content == CONTENT[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"


async def test_a_range_behind_the_end_is_refused(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.get(f"/v1/objects/{key}", headers={"range": f"bytes={len(CONTENT)}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


async def test_a_range_of_another_version_gives_the_whole(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.get(f"/v1/objects/{key}", headers={"range": "bytes=0-1", "if-range": '"other"'})
    assert (answer.status_code, len(answer.content)) == (200, len(CONTENT))


async def test_what_the_caller_has_is_not_sent_again(gateway: httpx.AsyncClient, key: str) -> None:
    etag = (await gateway.head(f"/v1/objects/{key}")).headers["etag"]
    answer = await gateway.get(f"/v1/objects/{key}", headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_a_head_request_sends_no_bytes(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.head(f"/v1/objects/{key}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


async def test_an_empty_object(mesh: Any, gateway: httpx.AsyncClient) -> None:
    ref = await mesh.objects.put(b"", media_type="application/octet-stream")
    answer = await gateway.get(f"/v1/objects/{ref.key}")
    assert (answer.status_code, answer.content) == (200, b"")


SHA = "ab" + "0" * 62


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/secret.txt",
        f"ab/../../{SHA}",
        f"ab/{SHA}/../../../secret.txt",
        f"ab/{SHA}.m4s%00.txt",
        f"ab/{SHA}..%2f",
        f"cd/{SHA}",
        f"AB/{SHA.upper()}",
        f"/{SHA}",
        "ab/" + "0" * 63,
        f"ab/{SHA}.a.b.c",
        f"ab/{SHA}%0a",
        ".incoming/x",
        "",
    ],
)
async def test_nothing_but_objects_can_be_read(
    mesh: Any, gateway: httpx.AsyncClient, tmp_path: Path, path: str
) -> None:
    objects = tmp_path / "objects"
    mesh.objects = LocalObjects(objects)
    (tmp_path / "secret.txt").write_text("top secret")
    answer = await gateway.get(f"/v1/objects/{path}")
    assert answer.status_code == 404
    assert b"top secret" not in answer.content


async def test_an_object_that_is_not_there(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get(f"/v1/objects/ab/{SHA}.m4s")).status_code == 404


@pytest.mark.parametrize("header", [None, "", "bytes=", "bytes=-", "items=0-1", "bytes=0-1,3-4", "bytes=9-3"])
def test_ranges_that_are_none(header: str | None) -> None:
    assert parse_range(header, 100) is None


def test_ranges_are_cut_to_the_object() -> None:
    assert parse_range("bytes=90-1000", 100) == ByteRange(90, 99)
    assert parse_range("bytes=-1000", 100) == ByteRange(0, 99)
    for outside in ("bytes=100-", "bytes=-0"):
        with pytest.raises(UnsatisfiableError):
            parse_range(outside, 100)
