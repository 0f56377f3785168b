"""Uploads that go on after a break: what was acknowledged is never sent again, and nothing else is kept."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_ingest.adapters import resumable_uploads
from framewell_ingest.entrypoints.upload_sweep import UploadSweep
from framewell_ingest.settings import IngestSettings
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import Busy, Conflict, NotFound, Rejected
from framewell_media.testing.clips import Clip, make_clip

CONTENT = bytes(range(256)) * 400


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumable_uploads, "PART_BYTES", 10_000)


async def create(ingest: IngestBench, size: int = len(CONTENT), digest: str = "") -> pb.ResumableUpload:
    request = pb.CreateUploadRequest(file_name="a.mp4", size=size, sha256=digest)
    return (await ingest.call("CreateUpload", request)).upload  # type: ignore[no-any-return]


async def append(
    ingest: IngestBench, uri: str, offset: int, data: bytes, *, breaks: bool = False, **header: Any
) -> pb.ResumableUpload:
    """Send bytes in pieces; with `breaks` the stream fails behind the last one."""

    async def messages() -> AsyncIterator[pb.AppendUploadRequest]:
        yield pb.AppendUploadRequest(header=pb.AppendHeader(uri=uri, offset=offset, **header))
        for start in range(0, len(data), 3000):
            yield pb.AppendUploadRequest(data=data[start : start + 3000])
        if breaks:
            raise ConnectionResetError

    return (await ingest.call("AppendUpload", messages())).upload  # type: ignore[no-any-return]


async def offset(ingest: IngestBench, uri: str) -> int:
    return (await ingest.call("GetUpload", pb.GetUploadRequest(uri=uri))).upload.offset  # type: ignore[no-any-return]


async def test_an_upload_that_broke_off_goes_on_and_is_ingested(ingest: IngestBench) -> None:
    free = (len(CONTENT) + 8).to_bytes(4, "big") + b"free" + CONTENT  # a box that says nothing
    clip = make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes() + free
    digest = sha256(clip).hexdigest()
    upload = await create(ingest, len(clip), digest)
    sent = 0
    for length in (12_345, 1, 9_999):
        with pytest.raises(ConnectionResetError):
            await append(ingest, upload.uri, sent, clip[sent : sent + length], breaks=True)
        sent += length
        assert await offset(ingest, upload.uri) == sent
    early = await ingest.take_in(IngestRequested(uri=upload.uri), "early")
    assert isinstance(early, AssetRejected)
    assert "is not complete" in early.detail
    done = await append(ingest, upload.uri, sent, clip[sent:])
    assert (done.offset, done.sha256) == (len(clip), digest)
    assert len(ingest.stored_files()) == 1  # its parts are gone
    end = await ingest.take_in(IngestRequested(uri=upload.uri))
    assert isinstance(end, AssetIngested)
    assert end.original.sha256 == digest
    assert list(ingest.scratch.iterdir()) == []


async def test_a_replica_that_died_leaves_whole_parts_and_the_next_one_completes(
    ingest: IngestBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    upload = await create(ingest, digest=sha256(CONTENT).hexdigest())

    def die(*_: object) -> None:
        raise Killed

    with (
        monkeypatch.context() as patched
    ):  # all has arrived, and it dies while it makes one object of the parts
        patched.setattr(resumable_uploads.ResumableUploads, "_copy", die)
        with pytest.raises(Killed):
            await append(ingest, upload.uri, 0, CONTENT)
    assert await offset(ingest, upload.uri) == len(CONTENT)
    assert (
        await ingest.objects.read(ingest.stored_files()[0].relative_to(ingest.stored.root).as_posix())
        == CONTENT
    )
    assert len(ingest.stored_files()) == 1


async def test_bytes_are_taken_only_where_the_upload_is(ingest: IngestBench) -> None:
    upload = await create(ingest)
    await append(ingest, upload.uri, 0, CONTENT[:20_000])
    for wrong in (0, 19_999, 20_001):
        with pytest.raises(Conflict, match="20000 bytes"):
            await append(ingest, upload.uri, wrong, CONTENT[wrong:])
    with pytest.raises(Rejected) as refused:
        await append(ingest, upload.uri, 20_000, CONTENT)
    assert refused.value.code == "too_large"
    with pytest.raises(NotFound):
        await append(ingest, "upload:unknown", 0, CONTENT)
    with pytest.raises(NotFound):  # the name of a part is no upload
        await offset(ingest, f"{upload.uri} {0:015d}")


async def test_two_senders_at_once_make_one_content(ingest: IngestBench) -> None:
    upload = await create(ingest)

    async def messages() -> AsyncIterator[pb.AppendUploadRequest]:
        yield pb.AppendUploadRequest(header=pb.AppendHeader(uri=upload.uri))
        yield pb.AppendUploadRequest(data=CONTENT[:500])
        await append(ingest, upload.uri, 0, CONTENT[:15_000])  # meanwhile another one sends
        yield pb.AppendUploadRequest(data=b"x" * 20_000)

    with pytest.raises(Conflict, match="somebody else"):
        await ingest.call("AppendUpload", messages())
    assert await offset(ingest, upload.uri) == 15_000
    assert (await append(ingest, upload.uri, 15_000, CONTENT[15_000:])).sha256 == sha256(CONTENT).hexdigest()
    assert len(ingest.stored_files()) == 1


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_with_a_checksum_all_bytes_are_kept_or_none(ingest: IngestBench, algorithm: str) -> None:
    upload = await create(ingest)
    digest = hashlib.new(algorithm, CONTENT[:30_000]).digest()
    checksum: dict[str, Any] = {"checksum_algorithm": algorithm, "checksum": digest}
    with pytest.raises(Rejected) as refused:
        await append(ingest, upload.uri, 0, b"x" + CONTENT[1:30_000], **checksum)
    assert refused.value.code == "wrong_checksum"
    with pytest.raises(ConnectionResetError):
        await append(ingest, upload.uri, 0, CONTENT[:25_000], breaks=True, **checksum)
    assert await offset(ingest, upload.uri) == 0
    assert ingest.stored_files() == []
    await append(ingest, upload.uri, 0, CONTENT[:30_000], **checksum)
    assert await offset(ingest, upload.uri) == 30_000
    with pytest.raises(Rejected, match="no checksum"):
        await append(ingest, upload.uri, 30_000, b"x", checksum_algorithm="md5", checksum=b"x")


async def test_content_that_is_not_what_was_announced_is_let_go_of(ingest: IngestBench) -> None:
    upload = await create(ingest, digest="0" * 64)
    with pytest.raises(Rejected) as refused:
        await append(ingest, upload.uri, 0, CONTENT)
    assert refused.value.code == "wrong_hash"
    assert ingest.stored_files() == []
    with pytest.raises(NotFound):
        await offset(ingest, upload.uri)


async def test_abandoned_uploads_are_swept_and_those_under_way_stay(ingest: IngestBench) -> None:
    (sweep,) = (part for part in ingest.service.parts if isinstance(part, UploadSweep))
    moving, idle = await create(ingest), await create(ingest)
    for upload in (moving, idle):
        await append(ingest, upload.uri, 0, CONTENT[:20_000])
    ingest.clock.advance(3000)
    await append(ingest, moving.uri, 20_000, CONTENT[20_000:30_000])
    ingest.clock.advance(601)
    assert await sweep.uploads.forget_old() == 1
    with pytest.raises(NotFound):
        await offset(ingest, idle.uri)
    assert await offset(ingest, moving.uri) == 30_000
    await ingest.call("DeleteUpload", pb.DeleteUploadRequest(uri=moving.uri))
    assert ingest.stored_files() == []
    assert await ingest.documents.find("uploads", {}) == []


async def test_uploads_are_bounded_in_size_and_number(ingest: IngestBench) -> None:
    with pytest.raises(Rejected) as refused:
        await create(ingest, 2 << 20)
    assert refused.value.code == "too_large"
    with pytest.raises(Rejected, match="size: must be there"):
        await create(ingest, 0)
    (offered,) = ingest.service.rpc
    most = IngestSettings.model_fields["most_open_uploads"].default
    assert offered.servicer.resumable.most_open == most  # type: ignore[attr-defined]
    object.__setattr__(offered.servicer.resumable, "most_open", 2)  # type: ignore[attr-defined]
    first = await create(ingest)
    await create(ingest)
    with pytest.raises(Busy, match="under way"):
        await create(ingest)
    await append(ingest, first.uri, 0, CONTENT)
    await create(ingest)
