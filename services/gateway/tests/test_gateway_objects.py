"""Objects over HTTP: below what they are part of, whole or in ranges, and nothing else of the disk."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell_gateway.domain.addresses import ByteRange, UnsatisfiableError, parse_range
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_kit.objects import LocalObjects, MemoryObjects
from framewell_kit.outcomes import Conflict, Gone
from framewell_kit.testing.waiting import PATIENCE, eventually

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
OTHER = "1c5b2c1e-0000-4000-8000-00000000000b"
OBJECTS = f"/v1/assets/{ASSET}/objects"
CONTENT = bytes(range(256)) * 8192  # two pieces


@pytest.fixture
async def key(mesh: Any) -> str:
    return str(await mesh.put(CONTENT, ".m4s"))


async def test_a_whole_object(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.get(f"{OBJECTS}/{key}")
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "video/iso.segment"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, no-cache"  # asked about before every use
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=5-9", 5, 9), ("bytes=-3", len(CONTENT) - 3, len(CONTENT) - 1)],
)
async def test_a_range(gateway: httpx.AsyncClient, key: str, wanted: str, first: int, last: int) -> None:
    answer = await gateway.get(f"{OBJECTS}/{key}", headers={"range": wanted})
    assert answer.status_code == 206
    assert answer.content == CONTENT[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"


async def test_a_range_behind_the_end_is_refused(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.get(f"{OBJECTS}/{key}", headers={"range": f"bytes={len(CONTENT)}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


async def test_a_range_of_another_version_gives_the_whole(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.get(f"{OBJECTS}/{key}", headers={"range": "bytes=0-1", "if-range": '"other"'})
    assert (answer.status_code, len(answer.content)) == (200, len(CONTENT))


async def test_what_the_caller_has_is_not_sent_again(gateway: httpx.AsyncClient, key: str) -> None:
    etag = (await gateway.head(f"{OBJECTS}/{key}")).headers["etag"]
    answer = await gateway.get(f"{OBJECTS}/{key}", headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_a_head_request_sends_no_bytes(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.head(f"{OBJECTS}/{key}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


async def test_an_empty_object(mesh: Any, gateway: httpx.AsyncClient) -> None:
    key = await mesh.put(b"", "")
    answer = await gateway.get(f"{OBJECTS}/{key}")
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
    answer = await gateway.get(f"{OBJECTS}/{path}")
    assert answer.status_code == 404
    assert b"top secret" not in answer.content


async def test_an_object_that_is_not_there(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get(f"{OBJECTS}/ab/{SHA}.m4s")).status_code == 404


@pytest.mark.parametrize("header", [None, "", "bytes=", "bytes=-", "items=0-1", "bytes=0-1,3-4", "bytes=9-3"])
def test_ranges_that_are_none(header: str | None) -> None:
    assert parse_range(header, 100) is None


def test_ranges_are_cut_to_the_object() -> None:
    assert parse_range("bytes=90-1000", 100) == ByteRange(90, 99)
    assert parse_range("bytes=-1000", 100) == ByteRange(0, 99)
    for outside in ("bytes=100-", "bytes=-0"):
        with pytest.raises(UnsatisfiableError):
            parse_range(outside, 100)


# --- through a decision about what they are


async def test_a_key_alone_opens_nothing(gateway: httpx.AsyncClient, key: str) -> None:
    for path in (f"/v1/objects/{key}", f"/v1/assets/{OTHER}/objects/{key}", f"/v1/samples/s-1/objects/{key}"):
        answer = await gateway.get(path)
        assert (answer.status_code, answer.content.find(CONTENT[:256])) == (404, -1), path


@pytest.mark.parametrize(
    ("service", "owner", "path"),
    [
        ("transcode", ASSET, f"assets/{ASSET}"),
        ("ingest", ASSET, f"assets/{ASSET.upper()}"),
        ("dataset", "s-17", "samples/s-17"),
        ("dataset", "people-3", "snapshots/people-3"),
        ("training", "identity/people@3.0", "models/identity/people/3.0"),
        ("training", "identity/people@3.0", "models/identity%2Fpeople/3.0"),
    ],
)
async def test_an_object_is_read_below_what_it_is_part_of_until_that_is_gone(
    mesh: Any, gateway: httpx.AsyncClient, service: str, owner: str, path: str
) -> None:
    key = await mesh.put(b"x", ".bin", owner, service)
    address = f"/v1/{path}/objects/{key}"
    read = await gateway.get(address)
    assert (read.status_code, read.content) == (200, b"x")
    assert ("access-control-allow-origin" in read.headers) == path.startswith("assets/")
    getattr(mesh, service).held[owner, key] = Gone("It was withdrawn: the contract ended.")
    for headers in ({}, {"if-none-match": read.headers["etag"]}, {"range": "bytes=0-0"}):
        gone = await gateway.get(address, headers=headers)
        assert (gone.status_code, gone.json()["code"]) == (410, "gone")
        assert gone.json()["detail"] == "It was withdrawn: the contract ended."


async def test_a_withheld_crop_is_a_conflict(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.dataset.held["s-17", f"ab/{SHA}.jpg"] = Conflict("It is withheld.")
    assert (await gateway.get(f"/v1/samples/s-17/objects/ab/{SHA}.jpg")).status_code == 409


async def test_while_its_holder_is_away_an_object_is_unavailable_not_missing(
    mesh: Any, gateway: httpx.AsyncClient, key: str
) -> None:
    mesh.transcode.away = True
    assert (await gateway.get(f"{OBJECTS}/{key}")).status_code == 503
    original = await mesh.put(b"original", ".mp4", service="ingest")
    assert (await gateway.get(f"{OBJECTS}/{original}")).status_code == 200


# --- who was given training data


@pytest.mark.parametrize(
    ("service", "owner", "path"),
    [
        ("dataset", "people-3", "snapshots/people-3"),
        ("training", "identity/people@3.0", "models/identity/people/3.0"),
    ],
)
async def test_who_downloads_training_data_is_recorded_once_a_download(
    mesh: Any, open_gateway: Any, service: str, owner: str, path: str
) -> None:
    found = {"purpose": PURPOSE_OWN_TRAINING, "snapshot_id": "people-3"}
    key = await mesh.put(b"a table", ".parquet", owner, service, **found)
    address = f"/v1/{path}/objects/{key}"
    async with open_gateway(headers={"framewell-actor": "anna"}) as client:
        await client.head(address)
        assert mesh.announcements.facts == []
        for wanted in ("bytes=0-1", "bytes=2-", ""):
            assert (await client.get(address, headers={"range": wanted} if wanted else {})).is_success
    async with open_gateway(headers={"framewell-actor": "bernd"}) as client:
        await client.get(address, headers={"range": "bytes=3-"})
    accesses = mesh.announcements.facts
    assert [access.actor.principal for access in accesses] == ["anna", "bernd"]
    assert {access.resource for access in accesses} == {f"{path}/objects/{key}"}
    assert (accesses[0].purpose, accesses[0].snapshot_id) == (PURPOSE_OWN_TRAINING, "people-3")


async def test_a_crop_or_a_proxy_is_read_without_a_record(
    mesh: Any, gateway: httpx.AsyncClient, key: str
) -> None:
    crop = await mesh.put(b"a crop", ".jpg", "s-17", "dataset")
    assert (await gateway.get(f"/v1/samples/s-17/objects/{crop}")).status_code == 200
    assert (await gateway.get(f"{OBJECTS}/{key}")).status_code == 200
    assert mesh.announcements.facts == []


# --- while it is sent


async def test_an_object_that_is_deleted_while_it_is_sent_ends_the_connection(mesh: Any, key: str) -> None:
    class Deleting(MemoryObjects):
        async def read_range(self, key: Any, offset: int, length: int) -> bytes:
            if offset:
                await self.delete(key)
            return await super().read_range(key, offset, length)

    objects = Deleting()
    await objects.put(CONTENT, media_type="video/iso.segment", suffix=".m4s")
    mesh.objects = objects
    server = WebServer(application(mesh.context()), "127.0.0.1", 0)
    await server.start()
    try:
        await eventually(lambda: not server.waiting())
        port = server.port
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            with pytest.raises(httpx.RemoteProtocolError, match="body"):
                await client.get(f"{OBJECTS}/{key}")
            assert (await client.get(f"{OBJECTS}/{key}")).status_code == 404
    finally:
        await server.stop(PATIENCE)
