"""A request becomes an asset, or a refusal that its sender understands."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected, AssetRemoved
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import MEDIA_KIND_STILL, MEDIA_KIND_VIDEO
from framewell.rights.v1.rights_pb2 import (
    PURPOSE_OWN_TRAINING,
    PURPOSE_UNSPECIFIED,
    STATEMENT_SOURCE_CONTRACT,
    STATEMENT_SOURCE_EXIF,
    STATEMENT_SOURCE_XMP,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    RightsStatement,
)
from framewell_contracts.identity import asset_id
from framewell_ingest.holdings import ORIGINALS
from framewell_ingest.testing import IngestBench
from framewell_kit.facts import Fact
from framewell_kit.objects import LocalObjects
from framewell_kit.outcomes import Conflict, Rejected
from framewell_kit.testing.erasures import erasure_plan
from framewell_media.testing.clips import Clip, make_clip


def small_clip(folder: Path, name: str = "clip.mp4") -> Path:
    return make_clip(folder / name, Clip(frames=10))


async def test_a_video_is_stored_unchanged_and_described(ingest: IngestBench) -> None:
    clip = small_clip(ingest.inbox)
    end = await ingest.take_in_file(clip)
    assert isinstance(end, AssetIngested)
    assert end.work.kind == MEDIA_KIND_VIDEO
    assert end.original.sha256 == sha256(clip.read_bytes()).hexdigest()
    assert await ingest.objects.read(end.original) == clip.read_bytes()
    assert end.original.media_type == "video/mp4"
    assert [track.codec for track in end.tracks] == ["h264", "aac"]
    assert end.work.asset_id == asset_id("//playout", "request-1")
    assert end.work.generation == 1


async def test_a_file_whose_name_is_no_utf_8_is_taken_in(ingest: IngestBench) -> None:
    clip = ingest.inbox / os.fsdecode(b"caf\xe9.mp4")
    small_clip(ingest.inbox).rename(clip)
    assert isinstance(await ingest.take_in_file(clip), AssetIngested)


async def test_the_same_request_twice_is_one_asset_and_one_end(ingest: IngestBench) -> None:
    clip = small_clip(ingest.inbox)
    first = await ingest.take_in_file(clip)
    second = await ingest.take_in_file(clip)
    assert first == second
    assert len(await ingest.assets()) == 1
    assert len(ingest.facts.events) == 1


async def test_a_worker_killed_between_end_and_fact_says_the_same_event_again(ingest: IngestBench) -> None:
    clip = small_clip(ingest.inbox)
    wanted = await ingest.accept(IngestRequested(uri=clip.as_uri()))
    (first,) = await ingest.fetch_unended(wanted)
    (again,) = await ingest.fetch_unended(wanted)
    assert first == again


async def test_statements_of_the_request_are_named_and_kept(ingest: IngestBench) -> None:
    clip = small_clip(ingest.inbox)
    statement = RightsStatement(
        statement_id="4711", use=USE_PROHIBITED, purposes=[PURPOSE_OWN_TRAINING], verbatim="until signed"
    )
    end = await ingest.take_in(IngestRequested(uri=clip.as_uri(), statements=[statement]))
    assert isinstance(end, AssetIngested)
    (kept,) = end.statements
    assert (kept.issuer, kept.statement_id, kept.revision) == ("//playout", "4711", 1)
    assert kept.source == STATEMENT_SOURCE_CONTRACT
    assert kept.found_at == "ingest request of //playout"


async def test_a_photo_speaks_for_itself(ingest: IngestBench) -> None:
    exif = PIL.Image.Exif()
    exif[0x8298] = "This photograph may not be manipulated or reproduced."
    exif[0x013B] = "A. Fotografin"
    photo = ingest.inbox / "photo.jpg"
    PIL.Image.new("RGB", (64, 48), "grey").save(photo, exif=exif)
    end = await ingest.take_in_file(photo)
    assert isinstance(end, AssetIngested)
    assert end.work.kind == MEDIA_KIND_STILL
    (statement,) = end.statements
    assert statement.source == STATEMENT_SOURCE_EXIF
    assert statement.use == USE_PROHIBITED
    assert statement.verbatim == "This photograph may not be manipulated or reproduced."
    assert statement.found_at == "EXIF 0x8298 Copyright"
    assert statement.holder == "A. Fotografin"


async def test_a_data_mining_property_in_xmp_is_read(ingest: IngestBench) -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/">'
        b'<plus:DataMining rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"/>'
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    photo = ingest.inbox / "photo.png"
    PIL.Image.new("RGB", (64, 48)).save(photo)
    photo.write_bytes(photo.read_bytes() + packet)
    end = await ingest.take_in_file(photo)
    assert isinstance(end, AssetIngested)
    (statement,) = end.statements
    assert statement.source == STATEMENT_SOURCE_XMP
    assert statement.use == USE_PROHIBITED
    assert PURPOSE_OWN_TRAINING in statement.purposes


async def test_an_xmp_bomb_is_unreadable_and_harmless(ingest: IngestBench) -> None:
    bomb = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a></x:xmpmeta>'
    photo = ingest.inbox / "photo.png"
    PIL.Image.new("RGB", (64, 48)).save(photo)
    photo.write_bytes(photo.read_bytes() + bomb)
    end = await ingest.take_in_file(photo)
    assert isinstance(end, AssetIngested)
    (statement,) = end.statements
    assert statement.use == USE_UNSPECIFIED
    assert "was not read" in statement.verbatim


def damaged(kind: str, folder: Path) -> Path:
    """A file that cannot be taken in."""
    path = folder / {"mislabelled": "sound.wav", "text": "clip.mp4"}.get(kind, f"{kind}.mp4")
    whole = small_clip(folder, "whole.mp4").read_bytes()
    content = {
        "empty": b"",
        "text": b"This is a shopping list, and no video at all.\n" * 20,
        "truncated": whole[: len(whole) // 2],
        "mislabelled": whole,
        "zeros": bytes(5000),
    }[kind]
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("empty", "empty", "empty"),
        ("text", "not_media", "plain text"),
        ("truncated", "unreadable", "cut off|index|moov|damaged"),
        ("mislabelled", "mislabelled", r"\.wav"),
        ("zeros", "not_media", "zero bytes"),
    ],
)
async def test_what_is_no_media_is_refused_in_plain_words(
    ingest: IngestBench, kind: str, code: str, words: str
) -> None:
    end = await ingest.take_in_file(damaged(kind, ingest.inbox))
    assert isinstance(end, AssetRejected)
    assert end.code == code
    assert re.search(words, end.detail)
    assert ingest.stored_files() == []


async def test_of_a_proxy_that_cannot_be_used_the_refusal_says_that_it_is_the_proxy(
    ingest: IngestBench,
) -> None:
    clip, proxy = small_clip(ingest.inbox), ingest.inbox / "proxy.mp4"
    proxy.write_bytes(b"no media, but words\n" * 50)
    end = await ingest.take_in(IngestRequested(uri=clip.as_uri(), existing_proxy=proxy.as_uri()))
    assert isinstance(end, AssetRejected)
    assert (end.code, end.detail.partition(". ")[0]) == ("not_media", "The existing proxy cannot be used")


async def test_a_file_that_grows_while_it_is_copied_is_tried_again(
    ingest: IngestBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = small_clip(ingest.inbox)
    whole = clip.read_bytes()
    clip.write_bytes(whole[:-100])
    copy = LocalObjects.put_file

    async def copy_while_it_grows(self: LocalObjects, path: Path, **attributes: Any) -> Any:
        stored = await copy(self, path, **attributes)
        clip.write_bytes(whole)
        return stored

    monkeypatch.setattr(LocalObjects, "put_file", copy_while_it_grows)
    assert await ingest.take_in_file(clip) is None
    assert not ingest.stored_files()
    assert "still being written" in await ingest.waits_for("request-1")
    monkeypatch.setattr(LocalObjects, "put_file", copy)
    ingest.clock.advance(60)
    assert isinstance(await ingest.take_in_file(clip), AssetIngested)


async def test_the_wrong_content_is_refused_and_not_kept(ingest: IngestBench) -> None:
    clip = small_clip(ingest.inbox)
    end = await ingest.take_in(IngestRequested(uri=clip.as_uri(), expected_sha256="0" * 64))
    assert isinstance(end, AssetRejected)
    assert end.code == "wrong_hash"
    assert not ingest.stored_files()


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("file:///etc/passwd", "forbidden"),
        ("file:///{inbox}/../../../../etc/passwd", "forbidden"),
        ("file:///{inbox}/%2e%2e/outside.mp4", "forbidden"),
        ("file:///{inbox}/link.mp4", "forbidden"),
        ("file://elsewhere/{inbox}/a.mp4", "forbidden"),
        ("file:///{inbox}/missing.mp4", "unreachable"),
        ("file:///{inbox}/%ff.mp4", "unreachable"),
        ("file:///{inbox}/" + "a" * 300, "unreachable"),
        ("file:///{inbox}", "unreachable"),
        ("https://127.0.0.2/a.mp4", "forbidden"),
        ("https://[::1]/a.mp4", "forbidden"),
        ("http://example.org/a.mp4", "forbidden"),
        ("upload:0f3c", "unreachable"),
        ("s3://bucket/key.mp4", "forbidden"),
    ],
)
async def test_a_place_that_may_not_be_read_is_refused(ingest: IngestBench, uri: str, code: str) -> None:
    (ingest.inbox / "link.mp4").symlink_to("/etc/passwd")
    end = await ingest.take_in(IngestRequested(uri=uri.format(inbox=str(ingest.inbox).lstrip("/"))))
    assert isinstance(end, AssetRejected)
    assert (end.code, bool(end.detail)) == (code, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"uri": "gopher://x"},
        {"uri": "clip.mp4"},
        {"uri": "file:///a\nb"},
        {"uri": "file:///a", "asset_id": "../../etc"},
        {"uri": "file:///a", "expected_sha256": "abc"},
        {"uri": "file:///" + "a" * 5000},
        {"uri": "file:///a", "existing_proxy": "nowhere"},
        {"uri": "file:///a", "labels": {str(number): "x" for number in range(200)}},
    ],
)
async def test_a_request_that_can_never_be_met_is_given_back(
    ingest: IngestBench, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Rejected):
        await ingest.call("Submit", pb.SubmitRequest(request=IngestRequested(**wrong), request_id="r-1"))
    assert await ingest.assets() == []


@pytest.mark.parametrize(
    "wrong",
    [{}, {"uri": "file:///a\nb"}, {"uri": "a" * 9000}, {"uri": "file:///a", "expected_sha256": "abc"}],
)
async def test_an_event_that_can_never_be_met_ends_its_asset(
    ingest: IngestBench, wrong: dict[str, Any]
) -> None:
    for _ in range(2):  # the dead letter is replayed, or the process died before it was written
        with pytest.raises(Rejected) as refused:
            await ingest.accept(IngestRequested(**wrong))
    await ingest.outbox.flush()
    end = ingest.facts.one(AssetRejected)
    assert (end.work.asset_id, end.code) == (asset_id("//playout", "request-1"), refused.value.code)
    assert end.detail == str(refused.value)
    assert len(end.uri) <= 200
    (asset,) = await ingest.assets(pb.INGEST_STATE_REJECTED)
    assert asset.rejected == end


async def test_an_event_that_can_never_be_met_changes_no_asset_that_is_known(ingest: IngestBench) -> None:
    first = await ingest.take_in_file(small_clip(ingest.inbox))
    assert isinstance(first, AssetIngested)
    ingest.facts.clear()
    with pytest.raises(Rejected):
        await ingest.accept(IngestRequested(asset_id=first.work.asset_id), "another")
    await ingest.settle()
    assert ingest.facts.events == []
    (asset,) = await ingest.assets()
    assert asset.state == pb.INGEST_STATE_INGESTED


async def test_an_event_that_names_no_asset_ends_none(ingest: IngestBench) -> None:
    with pytest.raises(Rejected):
        await ingest.accept(IngestRequested(uri="file:///a", asset_id="../../etc"))
    assert await ingest.assets() == []


async def test_cancelling_refuses_once_and_a_late_fetch_says_the_same(ingest: IngestBench) -> None:
    clip = small_clip(ingest.inbox)
    wanted = await ingest.accept(IngestRequested(uri=clip.as_uri()))
    asset = (await ingest.call("CancelIngest", pb.CancelIngestRequest(asset_id=wanted))).asset
    assert asset.state == pb.INGEST_STATE_REJECTED
    (fact,) = await ingest.fetch_unended(wanted)
    assert isinstance(fact, Fact)
    await ingest.settle()
    assert ingest.facts.one(AssetRejected) == fact.message == asset.rejected
    assert [envelope.id for envelope in ingest.facts.envelopes(AssetRejected)] == [fact.id]


async def test_what_a_cancelled_fetch_had_stored_goes(
    ingest: IngestBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = small_clip(ingest.inbox)
    wanted = await ingest.accept(IngestRequested(uri=clip.as_uri()))
    copy = LocalObjects.put_file

    async def cancelled_meanwhile(self: LocalObjects, path: Path, **attributes: Any) -> Any:
        await ingest.call("CancelIngest", pb.CancelIngestRequest(asset_id=wanted))
        return await copy(self, path, **attributes)

    monkeypatch.setattr(LocalObjects, "put_file", cancelled_meanwhile)
    (fact,) = await ingest.fetch_unended(wanted)
    assert isinstance(fact, Fact)
    assert isinstance(fact.message, AssetRejected)
    assert not ingest.stored_files()


async def test_reprocessing_raises_the_generation_and_keeps_the_original(ingest: IngestBench) -> None:
    first = await ingest.take_in_file(small_clip(ingest.inbox))
    assert isinstance(first, AssetIngested)
    answer = await ingest.call("Reprocess", pb.ReprocessRequest(asset_id=first.work.asset_id))
    again = ingest.facts.of(AssetIngested)[-1]
    assert (answer.generation, again.work.generation, again.original) == (2, 2, first.original)


async def test_what_has_no_original_is_not_done_again_and_the_sentence_says_why(ingest: IngestBench) -> None:
    wanted = await ingest.accept(IngestRequested(uri=small_clip(ingest.inbox).as_uri()))
    again = pb.ReprocessRequest(asset_id=wanted)
    with pytest.raises(Conflict, match=f"^asset {wanted} is still being fetched: ask again once it is"):
        await ingest.call("Reprocess", again)
    await ingest.call("CancelIngest", pb.CancelIngestRequest(asset_id=wanted))
    with pytest.raises(Conflict, match=f"^asset {wanted} was rejected, so there is nothing to do again"):
        await ingest.call("Reprocess", again)
    await ingest.deliver(AssetRemoved(asset_id=wanted))
    with pytest.raises(Conflict, match=f"^asset {wanted} was removed, with everything made from it"):
        await ingest.call("Reprocess", again)


async def test_an_original_goes_with_the_last_asset_that_has_it(ingest: IngestBench) -> None:
    clip = small_clip(ingest.inbox)
    first = await ingest.take_in_file(clip, "one")
    second = await ingest.take_in_file(clip, "two")
    assert isinstance(first, AssetIngested)
    assert isinstance(second, AssetIngested)
    await ingest.deliver(AssetRemoved(asset_id=first.work.asset_id))
    assert await ingest.objects.exists(second.original.key)
    erasure = erasure_plan("e-1", asset_ids=[second.work.asset_id])
    assert erased(await ingest.deliver(erasure))[ORIGINALS] == 1
    assert not await ingest.objects.exists(second.original.key)
    assert erased(await ingest.deliver(erasure))[ORIGINALS] == 1  # again
    assert erased(await ingest.deliver(erasure_plan("e-2", asset_ids=[second.work.asset_id])))[ORIGINALS] == 0


def erased(answers: list[Message]) -> dict[str, int]:
    (completed,) = answers
    assert isinstance(completed, ErasureCompleted)
    assert completed.service == "ingest"
    return {count.kind: count.count for count in completed.counts}


async def test_of_a_class_ingest_holds_nothing(ingest: IngestBench) -> None:
    assert not any(erased(await ingest.deliver(erasure_plan(class_ids=["c-1"]))).values())


async def test_a_statement_about_an_unspecified_purpose_is_refused(ingest: IngestBench) -> None:
    statement = RightsStatement(use=USE_PROHIBITED, purposes=[PURPOSE_UNSPECIFIED])
    with pytest.raises(Rejected, match="leave out what is not specified"):
        await ingest.accept(IngestRequested(uri="file:///a", statements=[statement]))


async def test_a_call_and_an_event_are_refused_in_the_same_words(ingest: IngestBench) -> None:
    prohibited = RightsStatement(use=USE_PROHIBITED)
    prohibited.span.start_pts = 9
    request = IngestRequested(uri="file:///a", statements=[prohibited])
    sentence = "statements.0.span: must end after it begins: `end_pts` is greater than `start_pts`"
    with pytest.raises(Rejected, match=re.escape(sentence)):
        await ingest.call("Submit", pb.SubmitRequest(request=request))
    with pytest.raises(Rejected, match=re.escape(sentence)):
        await ingest.accept(request)


async def test_a_reason_that_no_fact_may_carry_is_refused(ingest: IngestBench) -> None:
    taken = await ingest.take_in_file(small_clip(ingest.inbox))
    assert isinstance(taken, AssetIngested)
    with pytest.raises(Rejected, match="reason: must be at most 1000 characters"):
        await ingest.call(
            "RemoveAsset", pb.RemoveAssetRequest(asset_id=taken.work.asset_id, reason="x" * 1001)
        )


async def test_a_submitted_request_leaves_as_the_event_it_would_have_been(ingest: IngestBench) -> None:
    request = pb.SubmitRequest(
        request=IngestRequested(uri=small_clip(ingest.inbox).as_uri()), request_id="r-1"
    )
    first = await ingest.call("Submit", request)
    again = await ingest.call("Submit", request)
    assert (first.existed, again.existed) == (False, True)
    assert first.asset_id == again.asset_id
    (envelope,) = ingest.facts.envelopes(IngestRequested)
    assert (envelope.id, envelope.subject) == ("r-1", first.asset_id)
    assert ingest.facts.one(IngestRequested).asset_id == first.asset_id
