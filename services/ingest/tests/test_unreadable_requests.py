"""A request over Kafka that cannot be read ends its asset, as far as it says which."""

from __future__ import annotations

import json

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell_contracts.cloudevents import Unreadable, decode
from framewell_contracts.identity import asset_id
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import Rejected
from framewell_kit.stream import Stage

TOPIC = "framewell.ingest.requested.v1"
ASSET = "6f1b0c9e-2f0a-5d61-9a53-1c9b6c3b8a11"


async def refuse(ingest: IngestBench, **data: object) -> Unreadable:
    """Let the stage refuse such a request of playout, twice: its process may die in between."""
    event = {"specversion": "1.0", "id": "e1", "source": "//playout", "type": TOPIC, "data": data}
    with pytest.raises(Unreadable) as unreadable:
        decode(TOPIC, [], json.dumps(event).encode())
    error = unreadable.value
    assert error.partial is not None
    stage = next(one for one in ingest.service.stages if one.group == "ingest.accept_request")
    assert isinstance(stage, Stage)
    assert stage.refuse is not None
    cause = ingest.cause("e1", source="//playout", type=TOPIC)
    for _ in range(2):
        assert await stage.refuse(error.partial.message, cause, Rejected(error.reason, error.code)) == []
    await ingest.outbox.flush()
    return error


@pytest.mark.parametrize(
    ("data", "asset"),
    [
        ({"url": "file:///a"}, asset_id("//playout", "e1")),
        ({"asset_id": ASSET, "uri": "file:///" + "a" * 900, "lane": "fast"}, ASSET),
    ],
)
async def test_a_request_that_cannot_be_read_ends_its_asset_once(
    ingest: IngestBench, data: dict[str, object], asset: str
) -> None:
    error = await refuse(ingest, **data)
    end = ingest.facts.one(AssetRejected)
    assert (end.work.asset_id, end.code, end.detail) == (asset, error.code, error.reason)
    assert len(end.uri) <= 200
    (shown,) = await ingest.assets(pb.INGEST_STATE_REJECTED)
    assert shown.rejected == end


async def test_of_an_asset_id_that_is_none_there_is_nothing_to_end(ingest: IngestBench) -> None:
    await refuse(ingest, asset_id="../../etc", colour="red")
    assert ingest.facts.of(AssetRejected) == []
