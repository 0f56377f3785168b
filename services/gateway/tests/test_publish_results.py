"""What answers somebody outside leaves once more, as JSON; what is too large for that is said."""

from __future__ import annotations

import json

import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.topics import RESULTS
from framewell_gateway.handlers.publish_results import PublishResults
from framewell_gateway.settings import GatewaySettings
from framewell_gateway.testing import HASHES, ReadModels
from framewell_gateway.wiring import wire
from framewell_kit.outcomes import Rejected
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.testing.service_bench import ServiceBench
from framewell_kit.testing.streams import a_cause

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
GROUP = "gateway.publish_results"


async def test_a_result_leaves_under_the_id_of_its_fact_with_the_labels_of_the_request() -> None:
    async with ServiceBench("gateway", wire, GatewaySettings(), parts=False) as bench:
        fact = AssetAnalysed(work=Work(asset_id=ASSET, labels={"job": "17"}))
        cause = bench.cause(
            "e1", subject=ASSET, source="framewell/inference", type="framewell.asset.analysed.v1"
        )
        for _ in range(2):
            await bench.deliver(fact, cause, group=GROUP)
        once, again = [record for record in bench.facts.records if record.topic == RESULTS]
        assert once == again
        result = json.loads(once.value)
        assert (result["id"], result["source"], result["subject"]) == ("e1", "framewell/inference", ASSET)
        assert result["data"]["work"]["labels"] == {"job": "17"}
        assert bench.facts.events == []


async def test_what_is_too_large_as_json_becomes_a_dead_letter_with_its_reason() -> None:
    fact = AssetRejected(work=Work(asset_id=ASSET), detail="\x00" * 400_000)  # six characters each in JSON
    cause = a_cause("e1", subject=ASSET)._replace(type="framewell.asset.rejected.v1")
    with pytest.raises(Rejected, match="ask REST") as refusal:
        await PublishResults(ReadModels().forget, HASHES.of)(fact, cause)
    assert refusal.value.code == "result_too_large"


async def test_records_and_facts_leave_side_by_side() -> None:
    fact, cause = AssetRejected(work=Work(asset_id=ASSET)), a_cause("e1", subject=ASSET)
    (result,) = await PublishResults(ReadModels().forget, HASHES.of)(
        fact, cause._replace(type="framewell.asset.rejected.v1")
    )
    derived = derive([fact, result], cause, source="/s", now=cause.time)
    assert [record.topic for record in derived] == ["framewell.asset.rejected.v1", RESULTS]
    assert derived[1] is result
