"""An upload is of the person who began it: nobody else reads it, goes on with it or asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import NotFound
from framewell_media.testing.clips import Clip, make_clip

CONTENT = bytes(range(256)) * 40
OTHERS = [("bernd", "curator"), ("bernd", "rights"), ("bernd", "admin")]


async def begun(ingest: IngestBench, size: int = len(CONTENT), **who: str) -> str:
    request = pb.CreateUploadRequest(file_name="a.mp4", size=size)
    return str((await ingest.call("CreateUpload", request, **who)).upload.uri)


async def sent(ingest: IngestBench, **who: str) -> str:
    """Send a whole file in one call; return its URI."""

    async def messages() -> AsyncIterator[pb.UploadRequest]:
        yield pb.UploadRequest(header=pb.UploadHeader(file_name="a.mp4"))
        yield pb.UploadRequest(data=CONTENT)

    return str((await ingest.call("Upload", messages(), **who)).uri)


async def appended(ingest: IngestBench, uri: str, data: bytes, **who: str) -> int:
    async def messages() -> AsyncIterator[pb.AppendUploadRequest]:
        yield pb.AppendUploadRequest(header=pb.AppendHeader(uri=uri))
        yield pb.AppendUploadRequest(data=data)

    return int((await ingest.call("AppendUpload", messages(), **who)).upload.offset)


def asked_for(uri: str, **more: Any) -> pb.SubmitRequest:
    return pb.SubmitRequest(request=IngestRequested(uri=uri, **more))


@pytest.mark.parametrize("kind", [begun, sent])
@pytest.mark.parametrize(("by", "authority"), OTHERS)
async def test_an_upload_of_somebody_else_is_as_if_it_were_not_there(
    ingest: IngestBench, kind: Any, by: str, authority: str
) -> None:
    uri, nothing = await kind(ingest, by="anna", authority="curator"), "upload:0f3c"
    said = {}
    for named in (uri, nothing):
        with pytest.raises(NotFound) as refused:
            await ingest.call("GetUpload", pb.GetUploadRequest(uri=named), by=by, authority=authority)
        said["read", named] = str(refused.value).replace(named, "…")
        with pytest.raises(NotFound) as refused:
            await appended(ingest, named, b"x", by=by, authority=authority)
        said["continued", named] = str(refused.value).replace(named, "…")
    assert len(set(said.values())) == 1
    requests = [
        asked_for(uri),
        asked_for("https://archive.example/a.mp4", existing_proxy=uri),
        asked_for("https://archive.example/a.mp4", captions=[{"uri": uri}]),
    ]
    for request in requests:
        with pytest.raises(NotFound, match="there is no upload"):
            await ingest.call("Submit", request, by=by, authority=authority)
    assert await ingest.assets() == []


@pytest.mark.parametrize("authority", ["curator", "rights", "admin"])
async def test_whoever_began_it_goes_on_in_whichever_role_a_token_gives_them(
    ingest: IngestBench, authority: str
) -> None:
    clip = make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes()
    uri = await begun(ingest, len(clip), by="anna", authority="curator")
    assert await appended(ingest, uri, clip, by="anna", authority=authority) == len(clip)
    found = await ingest.call("GetUpload", pb.GetUploadRequest(uri=uri), by="anna", authority=authority)
    assert found.upload.offset == len(clip)
    await ingest.call("Submit", asked_for(uri), by="anna", authority=authority)
    await ingest.run_jobs()
    assert len(ingest.facts.of(AssetIngested)) == 1


async def test_only_who_began_it_and_administrators_let_go_of_an_upload(ingest: IngestBench) -> None:
    for by, authority, may in [
        ("bernd", "curator", False),
        ("bernd", "rights", False),
        ("bernd", "admin", True),
        ("anna", "rights", True),
    ]:
        uri = await begun(ingest, by="anna", authority="curator")
        request = pb.DeleteUploadRequest(uri=uri)
        if may:
            await ingest.call("DeleteUpload", request, by=by, authority=authority)
        else:
            with pytest.raises(NotFound):
                await ingest.call("DeleteUpload", request, by=by, authority=authority)
        found = await ingest.documents.get("uploads", uri)
        assert (found is None) is may, (by, authority)


async def test_on_a_mesh_without_users_everybody_goes_on_with_everything(ingest: IngestBench) -> None:
    uri = await begun(ingest, by="anna")
    assert await appended(ingest, uri, CONTENT, by="local") == len(CONTENT)
    await ingest.call("DeleteUpload", pb.DeleteUploadRequest(uri=uri), by="bernd")


async def test_what_was_begun_before_there_were_users_is_nobodys_afterwards(ingest: IngestBench) -> None:
    uri = await begun(ingest, by="local")
    with pytest.raises(NotFound):
        await ingest.call("GetUpload", pb.GetUploadRequest(uri=uri), by="anna", authority="admin")
    await ingest.documents.update("uploads", uri, {"$set": {"owner": ""}})
    with pytest.raises(NotFound):
        await ingest.call("GetUpload", pb.GetUploadRequest(uri=uri), by="anna", authority="curator")
