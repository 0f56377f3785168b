"""Labels and the time of a request come back with every fact about its asset."""

from __future__ import annotations

from datetime import timedelta

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Programme
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import Rejected
from framewell_media.testing.clips import Clip, make_clip

LABELS = {"job": "4711", "desk": "Kultur & Wissen"}


async def test_what_was_taken_in_has_labels_programme_and_time_of_its_request(ingest: IngestBench) -> None:
    clip = make_clip(ingest.inbox / "clip.mp4", Clip(frames=10))
    asked = ingest.clock.now() - timedelta(hours=3)  # the event waited on the broker
    cause = ingest.request_cause()._replace(time=asked)
    programme = Programme(series="Abendschau", channel="Kanal Eins")
    await ingest.deliver(IngestRequested(uri=clip.as_uri(), labels=LABELS, programme=programme), cause)
    await ingest.run_jobs()
    end = ingest.facts.one(AssetIngested)
    assert dict(end.work.labels) == dict(end.labels) == LABELS
    assert (end.work.series, end.work.channel) == ("Abendschau", "Kanal Eins")
    assert end.work.requested_at.ToDatetime(asked.tzinfo) == asked
    assert end.ingested_at.ToDatetime(asked.tzinfo) == ingest.clock.now()
    ingest.clock.advance(60)
    await ingest.call("Reprocess", pb.ReprocessRequest(asset_id=end.work.asset_id))
    await ingest.settle()
    again = ingest.facts.of(AssetIngested)[-1]
    assert (again.work.generation, dict(again.work.labels)) == (2, LABELS)
    assert (again.work.requested_at, again.ingested_at) == (end.work.requested_at, end.ingested_at)


async def test_a_refused_file_and_a_refused_request_have_the_labels(ingest: IngestBench) -> None:
    end = await ingest.take_in(IngestRequested(uri="file:///etc/passwd", labels=LABELS))
    assert isinstance(end, AssetRejected)
    assert dict(end.work.labels) == LABELS
    ingest.facts.clear()
    with pytest.raises(Rejected):
        await ingest.accept(IngestRequested(uri="clip.mp4", labels=LABELS), "request-2")
    await ingest.settle()
    assert dict(ingest.facts.one(AssetRejected).work.labels) == LABELS


async def test_labels_that_would_make_every_fact_large_are_refused(ingest: IngestBench) -> None:
    large = {f"name-{number}": "ü" * 100 for number in range(10)}
    with pytest.raises(Rejected, match="2048 bytes"):
        await ingest.accept(IngestRequested(uri="file:///a.mp4", labels=large))
    await ingest.settle()
    assert not ingest.facts.one(AssetRejected).work.labels
    small = {f"name-{number}": "ü" * 95 for number in range(10)}
    assert await ingest.accept(IngestRequested(uri="file:///a.mp4", labels=small), "request-2")


async def test_a_source_that_is_away_is_tried_from_when_the_request_arrived(ingest: IngestBench) -> None:
    request = IngestRequested(uri="https://127.0.0.1:9/a.mp4")  # nobody listens there
    cause = ingest.request_cause()._replace(time=ingest.clock.now() - timedelta(days=1))
    await ingest.deliver(request, cause)
    await ingest.run_jobs()
    assert ingest.facts.of(AssetRejected) == []
    assert await ingest.waits_for("request-1")
