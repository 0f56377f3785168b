"""Files of timed text that a request names beside its media come with the asset."""

from __future__ import annotations

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import CaptionSource, IngestRequested
from framewell.media.v1.media_pb2 import CAPTION_KIND_CAPTIONS
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import Rejected
from framewell_media.testing import Clip, make_clip

SRT = b"1\n00:00:00,100 --> 00:00:00,300\nGuten Abend\n"


def request(ingest: IngestBench, *captions: CaptionSource) -> IngestRequested:
    make_clip(ingest.inbox / "a.mp4", Clip(frames=10))
    (ingest.inbox / "a.srt").write_bytes(SRT)
    return IngestRequested(uri=f"file://{ingest.inbox}/a.mp4", captions=captions)


async def test_a_caption_file_is_stored_with_its_language_kind_and_name(ingest: IngestBench) -> None:
    captions = CaptionSource(uri=f"file://{ingest.inbox}/a.srt", language="ger", kind=CAPTION_KIND_CAPTIONS)
    await ingest.call("Submit", pb.SubmitRequest(request=request(ingest, captions)))
    await ingest.settle()
    (file,) = ingest.facts.one(AssetIngested).caption_files
    assert (file.language, file.kind, file.name) == ("de", CAPTION_KIND_CAPTIONS, "a.srt")
    assert file.file.size == len(SRT)


async def test_an_empty_caption_file_comes_with_its_programme(ingest: IngestBench) -> None:
    captions = CaptionSource(uri=f"file://{ingest.inbox}/empty.srt")
    asked = request(ingest, captions)
    (ingest.inbox / "empty.srt").touch()
    await ingest.call("Submit", pb.SubmitRequest(request=asked))
    await ingest.settle()
    (file,) = ingest.facts.one(AssetIngested).caption_files
    assert (file.name, file.file.size) == ("empty.srt", 0)


async def test_a_caption_file_that_is_not_there_rejects_the_asset_in_words(ingest: IngestBench) -> None:
    captions = CaptionSource(uri=f"file://{ingest.inbox}/none.srt")
    await ingest.call("Submit", pb.SubmitRequest(request=request(ingest, captions)))
    await ingest.settle()
    rejected = ingest.facts.one(AssetRejected)
    assert "none.srt" in rejected.detail


@pytest.mark.parametrize(
    "uri",
    ["https://archive.example/a.srt?X-Amz-Signature=canary", "https://editor:canary@archive.example/a.srt"],
)
async def test_a_secret_in_the_address_of_captions_is_refused_and_not_repeated(
    ingest: IngestBench, uri: str
) -> None:
    with pytest.raises(Rejected) as refused:
        await ingest.call("Submit", pb.SubmitRequest(request=request(ingest, CaptionSource(uri=uri))))
    assert "canary" not in refused.value.reason
